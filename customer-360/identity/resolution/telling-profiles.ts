import type { MatchStore } from '../../../cache/identity/match-store.ts';
import { keyOf } from '../golden/link-keys.ts';
import { withoutDemoted } from '../matching/judge.ts';
import type { Profile } from '../profile.ts';

/** Reads profiles by party, without the values that too many share. What one batch has read it does not read again. */
export type ReadProfiles = (partyIds: Iterable<string>) => Promise<ReadonlyMap<string, Profile>>;

/** Profiles as they stand now: make a new one after profiles or keys were written. */
export function createProfileReader(matches: MatchStore, maxShared: number): ReadProfiles {
  const profiles = new Map<string, Profile>();
  const [looked, demoted] = [new Set<string>(), new Set<string>()];
  return async (partyIds) => {
    // In the order of their ids, neighbours are read together.
    const missing = [...new Set(partyIds)].filter((id) => !profiles.has(id)).sort();
    const read = (await matches.profiles(missing)).map(({ profile }) => JSON.parse(profile) as Profile);
    const keys = new Set(read.flatMap(valueKeys).filter((key) => !looked.has(key)));
    for (const key of (await matches.countSharers([...keys], maxShared)).keys()) demoted.add(key);
    for (const key of keys) looked.add(key);
    for (const profile of read) {
      profiles.set(profile.id, demoted.size === 0 ? profile : withoutDemoted(profile, (key) => demoted.has(key)));
    }
    return profiles;
  };
}

function valueKeys({ taxIds, emails, phones }: Profile): string[] {
  return [
    ...taxIds.map((taxId) => keyOf('tax', taxId)),
    ...emails.map((email) => keyOf('email', email)),
    ...phones.map((phone) => keyOf('phone', phone)),
  ];
}
