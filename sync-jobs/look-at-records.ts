import type { ReadEvidence } from '../connectors/connector.ts';
import { findAlteredRows } from './altered-rows.ts';
import { readCacheKeys, readTombstones } from './cache-side.ts';
import { completenessOf } from './completeness.ts';
import { compare, createLook, type Look, lookAtKeys } from './look.ts';
import { absent, type Sides } from './record-state.ts';
import { createSeenKeys } from './seen-keys.ts';
import { readSource } from './source-side.ts';

/** Reads the source in full and compares every record with what the cache shows of it. Holds one page at a time. */
export async function lookAtRecords(sides: Sides, onProgress: (compared: number) => void): Promise<Look> {
  const look = createLook('RECORDS');
  const seen = await createSeenKeys(sides);
  let compared = 0;
  let evidence: ReadEvidence | undefined;
  for await (const { states: page, evidence: given } of readSource(sides)) {
    evidence = given;
    const cached = await readCacheKeys(sides, [...page.keys()]);
    for (const [key, source] of page) {
      const cache = cached.get(key) ?? absent;
      if (cache.live) seen.add(key);
      compare(look, key, source, cache);
    }
    compared += page.size;
    onProgress(compared);
  }
  look.completeness = completenessOf(evidence, compared, sides.request);
  for await (const page of readTombstones(sides)) {
    for (const [key, cache] of page)
      if (cache !== absent && !look.suspects.has(key)) await lookAtKeys(sides, look, [key]);
  }
  look.strays = (await findAlteredRows(sides)).strays;
  for await (const keys of seen.unseen()) await lookAtKeys(sides, look, keys, { counted: true });
  return look;
}
