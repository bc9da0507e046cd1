export interface ClusterIds {
  members: string[];
  customerId: string;
  /** Ids that end here and forward to `customerId`. */
  merged: string[];
  /** The id is new. */
  isNew: boolean;
}

export interface GoldenIds {
  clusters: ClusterIds[];
  /** Ids none of whose parties is left. */
  ended: string[];
  /** How many clusters came out of a customer that kept its id elsewhere. */
  split: number;
}

/**
 * Which cluster goes on under which golden id. An id goes to the cluster that holds most of its former members (of
 * equals, the one with the lowest party id). A cluster that several ids go to keeps the oldest and the others forward
 * to it; one that none goes to gets a new id. UUIDv7 ids sort by age.
 *
 * `idOf` holds the id each party had, also of parties that are gone.
 */
export function goldenIds(
  clusters: readonly string[][],
  idOf: ReadonlyMap<string, string>,
  newId: () => string,
): GoldenIds {
  const heirs = heirsOf(clusters, idOf);
  const inherited = new Map<number, string[]>();
  for (const [id, cluster] of heirs) inherited.set(cluster, [...(inherited.get(cluster) ?? []), id]);
  const assigned = clusters.map((members, cluster): ClusterIds => {
    const [oldest, ...merged] = (inherited.get(cluster) ?? []).sort();
    return { members, customerId: oldest ?? newId(), merged, isNew: oldest === undefined };
  });
  const split = assigned.filter(({ isNew, members }) => isNew && members.some((member) => idOf.has(member))).length;
  const ended = [...new Set(idOf.values())].filter((id) => !heirs.has(id)).sort();
  return { clusters: assigned, ended, split };
}

/** Former id → the cluster it goes to. */
function heirsOf(clusters: readonly string[][], idOf: ReadonlyMap<string, string>): Map<string, number> {
  const best = new Map<string, { cluster: number; count: number; lowest: string }>();
  clusters.forEach((members, cluster) => {
    const counts = new Map<string, number>();
    for (const member of members) {
      const id = idOf.get(member);
      if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const lowest = [...members].sort()[0] ?? '';
    for (const [id, count] of counts) {
      const other = best.get(id);
      if (!other || count > other.count || (count === other.count && lowest < other.lowest)) {
        best.set(id, { cluster, count, lowest });
      }
    }
  });
  return new Map([...best].map(([id, { cluster }]) => [id, cluster]));
}
