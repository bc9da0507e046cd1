import { readCacheKeys, readTombstones } from './cache-side.ts';
import { agree, compare, createLook, type Look, lookAtKeys, lookAtUnseen, notRead } from './comparison.ts';
import { digestNumber } from './record-digest.ts';
import { absent, isAbsent, type Sides } from './record-state.ts';
import { findAlteredRows } from './rows-side.ts';
import { createSeenKeys } from './seen-keys.ts';
import { readList } from './source-side.ts';

/** Reads the source in full and compares every record with what the cache shows of it. Holds one page at a time. */
export async function lookAtRecords(sides: Sides, onProgress: (compared: number) => void): Promise<Look> {
  const look = createLook('RECORDS', notRead);
  const seen = await createSeenKeys(sides);
  let compared = 0;
  for await (const { states, completeness } of readList(sides)) {
    const cached = await readCacheKeys(sides, [...states.keys()]);
    for (const [key, source] of states) {
      const cache = cached.get(key) ?? absent;
      const digest = compare(look, key, source, cache) ? digestNumber(source.digest) : null;
      if (cache.live) seen.add(key, digest);
      else if (digest !== null) agree(look, 1, digest);
    }
    compared += states.size;
    onProgress(compared);
    if (completeness) look.completeness = completeness;
  }
  for await (const page of readTombstones(sides)) {
    for (const [key, cache] of page)
      if (!isAbsent(cache) && !look.suspects.has(key)) await lookAtKeys(sides, look, [key]);
  }
  look.strays = (await findAlteredRows(sides)).strays;
  await lookAtUnseen(sides, look, seen);
  return look;
}
