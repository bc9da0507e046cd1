import { type ExactRule, exactRuleOf, keyOf } from '../golden/link-keys.ts';
import type { Profile } from '../profile.ts';
import { type Contradiction, contradictionsOf, howNamesAgree, isPartOf } from './contradictions.ts';
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
 * Judges two profiles. `sharedKeys` are the exact keys both have and few others do. A cross-reference decides, and so
 * does a company's tax id with right check digits. Everything else links only where nothing contradicts it, however
 * much it weighs; an exact key then decides, and without one the weight of all evidence.
 */
export function judge(a: Profile, b: Profile, sharedKeys: readonly string[], judging: Judging): Judgement {
  const weighing = weigh(a, b, judging.models);
  const arePersons = a.isPerson && b.isPerson;
  const { link, review } = arePersons ? judging.person : judging.organization;
  const exact = sharedKeys.length === 0 ? null : exactRuleOf(sharedKeys);
  const pair = { a: a.id, b: b.id, weight: weighing.weight };
  const linked = (rule: LinkRule) => ({ ...pair, rule, isDoubtful: false });
  const open = (isDoubtful: boolean) => ({ ...pair, rule: null, isDoubtful });
  if (exact === 'CROSS_REFERENCE') return linked(exact);
  const sharesTaxId = sharesValidTaxId(a, b, sharedKeys);
  if (sharesTaxId && !arePersons) return linked('TAX_ID');
  const probability = probabilityOf(weighing.weight);
  if (exact === null && probability < review) return open(false);

  const against = contradictionsOf(a, b);
  if (against.length > 0) return open(isWorthAsking(against, arePersons, weighing));
  if (sharesTaxId) return linked('TAX_ID');
  if (arePersons) {
    const names = howNamesAgree(a, b);
    const isBorn = is(weighing, 'birthDate', 'same');
    const isReached = is(weighing, 'email', 'same') || is(weighing, 'taxId', 'same');
    if (names === 'thin' && !isBorn && !isReached) return open(probability >= review);
    const isHome = is(weighing, 'phone', 'same') || is(weighing, 'street', 'same');
    if (names === 'otherFamily' && !(isBorn && (isReached || isHome))) return open(isBorn || isReached);
  }
  const isSite = is(weighing, 'taxId', 'same') || is(weighing, 'phone', 'same') || is(weighing, 'street', 'same');
  const isMail = is(weighing, 'email', 'same') && !differsAnywhere(weighing);
  if (!arePersons && !isSite && !isMail && isPartOf(a, b)) return open(probability >= review);
  if (exact !== null) {
    return !isContradicted(arePersons, weighing) ? linked(exact) : open(true);
  }
  if (probability < link) return open(!hasOnlyName(arePersons, weighing));
  if (hasOnlyName(arePersons, weighing)) return open(!differsAnywhere(weighing));
  return areNeighbours(a, b, weighing) ? open(true) : linked('MATCH');
}

/** Whether nothing but the name speaks for one customer: the rarest name is another's as well somewhere. */
function hasOnlyName(arePersons: boolean, weighing: Weighing): boolean {
  const { levels } = weighing;
  const upTo = <F extends keyof typeof fields>(field: F, name: (typeof fields)[F][number]) => {
    const level = levels[at(field)] ?? 0;
    return level > 0 && level <= levelOf(field, name);
  };
  const isWhole = arePersons || upTo('name', 'alike');
  const isNear = upTo('street', 'alike') && upTo('place', 'sameCity');
  const isReached = upTo('email', isWhole ? 'sameMailbox' : 'same') || upTo('phone', 'same');
  return !(upTo('birthDate', 'swappedOrTypo') || upTo('taxId', 'typo') || isReached || isNear);
}

/** Whether a value that both have differs. */
function differsAnywhere(weighing: Weighing): boolean {
  const { levels } = weighing;
  return (['email', 'phone', 'street', 'place'] as const).some(
    (field) => levels[at(field)] === levelOf(field, 'different'),
  );
}

/**
 * Contradicted pairs that a steward is asked about: those where more than a home, a building or a line speaks for one
 * customer. All others are what households and sites are made of.
 */
function isWorthAsking(against: readonly Contradiction[], arePersons: boolean, weighing: Weighing): boolean {
  if (is(weighing, 'taxId', 'same')) return true;
  const isReached = is(weighing, 'email', 'same');
  if (!arePersons) return isReached && is(weighing, 'street', 'same');
  if (against.includes('birthDate')) return against.length === 1 && isReached && is(weighing, 'name', 'same');
  return isReached && is(weighing, 'birthDate', 'same');
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

function is<F extends keyof typeof fields>({ levels }: Weighing, field: F, name: (typeof fields)[F][number]): boolean {
  return levels[at(field)] === levelOf(field, name);
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

/** A shared mailbox or telephone is not one customer when tax ids or names are of different ones. */
function isContradicted(arePersons: boolean, weighing: Weighing): boolean {
  if (is(weighing, 'taxId', 'different')) return true;
  return !arePersons && is(weighing, 'name', 'different');
}
