import { clustersOf } from '../golden/clusters.ts';
import { boundOf, isExactKey, keysOf } from '../matching/block-keys.ts';
import { eachCandidatePair } from '../matching/candidate-pairs.ts';
import { areContradicted, evidenceBetween } from '../matching/evidence.ts';
import { type Judgement, type Judging, judge, withoutDemoted } from '../matching/judge.ts';
import type { Profile } from '../profile.ts';
import type { Decision } from '../stewardship/decisions.ts';

export interface ResolveAll {
  profiles: readonly Profile[];
  judging: Judging;
  /** Most records that may share an exact value; one that more share says nothing. */
  maxShared: number;
  /** Most records that may share a blocking key. */
  maxBlock: number;
  oneRecordSystems?: ReadonlySet<string>;
  decisions?: readonly Decision[];
}

export interface Resolution {
  clusters: string[][];
  /** Every pair that is linked or doubtful. */
  judgements: Judgement[];
  /** How many pairs were compared. */
  compared: number;
}

/**
 * Who is who among all profiles at once, in memory: what the job over the cache comes to step by step, and what it is
 * tested against.
 */
export function resolveAll({
  profiles,
  judging,
  maxShared,
  maxBlock,
  oneRecordSystems = new Set(),
  decisions = [],
}: ResolveAll): Resolution {
  const keyed = profiles.map((profile) => ({ id: profile.id, keys: keysOf(profile) }));
  const sharers = new Map<string, number>();
  for (const key of keyed.flatMap(({ keys }) => keys)) sharers.set(key, (sharers.get(key) ?? 0) + 1);
  const bound = (key: string) => boundOf(key, { maxShared, maxBlock });
  const isDemoted = (key: string) => (sharers.get(key) ?? 0) > bound(key);
  const telling = profiles.map((profile) => withoutDemoted(profile, isDemoted));

  const shared = new Map<string, { a: number; b: number; keys: string[] }>();
  eachCandidatePair(keyed, bound, (key, a, b) => {
    const name = `${a} ${b}`;
    const pair = shared.get(name) ?? { a, b, keys: [] };
    if (isExactKey(key)) pair.keys.push(key);
    shared.set(name, pair);
  });
  const judgements: Judgement[] = [];
  for (const { a, b, keys } of shared.values()) {
    const [one, other] = [telling[a], telling[b]];
    const judgement = one && other && judge(one, other, keys, judging);
    // To a thousandth of a bit, as it is stored.
    if (judgement && (judgement.rule !== null || judgement.isDoubtful)) {
      judgements.push({ ...judgement, weight: Math.round(judgement.weight * 1_000) / 1_000 });
    }
  }
  const byId = new Map(telling.map((profile) => [profile.id, profile]));
  const clusters = clustersOf({
    systems: new Map(profiles.map(({ id, system }) => [id, system])),
    links: judgements.flatMap(({ a, b, weight, rule }) => (rule === null ? [] : [{ a, b, weight, rule }])),
    decisions,
    oneRecordSystems,
    evidence: (a, b) => evidenceBetween(byId.get(a), byId.get(b), judging),
    contradict: (a, b) => areContradicted(byId.get(a), byId.get(b)),
  });
  return { clusters, judgements, compared: shared.size };
}
