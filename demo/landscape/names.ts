import type { Random } from './random.ts';
import type { RegionCode } from './regions.ts';

/** A true name, in parts, so that every system can spell it its own way. */
export interface CustomerName {
  /** As registered, or as on the passport, e.g. `주식회사 한빛전자`, `Schröder Maschinenbau GmbH`, `김민수`. */
  full: string;
  /** Without the legal form. */
  core: string;
  legalForm: string | null;
  given: string | null;
  family: string | null;
  /** In plain Latin letters, for e-mail addresses and web domains. */
  latin: string;
}

type Syllables = readonly (readonly [native: string, latin: string])[];

const latinFamilies: Record<'DE' | 'US' | 'GB' | 'FR', readonly string[]> = {
  DE: ['Müller', 'Schröder', 'Weiß', 'Köhler', 'Jäger', 'Bäcker', 'Groß', 'Lange', 'Schäfer', 'Vogel', 'Kühn', 'Frank'],
  US: ['Carter', 'Hughes', 'Ramirez', 'Nguyen', 'Foster', 'Bennett', 'Coleman', 'Brooks', 'Sullivan', 'Perry'],
  GB: ["O'Neill", 'Whitaker', 'Thornton', 'Ashworth', 'Pemberton', 'Blackwood', 'Hargreaves', 'Lockwood'],
  FR: ['Lefèvre', 'Dubois', 'Gagné', 'Moreau', 'Garçon', 'Bérard', 'Chevalier', 'Hébert'],
};
const latinGiven: Record<'DE' | 'US' | 'GB' | 'FR', readonly string[]> = {
  DE: ['Jörg', 'Käthe', 'Günther', 'Anja', 'Sören', 'Lena', 'Björn', 'Ute', 'Matthias', 'Zoë'],
  US: ['Olivia', 'James', 'Maria', 'Ethan', 'Grace', 'Tyler', 'Aaliyah', 'Daniel'],
  GB: ['Harriet', 'Alistair', 'Imogen', 'Rupert', 'Siân', 'Callum', 'Priya'],
  FR: ['Chloé', 'François', 'Aurélie', 'Benoît', 'Inès', 'Loïc', 'Margaux'],
};
const latinTrades: Record<'DE' | 'US' | 'GB' | 'FR', readonly string[]> = {
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
const legalForms: Record<RegionCode, readonly string[]> = {
  DE: ['GmbH', 'GmbH & Co. KG', 'AG', 'KG'],
  US: ['Inc.', 'LLC', 'Corp.'],
  GB: ['Ltd', 'PLC', 'LLP'],
  FR: ['SA', 'SARL', 'SAS'],
  KR: ['주식회사', '유한회사'],
  CN: ['有限公司', '股份有限公司'],
};

const koreanFamilies: Syllables = [
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
const koreanFirst: Syllables = [
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
const koreanSecond: Syllables = [
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
const koreanStems: Syllables = [
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
const koreanTrades: Syllables = [
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

const chineseFamilies: Syllables = [
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
const chineseGiven: Syllables = [
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
const chinesePlaces: Syllables = [
  ['上海', 'shanghai'],
  ['深圳', 'shenzhen'],
  ['苏州', 'suzhou'],
  ['杭州', 'hangzhou'],
  ['北京', 'beijing'],
  ['宁波', 'ningbo'],
];
const chineseStems: Syllables = [
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
const chineseSeconds: Syllables = [
  ['达', 'da'],
  ['盛', 'sheng'],
  ['科', 'ke'],
  ['信', 'xin'],
  ['泰', 'tai'],
  ['利', 'li'],
  ['通', 'tong'],
  ['丰', 'feng'],
];
const chineseTrades: Syllables = [
  ['电子', 'electronics'],
  ['机械', 'machinery'],
  ['贸易', 'trading'],
  ['科技', 'tech'],
  ['化工', 'chemical'],
  ['纺织', 'textile'],
  ['包装', 'packaging'],
];

/** The name of a person of a region. People may share a name, as they do. */
export function personName(random: Random, region: RegionCode): CustomerName {
  if (region === 'KR') {
    const family = random.pick(koreanFamilies);
    const [first, second] = [random.pick(koreanFirst), random.pick(koreanSecond)];
    return person(family[0], first[0] + second[0], '', `${first[1]}${second[1]}.${family[1]}`);
  }
  if (region === 'CN') {
    const [family, given] = [random.pick(chineseFamilies), random.pick(chineseGiven)];
    return person(family[0], given[0], '', `${given[1]}.${family[1]}`);
  }
  const [family, given] = [random.pick(latinFamilies[region]), random.pick(latinGiven[region])];
  return person(family, given, ' ', `${plainLatin(given)}.${plainLatin(family)}`);
}

function person(family: string, given: string, gap: string, latin: string): CustomerName {
  const full = gap === '' ? `${family}${given}` : `${given}${gap}${family}`;
  return { full, core: full, legalForm: null, given, family, latin };
}

/** The name of an organisation that nobody in `taken` has yet; it is added there. */
export function organisationName(random: Random, region: RegionCode, taken: Set<string>): CustomerName {
  for (let attempt = 1; ; attempt++) {
    const [core, latin] = organisationCore(random, region);
    // The short lists run out at larger scales: from then on a company carries the number of its plant.
    const numbered = attempt > 4 ? random.int(2, 9_999) : null;
    const unique = numbered === null ? core : `${core} ${numbered}`;
    if (taken.has(unique)) continue;
    taken.add(unique);
    const legalForm = random.pick(legalForms[region]);
    return {
      full: withLegalForm(unique, legalForm, region),
      core: unique,
      legalForm,
      given: null,
      family: null,
      latin: numbered === null ? latin : `${latin}${numbered}`,
    };
  }
}

function organisationCore(random: Random, region: RegionCode): [native: string, latin: string] {
  if (region === 'KR') {
    const [stem, trade] = [random.pick(koreanStems), random.pick(koreanTrades)];
    return [`${stem[0]}${trade[0]}`, `${stem[1]}-${trade[1]}`];
  }
  if (region === 'CN') {
    const place = random.pick(chinesePlaces);
    const [stem, second, trade] = [random.pick(chineseStems), random.pick(chineseSeconds), random.pick(chineseTrades)];
    return [`${place[0]}${stem[0]}${second[0]}${trade[0]}`, `${stem[1]}${second[1]}-${trade[1]}-${place[1]}`];
  }
  const family = random.pick(latinFamilies[region]);
  const partner = random.chance(0.55) ? random.pick(latinFamilies[region]) : null;
  const trade = random.pick(latinTrades[region]);
  const core = partner === null || partner === family ? `${family} ${trade}` : `${family} & ${partner} ${trade}`;
  return [core, core.split(/[ &]+/).map(plainLatin).join('-')];
}

function withLegalForm(core: string, legalForm: string, region: RegionCode): string {
  if (region === 'CN') return `${core}${legalForm}`;
  if (region === 'KR') return `${legalForm} ${core}`;
  return `${core} ${legalForm}`;
}

const digraphs: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue' };

/** German letters written out, accents dropped: `Weiß` → `Weiss`, `Lefèvre` → `Lefevre`. */
export function transliterate(text: string): string {
  return text
    .replace(/[äöüßÄÖÜ]/g, (letter) => digraphs[letter] ?? letter)
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
}

function plainLatin(text: string): string {
  return transliterate(text)
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
