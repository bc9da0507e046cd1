/** How clusters compare with the truth, over pairs of records. */
export interface Score {
  truePairs: number;
  foundPairs: number;
  rightPairs: number;
  precision: number;
  recall: number;
  f1: number;
}

/** Pairwise precision, recall and F1. `truthOf` names the true customer of a record. */
export function scoreClusters(clusters: readonly (readonly string[])[], truthOf: ReadonlyMap<string, string>): Score {
  const sizes = new Map<string, number>();
  for (const truth of truthOf.values()) sizes.set(truth, (sizes.get(truth) ?? 0) + 1);
  const truePairs = [...sizes.values()].reduce((sum, size) => sum + pairsOf(size), 0);
  let foundPairs = 0;
  let rightPairs = 0;
  for (const members of clusters) {
    foundPairs += pairsOf(members.length);
    const within = new Map<string, number>();
    for (const id of members) {
      const truth = truthOf.get(id) ?? id;
      within.set(truth, (within.get(truth) ?? 0) + 1);
    }
    rightPairs += [...within.values()].reduce((sum, size) => sum + pairsOf(size), 0);
  }
  const precision = foundPairs === 0 ? 1 : rightPairs / foundPairs;
  const recall = truePairs === 0 ? 1 : rightPairs / truePairs;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { truePairs, foundPairs, rightPairs, precision, recall, f1 };
}

function pairsOf(size: number): number {
  return (size * (size - 1)) / 2;
}
