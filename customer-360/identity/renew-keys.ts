import type { IdentityStore, PartyKey } from '../../cache/identity-store.ts';
import { linkKeys } from './link-keys.ts';
import type { Party } from './party.ts';

export interface RenewKeys {
  store: IdentityStore;
  dirty: readonly string[];
  /** Those of the dirty parties that are live. */
  parties: readonly Party[];
  defaultCountry: string | undefined;
  maxShared: number;
}

/**
 * Brings the stored keys of dirty parties up to date. Resolves to the parties to look at again: the dirty ones, and
 * all who share a key they had or have, unless that key linked nobody before and links nobody now.
 */
export async function renewKeys({ store, dirty, parties, defaultCountry, maxShared }: RenewKeys): Promise<Set<string>> {
  const before = await store.keysOfParties(dirty);
  const after = parties.flatMap((party) =>
    linkKeys(party, defaultCountry).map((linkKey): PartyKey => ({ linkKey, partyId: party.id })),
  );
  const touched = [...new Set([...before, ...after].map((key) => key.linkKey))];
  const sharersBefore = await store.countSharers(touched);
  await store.removeKeys(without(before, after));
  await store.addKeys(without(after, before));
  const sharersAfter = await store.countSharers(touched);

  const isLinking = (count: number | undefined) => (count ?? 0) <= maxShared;
  const worth = touched.filter((key) => isLinking(sharersBefore.get(key)) || isLinking(sharersAfter.get(key)));
  return new Set([...dirty, ...(await store.sharersOf(worth)).map((key) => key.partyId)]);
}

function without(keys: readonly PartyKey[], others: readonly PartyKey[]): PartyKey[] {
  const known = new Set(others.map(nameOf));
  return keys.filter((key) => !known.has(nameOf(key)));
}

function nameOf(key: PartyKey): string {
  return `${key.partyId} ${key.linkKey}`;
}
