import type { RegionCode } from './regions.ts';

/** What names are put together from; the names of Korea and China with their Latin spelling. */
export type Syllables = readonly (readonly [native: string, latin: string])[];

export const latinFamilies: Record<'DE' | 'US' | 'GB' | 'FR', readonly string[]> = {
  DE: ['Müller', 'Schröder', 'Weiß', 'Köhler', 'Jäger', 'Bäcker', 'Groß', 'Lange', 'Schäfer', 'Vogel', 'Kühn', 'Frank'],
  US: ['Carter', 'Hughes', 'Ramirez', 'Nguyen', 'Foster', 'Bennett', 'Coleman', 'Brooks', 'Sullivan', 'Perry'],
  GB: ["O'Neill", 'Whitaker', 'Thornton', 'Ashworth', 'Pemberton', 'Blackwood', 'Hargreaves', 'Lockwood'],
  FR: ['Lefèvre', 'Dubois', 'Gagné', 'Moreau', 'Garçon', 'Bérard', 'Chevalier', 'Hébert'],
};
export const latinGiven: Record<'DE' | 'US' | 'GB' | 'FR', readonly string[]> = {
  DE: ['Jörg', 'Käthe', 'Günther', 'Anja', 'Sören', 'Lena', 'Björn', 'Ute', 'Matthias', 'Zoë'],
  US: ['Olivia', 'James', 'Maria', 'Ethan', 'Grace', 'Tyler', 'Aaliyah', 'Daniel'],
  GB: ['Harriet', 'Alistair', 'Imogen', 'Rupert', 'Siân', 'Callum', 'Priya'],
  FR: ['Chloé', 'François', 'Aurélie', 'Benoît', 'Inès', 'Loïc', 'Margaux'],
};
export const latinTrades: Record<'DE' | 'US' | 'GB' | 'FR', readonly string[]> = {
  DE: [
    'Maschinenbau',
    'Möbelwerke',
    'Präzisionstechnik',
    'Gebäudetechnik',
    'Kühlsysteme',
    'Fördertechnik',
    'Elektro',
    'Großhandel',
    'Lüftungsbau',
    'Werkzeuge',
  ],
  US: ['Manufacturing', 'Industrial Supply', 'Logistics', 'Robotics', 'Building Products', 'Instruments', 'Fasteners'],
  GB: ['Engineering', 'Joinery', 'Instruments', 'Refrigeration', 'Holdings', 'Components', 'Textiles'],
  FR: ['Mécanique', 'Électronique', 'Outillage', 'Bâtiment', 'Agroalimentaire', 'Équipements'],
};
export const legalForms: Record<RegionCode, readonly string[]> = {
  DE: ['GmbH', 'GmbH & Co. KG', 'AG', 'KG'],
  US: ['Inc.', 'LLC', 'Corp.'],
  GB: ['Ltd', 'PLC', 'LLP'],
  FR: ['SA', 'SARL', 'SAS'],
  KR: ['주식회사', '유한회사'],
  CN: ['有限公司', '股份有限公司'],
};

export const koreanFamilies: Syllables = [
  ['김', 'kim'],
  ['이', 'lee'],
  ['박', 'park'],
  ['최', 'choi'],
  ['정', 'jung'],
  ['강', 'kang'],
  ['조', 'cho'],
  ['윤', 'yoon'],
  ['장', 'jang'],
  ['임', 'lim'],
  ['남궁', 'namgung'],
];
export const koreanFirst: Syllables = [
  ['민', 'min'],
  ['서', 'seo'],
  ['지', 'ji'],
  ['하', 'ha'],
  ['도', 'do'],
  ['유', 'yu'],
  ['태', 'tae'],
  ['은', 'eun'],
  ['성', 'sung'],
  ['현', 'hyun'],
];
export const koreanSecond: Syllables = [
  ['수', 'su'],
  ['연', 'yeon'],
  ['준', 'jun'],
  ['윤', 'yun'],
  ['호', 'ho'],
  ['영', 'young'],
  ['진', 'jin'],
  ['아', 'a'],
  ['우', 'woo'],
  ['희', 'hee'],
];
export const koreanStems: Syllables = [
  ['한빛', 'hanbit'],
  ['대한', 'daehan'],
  ['미래', 'mirae'],
  ['동방', 'dongbang'],
  ['세종', 'sejong'],
  ['태양', 'taeyang'],
  ['우리', 'woori'],
  ['금강', 'geumgang'],
  ['신성', 'shinsung'],
  ['청솔', 'cheongsol'],
  ['가온', 'gaon'],
  ['누리', 'nuri'],
  ['백두', 'baekdu'],
  ['다온', 'daon'],
];
export const koreanTrades: Syllables = [
  ['전자', 'electronics'],
  ['정밀', 'precision'],
  ['산업', 'industries'],
  ['기계', 'machinery'],
  ['물산', 'trading'],
  ['화학', 'chemical'],
  ['테크', 'tech'],
  ['제지', 'paper'],
  ['식품', 'foods'],
  ['건설', 'construction'],
  ['통상', 'commerce'],
];

export const chineseFamilies: Syllables = [
  ['王', 'wang'],
  ['李', 'li'],
  ['张', 'zhang'],
  ['刘', 'liu'],
  ['陈', 'chen'],
  ['杨', 'yang'],
  ['赵', 'zhao'],
  ['黄', 'huang'],
  ['欧阳', 'ouyang'],
];
export const chineseGiven: Syllables = [
  ['伟', 'wei'],
  ['芳', 'fang'],
  ['秀英', 'xiuying'],
  ['娜', 'na'],
  ['敏', 'min'],
  ['静', 'jing'],
  ['强', 'qiang'],
  ['磊', 'lei'],
  ['洋', 'yang'],
  ['建国', 'jianguo'],
  ['雪', 'xue'],
];
export const chinesePlaces: Syllables = [
  ['上海', 'shanghai'],
  ['深圳', 'shenzhen'],
  ['苏州', 'suzhou'],
  ['杭州', 'hangzhou'],
  ['北京', 'beijing'],
  ['宁波', 'ningbo'],
];
export const chineseStems: Syllables = [
  ['华', 'hua'],
  ['新', 'xin'],
  ['金', 'jin'],
  ['东方', 'dongfang'],
  ['恒', 'heng'],
  ['瑞', 'rui'],
  ['海', 'hai'],
  ['远', 'yuan'],
  ['龙', 'long'],
  ['天', 'tian'],
];
export const chineseSeconds: Syllables = [
  ['达', 'da'],
  ['盛', 'sheng'],
  ['科', 'ke'],
  ['信', 'xin'],
  ['泰', 'tai'],
  ['利', 'li'],
  ['通', 'tong'],
  ['丰', 'feng'],
];
export const chineseTrades: Syllables = [
  ['电子', 'electronics'],
  ['机械', 'machinery'],
  ['贸易', 'trading'],
  ['科技', 'tech'],
  ['化工', 'chemical'],
  ['纺织', 'textile'],
  ['包装', 'packaging'],
];
