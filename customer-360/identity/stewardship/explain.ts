import type { Sql } from '../../../cache/database/database.ts';
import { createMatchStore } from '../../../cache/identity/match-store.ts';
import { createStewardStore } from '../../../cache/identity/steward-store.ts';
import { HubError } from '../../../config/errors.ts';
import { linkKeys } from '../golden/link-keys.ts';
import { contradictions, contradictionsOf } from '../matching/contradictions.ts';
import { fieldNames, fields } from '../matching/fields.ts';
import { judge } from '../matching/judge.ts';
import { probabilityOf, weigh } from '../matching/model.ts';
import type { Profile } from '../profile.ts';
import { createModelReader, type IdentitySettings } from '../resolution/models-in-use.ts';
import { createProfileReader } from '../resolution/telling-profiles.ts';

/** What one field says of a pair. */
interface FieldEvidence {
  field: string;
  /** How they agree, from `same` to `different`; null where one of the two has nothing. */
  level: string | null;
  a: string[];
  b: string[];
  /** log2(m/u): for above 0, against below. */
  bits: number;
}

/** Why two parties are, are not, or may be one customer: the weights from the prior to the sum. */
export interface Evidence {
  a: string;
  b: string;
  /** log2 of the odds before anything is compared. */
  prior: number;
  fields: FieldEvidence[];
  /** What the rarity of the words that both names have adds. */
  rarity: number;
  /** The sum: log2 of the odds. */
  weight: number;
  probability: number;
  /** The rule that links them; null where none does. */
  rule: string | null;
  isDoubtful: boolean;
  /** What no weight overrules: in words, empty where nothing contradicts. */
  contradictions: string[];
  /** What a steward said of this pair. */
  decision: 'SAME' | 'APART' | null;
  /** Which version of the model weighed; 0 is the built-in one. */
  model: number;
}

/** Explains one pair as it would be judged now. Reads only. */
export async function explainPair(
  sql: Sql,
  settings: IdentitySettings,
  [first, second]: readonly [string, string],
): Promise<Evidence> {
  const [a, b] = first < second ? [first, second] : [second, first];
  const matches = createMatchStore(sql);
  const profiles = await createProfileReader(matches, settings.maxShared)([a, b]);
  const [one, other] = [profiles.get(a), profiles.get(b)];
  if (!one || !other || a === b) {
    throw new HubError(
      'NOT_FOUND',
      `Expected the ids of two parties, got ${one ? b : a}, which no party has, or which was named twice.`,
    );
  }
  const inUse = await createModelReader(settings)(sql);
  const weighing = weigh(one, other, inUse.models);
  const keys = new Set(linkKeys(other));
  const shared = linkKeys(one).filter((key) => keys.has(key));
  const common = await matches.countSharers(shared);
  const judgement = judge(
    one,
    other,
    shared.filter((key) => (common.get(key) ?? 0) <= settings.maxShared),
    inUse,
  );
  const decisions = await createStewardStore(sql).decisionsOf([a]);
  const arePersons = one.isPerson && other.isPerson;
  return {
    a,
    b,
    prior: (arePersons ? inUse.models.person : inUse.models.organization).prior,
    fields: fieldNames.map((field, i) => ({
      field,
      level: fields[field][(weighing.levels[i] ?? 0) - 1] ?? null,
      a: valuesOf(one)[field],
      b: valuesOf(other)[field],
      bits: weighing.bits[i] ?? 0,
    })),
    rarity: weighing.rarity,
    weight: weighing.weight,
    probability: probabilityOf(weighing.weight),
    rule: judgement.rule,
    isDoubtful: judgement.isDoubtful,
    contradictions: contradictionsOf(one, other).map((each) => contradictions[each]),
    decision: decisions.find((decision) => decision.a === a && decision.b === b)?.verdict ?? null,
    model: arePersons ? inUse.versions.person : inUse.versions.organization,
  };
}

/** The values that are compared, as they are compared: normalised, and without those that too many share. */
function valuesOf(profile: Profile): Record<(typeof fieldNames)[number], string[]> {
  const places = profile.addresses.map(({ postalCode, city }) => `${postalCode} ${city}`.trim());
  return {
    name: profile.names.map(({ words }) => words.join(' ')),
    birthDate: profile.birth === null ? [] : [profile.birth],
    taxId: profile.taxIds,
    email: profile.emails,
    phone: profile.phones,
    street: profile.addresses.map(({ street, number }) => `${street} ${number}`.trim()).filter((text) => text !== ''),
    place: places.filter((text) => text !== ''),
  };
}
