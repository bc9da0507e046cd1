import type { IdentityStore } from '../../../cache/identity/identity-store.ts';
import type { MatchStore, PartyKey, StoredPair } from '../../../cache/identity/match-store.ts';
import { pairName } from '../golden/clusters.ts';
import { isExactKey } from '../matching/block-keys.ts';
import { judge } from '../matching/judge.ts';
import type { IdentitySettings, InUse } from './models-in-use.ts';
import type { ReadProfiles } from './telling-profiles.ts';

export interface RenewPairs {
  store: IdentityStore;
  matches: MatchStore;
  /** Parties whose pairs are judged again. */
  again: Iterable<string>;
  settings: IdentitySettings;
  inUse: InUse;
  readProfiles: ReadProfiles;
}

export interface RenewedPairs {
  /** Parties all of whose pairs were judged. */
  judged: ReadonlySet<string>;
  /** What their pairs are now: those that are linked or doubtful. */
  pairs: ReadonlyMap<string, StoredPair>;
  /** Parties of pairs that are linked now and were not, or were and are not, or with another weight. */
  touched: ReadonlySet<string>;
}

/**
 * Judges every pair that one of the parties is in and stores those that are linked or doubtful. Parties linked to
 * them that are still to be judged are judged along, so that a cluster is made once, of all its members.
 */
export async function renewPairs(request: RenewPairs): Promise<RenewedPairs> {
  const { store, matches } = request;
  const judged = new Set<string>();
  const pairs = new Map<string, StoredPair>();
  for (let next = [...request.again]; next.length > 0; ) {
    const found = await judgePairs(request, next, judged);
    for (const id of next) judged.add(id);
    const partners = new Set<string>();
    for (const [name, pair] of found) {
      pairs.set(name, pair);
      if (pair.rule === null) continue;
      for (const id of [pair.a, pair.b]) if (!judged.has(id)) partners.add(id);
    }
    next = await store.unjudgedAmong([...partners]);
  }
  const before = new Map((await matches.pairsOfParties([...judged])).map((pair) => [pairName(pair.a, pair.b), pair]));
  const changed = [...pairs].filter(([name, pair]) => !isSame(pair, before.get(name))).map(([, pair]) => pair);
  const gone = [...before].filter(([name]) => !pairs.has(name)).map(([, pair]) => pair);
  await matches.savePairs(changed);
  await matches.removePairs(gone);

  const touched = new Set<string>();
  for (const pair of [...changed, ...gone]) {
    if (pair.rule === null && before.get(pairName(pair.a, pair.b))?.rule == null) continue;
    touched.add(pair.a).add(pair.b);
  }
  return { judged, pairs, touched };
}

/** The linked and doubtful ones of all pairs of `next`, but for those with parties whose pairs are known. */
async function judgePairs(
  { matches, settings, inUse, readProfiles }: RenewPairs,
  next: readonly string[],
  known: ReadonlySet<string>,
): Promise<Map<string, StoredPair>> {
  const candidates = await findCandidates(matches, settings, next, known);
  const parties = new Set<string>();
  for (const { a, b } of candidates) parties.add(a).add(b);
  const profiles = await readProfiles(parties);
  const found = new Map<string, StoredPair>();
  for (const { a, b, sharedKeys } of candidates) {
    const [one, other] = [profiles.get(a), profiles.get(b)];
    if (!one || !other) continue;
    const { weight, rule, isDoubtful } = judge(one, other, sharedKeys, inUse);
    if (rule !== null || isDoubtful) found.set(pairName(a, b), { a, b, weight: Math.round(weight * 1_000), rule });
  }
  return found;
}

interface Candidate {
  a: string;
  b: string;
  /** Exact keys both have. */
  sharedKeys: readonly string[];
}

const NONE: readonly string[] = [];

async function findCandidates(
  matches: MatchStore,
  { maxShared, maxBlock }: IdentitySettings,
  next: readonly string[],
  known: ReadonlySet<string>,
): Promise<Candidate[]> {
  const keys = [...new Set((await matches.keysOfParties(next)).map(({ linkKey }) => linkKey))];
  const rows = [
    ...(await matches.fewSharersOf(keys.filter(isExactKey), maxShared)),
    ...(await matches.fewSharersOf(
      keys.filter((key) => !isExactKey(key)),
      maxBlock,
    )),
  ];
  // Pairs are told apart by the places of their parties: there are many, and names of two ids are long.
  const places = new Map<string, number>();
  const placeOf = (id: string) => {
    const known = places.get(id) ?? places.size;
    places.set(id, known);
    return known;
  };
  for (const id of next) placeOf(id);
  const isOwn = (place: number) => place < next.length;
  const candidates = new Map<number, Candidate>();
  for (const [key, parties] of sharersByKey(rows)) {
    const sharedKeys = isExactKey(key) ? [key] : NONE;
    const sorted = parties.filter((id) => !known.has(id)).sort();
    const at = sorted.map(placeOf);
    for (let i = 0; i < sorted.length; i++) {
      for (let j = i + 1; j < sorted.length; j++) {
        const [one, other] = [at[i] as number, at[j] as number];
        if (!isOwn(one) && !isOwn(other)) continue;
        const pair = one * MOST_PLACES + other;
        const candidate = candidates.get(pair);
        if (!candidate) candidates.set(pair, { a: sorted[i] as string, b: sorted[j] as string, sharedKeys });
        else if (sharedKeys !== NONE) candidate.sharedKeys = [...candidate.sharedKeys, key];
      }
    }
  }
  return [...candidates.values()];
}

/** More than one batch can hold; a product of two is still a whole number. */
const MOST_PLACES = 2 ** 26;

function sharersByKey(rows: readonly PartyKey[]): Map<string, string[]> {
  const sharers = new Map<string, string[]>();
  for (const { linkKey, partyId } of rows) {
    const own = sharers.get(linkKey);
    if (own) own.push(partyId);
    else sharers.set(linkKey, [partyId]);
  }
  return sharers;
}

function isSame(pair: StoredPair, stored: StoredPair | undefined): boolean {
  return stored !== undefined && stored.weight === pair.weight && stored.rule === pair.rule;
}
