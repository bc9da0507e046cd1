/** A party with the keys that may link it. */
export interface Keyed {
  id: string;
  keys: readonly string[];
}

/**
 * Parties that share a key, directly or through others, form a cluster (union-find). Members and clusters are
 * sorted, so the answer does not depend on the order of arrival.
 */
export function clustersOf(parties: readonly Keyed[]): string[][] {
  const parents = new Map(parties.map(({ id }) => [id, id]));
  const firstWith = new Map<string, string>();
  for (const { id, keys } of parties) {
    for (const key of keys) {
      const other = firstWith.get(key);
      if (other === undefined) firstWith.set(key, id);
      else join(parents, other, id);
    }
  }
  const clusters = new Map<string, string[]>();
  for (const id of [...parents.keys()].sort()) {
    const root = rootOf(parents, id);
    const members = clusters.get(root);
    if (members) members.push(id);
    else clusters.set(root, [id]);
  }
  return [...clusters.values()];
}

function join(parents: Map<string, string>, a: string, b: string): void {
  parents.set(rootOf(parents, a), rootOf(parents, b));
}

function rootOf(parents: Map<string, string>, id: string): string {
  let root = id;
  for (let parent = parents.get(root); parent !== undefined && parent !== root; parent = parents.get(root)) {
    // Halving the path on the way keeps long chains cheap.
    parents.set(root, parents.get(parent) ?? parent);
    root = parent;
  }
  return root;
}
