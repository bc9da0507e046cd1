import type { MatchStore } from '../../cache/match-store.ts';
import { linkKeys } from './link-keys.ts';
import { withoutDemoted } from './matching/judge.ts';
import type { Profile } from './profile.ts';

/** Reads profiles by party, without the values that too many share. What one batch has read it does not read again. */
export type ReadProfiles = (partyIds: Iterable<string>) => Promise<ReadonlyMap<string, Profile>>;

/** Profiles as they stand now: make a new one after profiles or keys were written. */
export function createProfileReader(matches: MatchStore, maxShared: number): ReadProfiles {
  const profiles = new Map<string, Profile>();
  const sharers = new Map<string, number>();
  return async (partyIds) => {
    const missing = [...new Set(partyIds)].filter((id) => !profiles.has(id));
    const read = (await matches.profiles(missing)).map(({ profile }) => JSON.parse(profile) as Profile);
    const keys = new Set(read.flatMap(valueKeys).filter((key) => !sharers.has(key)));
    for (const [key, count] of await matches.countSharers([...keys])) sharers.set(key, count);
    for (const profile of read) {
      profiles.set(
        profile.id,
        withoutDemoted(profile, (key) => (sharers.get(key) ?? 0) > maxShared),
      );
    }
    return profiles;
  };
}

function valueKeys(profile: Profile): string[] {
  return linkKeys(profile).filter((key) => !key.startsWith('xref:'));
}
