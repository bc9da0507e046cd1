/** What the score looks at: the golden record, and what stands behind it. */
export interface RecordFacts {
  kind: string;
  displayName: string;
  legalName: string | null;
  taxId: string | null;
  email: string | null;
  phone: string | null;
  country: string | null;
  language: string | null;
  /** Some address has street, city and country. */
  hasAddress: boolean;
  /** How many systems know the customer. */
  systems: number;
  /** The tax numbers and countries its systems know, without repeats. */
  taxIds: readonly string[];
  countries: readonly string[];
}

type QualityCheck =
  | 'NAME'
  | 'LEGAL_NAME'
  | 'TAX_ID'
  | 'EMAIL'
  | 'PHONE'
  | 'ADDRESS'
  | 'COUNTRY'
  | 'LANGUAGE'
  | 'SEVERAL_SYSTEMS'
  | 'SYSTEMS_AGREE';

interface Rule {
  check: QualityCheck;
  weight: number;
  holds(record: RecordFacts): boolean;
  /** Only organisations can be asked for it. */
  organisationsOnly?: boolean;
}

const isOrganisation = (record: RecordFacts) => record.kind !== 'PERSON';

/** The weights are parts of the whole: what is needed to bill and reach a customer counts twice. */
const qualityRules: readonly Rule[] = [
  { check: 'NAME', weight: 2, holds: ({ displayName }) => displayName.trim().length > 1 },
  { check: 'LEGAL_NAME', weight: 1, organisationsOnly: true, holds: ({ legalName }) => legalName !== null },
  { check: 'TAX_ID', weight: 2, organisationsOnly: true, holds: ({ taxId }) => taxId !== null },
  { check: 'EMAIL', weight: 2, holds: ({ email }) => email !== null && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) },
  { check: 'PHONE', weight: 1, holds: ({ phone }) => (phone?.replace(/\D/g, '').length ?? 0) >= 6 },
  { check: 'ADDRESS', weight: 2, holds: ({ hasAddress }) => hasAddress },
  { check: 'COUNTRY', weight: 1, holds: ({ country }) => country !== null },
  { check: 'LANGUAGE', weight: 1, holds: ({ language }) => language !== null },
  { check: 'SEVERAL_SYSTEMS', weight: 1, holds: ({ systems }) => systems > 1 },
  { check: 'SYSTEMS_AGREE', weight: 2, holds: ({ taxIds, countries }) => taxIds.length <= 1 && countries.length <= 1 },
];

export interface DataQuality {
  /** 0 to 100: the weight of the rules that hold over that of all that apply. */
  score: number;
  missing: QualityCheck[];
}

/** How complete and free of contradiction the record of a customer is, by `qualityRules`. */
export function dataQuality(record: RecordFacts): DataQuality {
  const applying = qualityRules.filter(({ organisationsOnly }) => !organisationsOnly || isOrganisation(record));
  const holding = applying.filter((rule) => rule.holds(record));
  const weightOf = (rules: readonly Rule[]) => rules.reduce((sum, { weight }) => sum + weight, 0);
  return {
    score: Math.round((100 * weightOf(holding)) / weightOf(applying)),
    missing: applying.filter((rule) => !holding.includes(rule)).map(({ check }) => check),
  };
}
