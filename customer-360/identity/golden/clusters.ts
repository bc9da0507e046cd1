import { isAuthoritative, type LinkRule } from '../matching/judge.ts';
import type { Decision } from '../stewardship/decisions.ts';

/** A pair that is linked. `a` is the lower id. */
export interface LinkedPair {
  a: string;
  b: string;
  /** log2 of the odds that they are one customer. */
  weight: number;
  rule: LinkRule;
}

export interface Clustering {
  /** Party → its system. */
  systems: ReadonlyMap<string, string>;
  /** Linked pairs among these parties. */
  links: readonly LinkedPair[];
  /** What stewards decided about pairs of these parties. */
  decisions: readonly Decision[];
  /** Systems that know a customer once: two of their records are two customers. */
  oneRecordSystems: ReadonlySet<string>;
  /** What speaks for two parties that are not linked being one, in bits; negative is against. */
  evidence(a: string, b: string): number;
  /** Whether two parties contradict each other, so that no third makes them one. */
  contradict?(a: string, b: string): boolean;
}

/**
 * Which parties are one customer. Pairs join clusters, the surest first: what stewards joined, then what is
 * authoritative, then by weight. A pair joins nothing where a steward said no, where a system would have two records
 * of one customer, where two of its members contradict each other, or where the rest of the two clusters speaks against it (a weak bridge). Members and clusters are
 * sorted, so the answer does not depend on the order of arrival.
 */
export function clustersOf({
  systems,
  links,
  decisions,
  oneRecordSystems,
  evidence,
  contradict,
}: Clustering): string[][] {
  const clusterOf = new Map([...systems.keys()].map((id) => [id, [id]]));
  const known = decisions.filter(({ a, b }) => clusterOf.has(a) && clusterOf.has(b));
  const apart = pairSet(known.filter(({ verdict }) => verdict === 'APART'));
  const linkOf = new Map(links.map((link) => [pairName(link.a, link.b), link]));

  const join = (left: string[], right: string[]) => {
    const joined = [...left, ...right];
    for (const id of joined) clusterOf.set(id, joined);
  };
  const isForbidden = (left: string[], right: string[]) =>
    left.some((a) => right.some((b) => apart.has(pairName(a, b))));
  const isCrowded = (left: string[], right: string[]) =>
    left.some((a) => {
      const system = systems.get(a) ?? '';
      return oneRecordSystems.has(system) && right.some((b) => systems.get(b) === system);
    });
  const groupOf = groupsOf(
    [...systems.keys()],
    [...known.filter(({ verdict }) => verdict === 'SAME'), ...links.filter(({ rule }) => isAuthoritative(rule))],
  );
  // Who was found to be one on authority has several names: one of them that fits is enough.
  const areApart =
    contradict &&
    ((a: string, b: string) => {
      if (!contradict(a, b)) return false;
      const [own, others] = [groupOf.get(a) ?? [a], groupOf.get(b) ?? [b]];
      return own !== others && own.every((x) => others.every((y) => contradict(x, y)));
    });
  const isContradicted = (left: string[], right: string[]) =>
    areApart !== undefined && left.some((a) => right.some((b) => areApart(a, b)));
  const isWeakBridge = (left: string[], right: string[]) => {
    if (left.length + right.length < 3) return false;
    let sum = 0;
    for (const a of left) {
      for (const b of right) {
        const link = linkOf.get(pairName(a, b));
        sum += link ? Math.max(link.weight, LINKED) : evidence(a, b);
      }
    }
    return sum < 0;
  };

  for (const { a, b } of known.filter(({ verdict }) => verdict === 'SAME').sort(byIds)) {
    const [left, right] = [clusterOf.get(a), clusterOf.get(b)];
    if (left && right && left !== right && !isForbidden(left, right)) join(left, right);
  }
  for (const link of [...links].sort(bySureness)) {
    const [left, right] = [clusterOf.get(link.a), clusterOf.get(link.b)];
    if (!left || !right || left === right || isForbidden(left, right) || isCrowded(left, right)) continue;
    if (isContradicted(left, right)) continue;
    if (isAuthoritative(link.rule) || !isWeakBridge(left, right)) join(left, right);
  }
  const clusters = [...new Set(clusterOf.values())].map((members) => [...members].sort());
  return clusters.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

/** Party → all that are tied to it by these pairs, directly or through others; one list for all of them. */
function groupsOf(ids: readonly string[], pairs: readonly { a: string; b: string }[]): Map<string, string[]> {
  const groupOf = new Map(ids.map((id) => [id, [id]]));
  for (const { a, b } of pairs) {
    const [left, right] = [groupOf.get(a), groupOf.get(b)];
    if (!left || !right || left === right) continue;
    const joined = [...left, ...right];
    for (const id of joined) groupOf.set(id, joined);
  }
  return groupOf;
}

/** A linked pair speaks for a cluster with this many bits at least, whatever its fields say. */
const LINKED = 7;

/** One text for a pair, whichever comes first. */
export function pairName(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

function pairSet(pairs: readonly { a: string; b: string }[]): Set<string> {
  return new Set(pairs.map(({ a, b }) => pairName(a, b)));
}

function byIds(x: { a: string; b: string }, y: { a: string; b: string }): number {
  return pairName(x.a, x.b) < pairName(y.a, y.b) ? -1 : 1;
}

function bySureness(x: LinkedPair, y: LinkedPair): number {
  const [sureX, sureY] = [isAuthoritative(x.rule), isAuthoritative(y.rule)];
  if (sureX !== sureY) return sureX ? -1 : 1;
  return y.weight - x.weight || byIds(x, y);
}
