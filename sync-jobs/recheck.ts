import { readCacheKeys } from './cache-side.ts';
import { chunks } from './chunks.ts';
import { absent, type RecordState, rejected, type Sides, withoutRows } from './record-state.ts';
import { readSourceKeys } from './source-side.ts';

export interface Standing {
  source: RecordState;
  cache: RecordState;
}

export interface Rechecked {
  /** The source said the same before and after the cache had its chance, and the cache says something else. */
  standing: Map<string, Standing>;
  /** Both sides agree now, or the record does not fit; the state they agree on. */
  settled: Map<string, RecordState>;
  /** Changed in the source in every round. */
  moving: Map<string, RecordState>;
}

const ROUNDS = 3;
const CHUNK = 1_000;

/**
 * Looks again at records that differed, each time after letting the cache catch up. While sources keep changing, a
 * cache is a moment behind; that is not a difference. What the source says unchanged before and after a pass, the
 * cache must say too. `catchUp` is told what is still open, with what the source said of it.
 */
export async function recheck(
  sides: Sides,
  suspects: ReadonlyMap<string, RecordState>,
  catchUp: (open: ReadonlyMap<string, RecordState>) => Promise<unknown>,
): Promise<Rechecked> {
  const result: Rechecked = { standing: new Map(), settled: new Map(), moving: new Map() };
  let before = suspects;
  for (let round = 0; round < ROUNDS && before.size > 0; round += 1) {
    await catchUp(before);
    const open = new Map<string, RecordState>();
    for (const keys of chunks([...before.keys()], CHUNK)) {
      const after = await readSourceKeys(sides, keys);
      const cached = await readCacheKeys(sides, keys);
      for (const key of keys) {
        const [then, source, cache] = [before, after, cached].map((side) => side.get(key) ?? absent) as [
          RecordState,
          RecordState,
          RecordState,
        ];
        if (source === rejected) result.settled.set(key, rejected);
        else if (same(cache, source) || same(cache, then)) result.settled.set(key, withoutRows(cache));
        else if (same(then, source)) result.standing.set(key, { source, cache });
        else open.set(key, withoutRows(source));
      }
    }
    before = open;
  }
  for (const [key, state] of before) result.moving.set(key, state);
  return result;
}

function same(a: RecordState, b: RecordState): boolean {
  return a.digest === b.digest;
}
