import { type ExactRule, exactRuleOf, keyOf } from '../link-keys.ts';
import type { Profile } from '../profile.ts';
import { fieldNames, fields } from './fields.ts';
import { type Models, probabilityOf, type Weighing, weigh, weightOf } from './model.ts';

/** From which probability on two records are taken for one customer, and from which on somebody should look. */
interface Thresholds {
  link: number;
  review: number;
}

export interface Judging {
  models: Models;
  person: Thresholds;
  organization: Thresholds;
}

/** Why two parties are one customer. */
export type LinkRule = ExactRule | 'MATCH' | 'STEWARD';

/** What is thought of a pair. `a` is the lower id. */
export interface Judgement {
  a: string;
  b: string;
  /** log2 of the odds that they are one customer. */
  weight: number;
  /** The reason to link them; null where there is none, or where other evidence speaks against it. */
  rule: LinkRule | null;
  /** Neither linked nor clearly apart: somebody should look. */
  isDoubtful: boolean;
}

/** Right for one customer alone, whatever else is known. */
const authoritative: ReadonlySet<LinkRule | null> = new Set(['CROSS_REFERENCE', 'TAX_ID', 'STEWARD'] as const);

export function isAuthoritative(rule: LinkRule | null): boolean {
  return authoritative.has(rule);
}

/**
 * Judges two profiles. `sharedKeys` are the exact keys both have and few others do. A cross-reference or a tax id with
 * right check digits decides; any other exact key decides unless the evidence contradicts it, which makes the pair
 * doubtful; without one the weight of all evidence decides.
 */
export function judge(a: Profile, b: Profile, sharedKeys: readonly string[], judging: Judging): Judgement {
  const weighing = weigh(a, b, judging.models);
  const { link, review } = a.isPerson && b.isPerson ? judging.person : judging.organization;
  const exact = sharedKeys.length === 0 ? null : exactRuleOf(sharedKeys);
  const pair = { a: a.id, b: b.id, weight: weighing.weight };
  if (exact === 'CROSS_REFERENCE' || sharesValidTaxId(a, b, sharedKeys)) {
    return { ...pair, rule: exact, isDoubtful: false };
  }
  const probability = probabilityOf(weighing.weight);
  if (exact !== null) {
    const holds = probability >= link || !isContradicted(a.isPerson && b.isPerson, weighing);
    return { ...pair, rule: holds ? exact : null, isDoubtful: !holds };
  }
  if (probability >= link && !areNeighbours(a, b, weighing)) return { ...pair, rule: 'MATCH', isDoubtful: false };
  return { ...pair, rule: null, isDoubtful: probability >= review };
}

/** How sure a link is, from 0 to 1. */
export function confidenceOf({ rule, weight }: Pick<Judgement, 'rule' | 'weight'>, linkThreshold: number): number {
  if (isAuthoritative(rule)) return 1;
  return probabilityOf(Math.max(weight, weightOf(linkThreshold)));
}

/** A profile without the values that too many share: they say nothing of who somebody is. */
export function withoutDemoted(profile: Profile, isDemoted: (key: string) => boolean): Profile {
  const kept = (kind: 'tax' | 'email' | 'phone', values: readonly string[]) =>
    values.filter((value) => !isDemoted(keyOf(kind, value)));
  const taxIds = kept('tax', profile.taxIds);
  return {
    ...profile,
    taxIds,
    validTaxIds: profile.validTaxIds.filter((taxId) => taxIds.includes(taxId)),
    emails: kept('email', profile.emails),
    phones: kept('phone', profile.phones),
  };
}

function sharesValidTaxId(a: Profile, b: Profile, sharedKeys: readonly string[]): boolean {
  return a.validTaxIds.some((taxId) => b.validTaxIds.includes(taxId) && sharedKeys.includes(keyOf('tax', taxId)));
}

const at = (field: keyof typeof fields) => fieldNames.indexOf(field);
const levelOf = <F extends keyof typeof fields>(field: F, name: (typeof fields)[F][number]) =>
  (fields[field] as readonly string[]).indexOf(name) + 1;

/** Two firms of one building: the address agrees, but they are called otherwise and write from other domains. */
function areNeighbours(a: Profile, b: Profile, { levels }: Weighing): boolean {
  if (a.isPerson && b.isPerson) return false;
  const isOther = <F extends keyof typeof fields>(field: F, from: (typeof fields)[F][number]) =>
    (levels[at(field)] ?? 0) >= levelOf(field, from);
  return isOther('name', 'partly') && isOther('email', 'different');
}

/** A shared mailbox or telephone is not one customer when tax ids, dates of birth or names are of different ones. */
function isContradicted(arePersons: boolean, { levels }: Weighing): boolean {
  const is = <F extends keyof typeof fields>(field: F, name: (typeof fields)[F][number]) =>
    levels[at(field)] === levelOf(field, name);
  if (is('taxId', 'different') || is('birthDate', 'different')) return true;
  const name = levels[at('name')] ?? 0;
  return name >= levelOf('name', arePersons ? 'partly' : 'different');
}
