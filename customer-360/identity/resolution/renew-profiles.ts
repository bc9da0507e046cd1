import type { IdentityStore } from '../../../cache/identity/identity-store.ts';
import type { MatchStore, PartyKey } from '../../../cache/identity/match-store.ts';
import { boundOf, keysOf } from '../matching/block-keys.ts';
import { type Party, partyFacts } from '../party.ts';
import { type Profile, profileOf } from '../profile.ts';
import type { IdentitySettings, InUse } from './models-in-use.ts';

export interface RenewProfiles {
  store: IdentityStore;
  matches: MatchStore;
  dirty: readonly string[];
  /** Those of the dirty parties that are live. */
  parties: readonly Party[];
  settings: IdentitySettings;
  inUse: InUse;
}

/**
 * Brings the stored profiles and keys of dirty parties up to date. Resolves to the parties whose pairs have to be
 * judged again: those that changed, and all who share a key that so became too common to say anything, or ceased to be.
 */
export async function renewProfiles(request: RenewProfiles): Promise<Set<string>> {
  const { store, matches, dirty, parties, settings, inUse } = request;
  const profiles = (await partyFacts(store, parties)).map((facts) => profileOf(facts, settings.defaultCountry));
  const live = new Set(profiles.map(({ id }) => id));
  const stored = new Map((await matches.profiles(dirty)).map((row) => [row.partyId, row]));
  const texts = profiles.map((profile) => ({
    partyId: profile.id,
    profile: JSON.stringify(profile),
    madeWith: inUse.madeWith,
  }));
  const changed = texts.filter(({ partyId, profile, madeWith }) => {
    const known = stored.get(partyId);
    return known?.profile !== profile || known.madeWith !== madeWith;
  });
  const gone = [...stored.keys()].filter((id) => !live.has(id));
  const again = new Set([...changed.map(({ partyId }) => partyId), ...gone]);

  await matches.saveProfiles(changed);
  await matches.removeProfiles(gone);
  const flipped = await renewKeys(
    request,
    profiles.filter(({ id }) => again.has(id)),
    [...again].filter((id) => stored.has(id)),
  );
  for (const { partyId } of await matches.sharersOf(flipped)) again.add(partyId);
  return again;
}

/**
 * Renews the keys of parties that have these profiles now, `known` of which had others before. Resolves to the keys
 * that became too common, or ceased to be.
 */
async function renewKeys(
  { matches, settings }: RenewProfiles,
  profiles: readonly Profile[],
  known: readonly string[],
): Promise<string[]> {
  const before = await matches.keysOfParties(known);
  const after = profiles.flatMap((profile) =>
    keysOf(profile).map((linkKey): PartyKey => ({ linkKey, partyId: profile.id })),
  );
  const [removed, added] = [without(before, after), without(after, before)];
  const gains = new Map<string, number>();
  for (const { linkKey } of added) gains.set(linkKey, (gains.get(linkKey) ?? 0) + 1);
  for (const { linkKey } of removed) gains.set(linkKey, (gains.get(linkKey) ?? 0) - 1);
  await matches.removeKeys(removed);
  const sharers = new Map<string, number>();
  // Counted while what was written is at hand. Of keys that more have than before only the common ones matter.
  const least = Math.min(settings.maxShared, settings.maxBlock);
  const sorted = added.sort((x, y) => (x.linkKey < y.linkKey ? -1 : 1));
  for (let start = 0; start < sorted.length; start += SLICE) {
    const slice = sorted.slice(start, start + SLICE);
    await matches.addKeys(slice);
    const keys = new Set(slice.map(({ linkKey }) => linkKey));
    for (const [key, count] of await matches.countSharers([...keys], least)) sharers.set(key, count);
  }
  const fewer = [...gains].filter(([, gain]) => gain < 0).map(([key]) => key);
  for (const [key, count] of await matches.countSharers(fewer)) sharers.set(key, count);
  return [...gains].flatMap(([key, gain]) => {
    const [count, bound] = [sharers.get(key) ?? 0, boundOf(key, settings)];
    return count > bound !== count - gain > bound ? [key] : [];
  });
}

/** Keys that are written and then counted. */
const SLICE = 5_000;

function without(keys: PartyKey[], others: readonly PartyKey[]): PartyKey[] {
  if (others.length === 0) return keys;
  const known = new Set(others.map(nameOf));
  return keys.filter((key) => !known.has(nameOf(key)));
}

function nameOf(key: PartyKey): string {
  return `${key.partyId} ${key.linkKey}`;
}
