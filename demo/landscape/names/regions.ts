import type { Currency } from '../amounts.ts';

/** Where customers live: what their language, money, tax, addresses and phone numbers look like. */
export interface Region {
  country: string;
  language: string;
  currency: Currency;
  /** Value added tax on domestic and EU sales, in percent. */
  taxPercent: number;
  cities: readonly { city: string; region: string; postalCode: string }[];
  streets: readonly string[];
  /** Phone numbers are `+dialling area` and eight further digits or fewer. */
  dialling: string;
  areas: readonly { area: string; digits: number }[];
}

export const regions = {
  DE: {
    country: 'DE',
    language: 'de',
    currency: 'EUR',
    taxPercent: 19,
    cities: [
      { city: 'München', region: 'Bayern', postalCode: '80331' },
      { city: 'Köln', region: 'Nordrhein-Westfalen', postalCode: '50667' },
      { city: 'Düsseldorf', region: 'Nordrhein-Westfalen', postalCode: '40213' },
      { city: 'Nürnberg', region: 'Bayern', postalCode: '90402' },
      { city: 'Hamburg', region: 'Hamburg', postalCode: '20095' },
      { city: 'Stuttgart', region: 'Baden-Württemberg', postalCode: '70173' },
    ],
    streets: ['Hauptstraße', 'Bahnhofstraße', 'Gartenweg', 'Königsallee', 'Lindenstraße', 'Mühlweg', 'Schloßplatz'],
    dialling: '49',
    areas: [
      { area: '89', digits: 8 },
      { area: '221', digits: 7 },
      { area: '40', digits: 8 },
    ],
  },
  KR: {
    country: 'KR',
    language: 'ko',
    currency: 'KRW',
    taxPercent: 10,
    cities: [
      { city: '서울', region: '서울특별시', postalCode: '04524' },
      { city: '부산', region: '부산광역시', postalCode: '48058' },
      { city: '수원', region: '경기도', postalCode: '16488' },
      { city: '대전', region: '대전광역시', postalCode: '34126' },
      { city: '인천', region: '인천광역시', postalCode: '21999' },
    ],
    streets: ['세종대로', '테헤란로', '강남대로', '해운대로', '중앙로', '산업단지로'],
    dialling: '82',
    areas: [
      { area: '2', digits: 8 },
      { area: '51', digits: 7 },
      { area: '31', digits: 7 },
    ],
  },
  CN: {
    country: 'CN',
    language: 'zh',
    currency: 'CNY',
    taxPercent: 13,
    cities: [
      { city: '上海', region: '上海市', postalCode: '200001' },
      { city: '深圳', region: '广东省', postalCode: '518000' },
      { city: '苏州', region: '江苏省', postalCode: '215000' },
      { city: '杭州', region: '浙江省', postalCode: '310000' },
      { city: '北京', region: '北京市', postalCode: '100000' },
    ],
    streets: ['南京路', '人民路', '建设大道', '科技园路', '中山路', '工业园区路'],
    dialling: '86',
    areas: [
      { area: '21', digits: 8 },
      { area: '755', digits: 8 },
      { area: '512', digits: 8 },
    ],
  },
  US: {
    country: 'US',
    language: 'en',
    currency: 'USD',
    taxPercent: 0,
    cities: [
      { city: 'Chicago', region: 'IL', postalCode: '60601' },
      { city: 'Austin', region: 'TX', postalCode: '78701' },
      { city: 'Portland', region: 'OR', postalCode: '97201' },
      { city: 'Boston', region: 'MA', postalCode: '02108' },
    ],
    streets: ['Main Street', 'Market Street', 'Lake Avenue', 'Commerce Drive', 'Oak Lane'],
    dialling: '1',
    areas: [
      { area: '312555', digits: 4 },
      { area: '512555', digits: 4 },
      { area: '503555', digits: 4 },
      { area: '617555', digits: 4 },
    ],
  },
  GB: {
    country: 'GB',
    language: 'en',
    currency: 'GBP',
    taxPercent: 20,
    cities: [
      { city: 'London', region: 'Greater London', postalCode: 'EC1A 1BB' },
      { city: 'Leeds', region: 'West Yorkshire', postalCode: 'LS1 4DY' },
      { city: 'Bristol', region: 'Bristol', postalCode: 'BS1 5TR' },
    ],
    streets: ['High Street', 'Station Road', 'Mill Lane', "King's Road", 'Quay Street'],
    dialling: '44',
    areas: [
      { area: '207', digits: 7 },
      { area: '113', digits: 7 },
      { area: '117', digits: 7 },
    ],
  },
  FR: {
    country: 'FR',
    language: 'fr',
    currency: 'EUR',
    taxPercent: 20,
    cities: [
      { city: 'Lyon', region: 'Auvergne-Rhône-Alpes', postalCode: '69001' },
      { city: 'Orléans', region: 'Centre-Val de Loire', postalCode: '45000' },
      { city: 'Besançon', region: 'Bourgogne-Franche-Comté', postalCode: '25000' },
    ],
    streets: ['rue de la République', 'avenue des Lilas', 'place du Marché', 'rue Émile-Zola'],
    dialling: '33',
    areas: [
      { area: '4', digits: 8 },
      { area: '2', digits: 8 },
      { area: '3', digits: 8 },
    ],
  },
} as const satisfies Record<string, Region>;

export type RegionCode = keyof typeof regions;

/** How the customers spread over the regions. */
export const regionShares: Readonly<Record<RegionCode, number>> = { DE: 30, KR: 22, CN: 18, US: 14, GB: 9, FR: 7 };
