import type { IdentityStore } from '../../cache/identity-store.ts';
import type { MatchStore, PartyKey } from '../../cache/match-store.ts';
import { boundOf, keysOf } from './matching/block-keys.ts';
import type { IdentitySettings, InUse } from './models-in-use.ts';
import { type Party, partyFacts } from './party.ts';
import { type Profile, profileOf } from './profile.ts';

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
  const flipped = await renewKeys(request, profiles, again);
  for (const { partyId } of await matches.sharersOf(flipped)) again.add(partyId);
  return again;
}

/** Resolves to the keys that became too common, or ceased to be. */
async function renewKeys(
  { matches, settings }: RenewProfiles,
  profiles: readonly Profile[],
  changed: ReadonlySet<string>,
): Promise<string[]> {
  const before = await matches.keysOfParties([...changed]);
  const after = profiles
    .filter(({ id }) => changed.has(id))
    .flatMap((profile) => keysOf(profile).map((linkKey): PartyKey => ({ linkKey, partyId: profile.id })));
  const [removed, added] = [without(before, after), without(after, before)];
  const touched = [...new Set([...removed, ...added].map(({ linkKey }) => linkKey))];
  const sharersBefore = await matches.countSharers(touched);
  await matches.removeKeys(removed);
  await matches.addKeys(added);

  const gain = new Map<string, number>();
  for (const { linkKey } of added) gain.set(linkKey, (gain.get(linkKey) ?? 0) + 1);
  for (const { linkKey } of removed) gain.set(linkKey, (gain.get(linkKey) ?? 0) - 1);
  return touched.filter((key) => {
    const [count, bound] = [sharersBefore.get(key) ?? 0, boundOf(key, settings)];
    return count > bound !== count + (gain.get(key) ?? 0) > bound;
  });
}

function without(keys: readonly PartyKey[], others: readonly PartyKey[]): PartyKey[] {
  const known = new Set(others.map(nameOf));
  return keys.filter((key) => !known.has(nameOf(key)));
}

function nameOf(key: PartyKey): string {
  return `${key.partyId} ${key.linkKey}`;
}
