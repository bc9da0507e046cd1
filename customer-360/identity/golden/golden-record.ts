import { searchText } from '../../search-text.ts';
import type { Party } from '../party.ts';
import { type GoldenField, rankParties, type SurvivorshipInput, survivorsOf } from './survivorship.ts';

export interface GoldenRecord extends Record<Exclude<GoldenField, 'displayName'>, string | null> {
  kind: Party['kind'];
  displayName: string;
  searchText: string;
}

export interface GoldenRecordInput extends SurvivorshipInput {
  /** Account numbers and e-mail addresses of accounts and contact points the customer should be found by. */
  searchTerms: readonly string[];
}

/**
 * One record of a customer out of what its systems say: each field from the party that the rule of the field puts
 * first among those that have it (`survivorship.ts`).
 */
export function goldenRecord(input: GoldenRecordInput): GoldenRecord {
  const ranked = rankParties(input, input.survivorship.rule, 'displayName');
  const [best] = ranked;
  if (!best) throw new RangeError('Expected a customer with at least one party, got none.');
  const survivors = new Map(survivorsOf(input).map(({ field, party }) => [field, party[field]]));
  const valueIn = (field: GoldenField) => survivors.get(field) ?? null;
  return {
    kind: best.kind,
    displayName: valueIn('displayName') ?? best.displayName,
    legalName: valueIn('legalName'),
    taxId: valueIn('taxId'),
    email: valueIn('email'),
    phone: valueIn('phone'),
    website: valueIn('website'),
    language: valueIn('language'),
    country: valueIn('country'),
    birthDate: valueIn('birthDate'),
    searchText: searchText([
      ...ranked.flatMap((party) => [party.displayName, party.legalName, party.email, party.taxId]),
      ...input.searchTerms,
    ]),
  };
}
