import { searchText } from '../search-text.ts';
import type { Party } from './party.ts';

/** The fields a customer takes over from its parties, each from the first party that has it. */
const goldenFields = [
  'legalName',
  'taxId',
  'email',
  'phone',
  'website',
  'language',
  'country',
  'birthDate',
] as const satisfies readonly (keyof Party)[];

export type GoldenRecord = Pick<Party, 'kind' | 'displayName' | (typeof goldenFields)[number]> & { searchText: string };

export interface GoldenRecordInput {
  /** The live parties of one customer, at least one. */
  parties: readonly Party[];
  /** Account numbers and further e-mail addresses the customer is found by. */
  searchTerms: readonly string[];
  /** System → priority; higher wins, 0 where none is given. */
  priorities: Readonly<Record<string, number>>;
}

/**
 * One record of a customer out of what its systems say. Parties are ranked by the priority of their system, then by
 * how complete they are, then by how lately they changed; every field comes from the best ranked that has it.
 */
export function goldenRecord({ parties, searchTerms, priorities }: GoldenRecordInput): GoldenRecord {
  const ranked = [...parties].sort((a, b) => compareRank(a, b, priorities));
  const [best] = ranked;
  if (!best) throw new RangeError('Expected a customer with at least one party, got none.');
  return {
    kind: best.kind,
    displayName: best.displayName,
    legalName: firstOf(ranked, 'legalName'),
    taxId: firstOf(ranked, 'taxId'),
    email: firstOf(ranked, 'email'),
    phone: firstOf(ranked, 'phone'),
    website: firstOf(ranked, 'website'),
    language: firstOf(ranked, 'language'),
    country: firstOf(ranked, 'country'),
    birthDate: firstOf(ranked, 'birthDate'),
    searchText: searchText([
      ...ranked.flatMap((party) => [party.displayName, party.legalName, party.email, party.taxId]),
      ...searchTerms,
    ]),
  };
}

function firstOf(ranked: readonly Party[], field: (typeof goldenFields)[number]): string | null {
  return ranked.find((party) => isPresent(party[field]))?.[field] ?? null;
}

function compareRank(a: Party, b: Party, priorities: Readonly<Record<string, number>>): number {
  const byPriority = (priorities[b.system] ?? 0) - (priorities[a.system] ?? 0);
  if (byPriority !== 0) return byPriority;
  const byCompleteness = completeness(b) - completeness(a);
  if (byCompleteness !== 0) return byCompleteness;
  const [changedA, changedB] = [a.changedAt ?? '', b.changedAt ?? ''];
  if (changedA !== changedB) return changedA < changedB ? 1 : -1;
  return a.id < b.id ? -1 : 1;
}

function completeness(party: Party): number {
  return goldenFields.filter((field) => isPresent(party[field])).length;
}

function isPresent(value: string | null): boolean {
  return value !== null && value.trim() !== '';
}
