/** A record with its keys. */
export interface Keyed {
  id: string;
  keys: readonly string[];
}

/**
 * Pairs of records that share a key, key by key: `visit` gets the key and the two places in the list, the lower id
 * first. A key that more than `bound(key)` records share is skipped: it tells nothing, and its pairs grow with the square.
 */
export function eachCandidatePair(
  records: readonly Keyed[],
  bound: (key: string) => number,
  visit: (key: string, a: number, b: number) => void,
): void {
  const blocks = new Map<string, number[]>();
  records.forEach(({ keys }, place) => {
    for (const key of keys) {
      const block = blocks.get(key);
      if (block) block.push(place);
      else blocks.set(key, [place]);
    }
  });
  const idOf = (place: number) => records[place]?.id ?? '';
  for (const key of [...blocks.keys()].sort()) {
    const block = blocks.get(key) ?? [];
    if (block.length < 2 || block.length > bound(key)) continue;
    const sorted = block.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
    sorted.forEach((a, i) => {
      for (const b of sorted.slice(i + 1)) visit(key, a, b);
    });
  }
}
