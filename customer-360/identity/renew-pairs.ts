import type { MatchStore, StoredPair } from '../../cache/match-store.ts';
import { pairName } from './clusters.ts';
import { boundOf, isExactKey } from './matching/block-keys.ts';
import { judge } from './matching/judge.ts';
import type { IdentitySettings, InUse } from './models-in-use.ts';
import type { ReadProfiles } from './telling-profiles.ts';

export interface RenewPairs {
  matches: MatchStore;
  /** Parties whose pairs are judged again. */
  again: ReadonlySet<string>;
  settings: IdentitySettings;
  inUse: InUse;
  readProfiles: ReadProfiles;
}

/**
 * Judges every pair that one of the parties is in and stores those that are linked or doubtful. Resolves to the
 * parties of pairs that are linked now and were not, or were and are not, or with another weight.
 */
export async function renewPairs(request: RenewPairs): Promise<Set<string>> {
  const { matches, again, inUse, readProfiles } = request;
  const candidates = await findCandidates(request);
  const profiles = await readProfiles([...candidates.values()].flatMap(({ a, b }) => [a, b]));
  const judged = new Map<string, StoredPair>();
  for (const [name, { a, b, sharedKeys }] of candidates) {
    const [one, other] = [profiles.get(a), profiles.get(b)];
    if (!one || !other) continue;
    const { weight, rule, isDoubtful } = judge(one, other, sharedKeys, inUse);
    if (rule !== null || isDoubtful) judged.set(name, { a, b, weight: Math.round(weight * 1_000), rule });
  }
  const before = new Map((await matches.pairsOfParties([...again])).map((pair) => [pairName(pair.a, pair.b), pair]));
  const changed = [...judged].filter(([name, pair]) => !isSame(pair, before.get(name))).map(([, pair]) => pair);
  const gone = [...before].filter(([name]) => !judged.has(name)).map(([, pair]) => pair);
  await matches.savePairs(changed);
  await matches.removePairs(gone);

  const touched = new Set<string>();
  for (const pair of [...changed, ...gone]) {
    if (pair.rule === null && before.get(pairName(pair.a, pair.b))?.rule == null) continue;
    touched.add(pair.a).add(pair.b);
  }
  return touched;
}

interface Candidate {
  a: string;
  b: string;
  /** Exact keys both have. */
  sharedKeys: string[];
}

async function findCandidates({ matches, again, settings }: RenewPairs): Promise<Map<string, Candidate>> {
  const ownKeys = await matches.keysOfParties([...again]);
  const keys = [...new Set(ownKeys.map(({ linkKey }) => linkKey))];
  const counts = await matches.countSharers(keys);
  const telling = keys.filter((key) => {
    const count = counts.get(key) ?? 0;
    return count > 1 && count <= boundOf(key, settings);
  });
  const sharers = new Map<string, string[]>();
  for (const { linkKey, partyId } of await matches.sharersOf(telling)) {
    const own = sharers.get(linkKey);
    if (own) own.push(partyId);
    else sharers.set(linkKey, [partyId]);
  }
  const candidates = new Map<string, Candidate>();
  for (const [key, parties] of sharers) {
    const sorted = parties.sort();
    sorted.forEach((a, i) => {
      for (const b of sorted.slice(i + 1)) {
        if (!again.has(a) && !again.has(b)) continue;
        const name = pairName(a, b);
        const known = candidates.get(name) ?? { a, b, sharedKeys: [] };
        if (isExactKey(key)) known.sharedKeys.push(key);
        candidates.set(name, known);
      }
    });
  }
  return candidates;
}

function isSame(pair: StoredPair, stored: StoredPair | undefined): boolean {
  return stored !== undefined && stored.weight === pair.weight && stored.rule === pair.rule;
}
