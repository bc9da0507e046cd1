import type { Completeness } from '../cache/completeness.ts';
import type { StoredRow } from '../cache/sync-store.ts';
import { defends } from '../config/defences.ts';
import { readCacheKeys } from './cache-side.ts';
import { chunks } from './chunks.ts';
import { digestNumber } from './record-digest.ts';
import { absent, type RecordState, rejected, type Sides, withoutRows } from './record-state.ts';
import { readSourceKeys } from './source-side.ts';

/**
 * How two sides were compared. CHECKSUM: sums over the text of all records, computed by both databases. KEY_VERSION:
 * keys and change stamps; what changed without a new stamp is not seen. RECORDS: every record, read from the source.
 */
export type VerifyMethod = 'CHECKSUM' | 'KEY_VERSION' | 'RECORDS';

/** What was seen of both sides at first sight. */
export interface Look {
  method: VerifyMethod;
  /** On these they agree. */
  agreed: { records: number; checksum: bigint };
  /** Keys on which they do not agree, with what the source said. */
  suspects: Map<string, RecordState>;
  /** Rows of the cache that name a source record which there is not. */
  strays: StoredRow[];
  /** Records of the source that do not fit: in quarantine, so not compared. */
  rejected: number;
  /** Records read from the source by their key. */
  reread: number;
  /** Whether the source gave all it has; null until it was read to the end. */
  completeness: Completeness | null;
}

export function createLook(method: VerifyMethod): Look {
  const nothing = { agreed: { records: 0, checksum: 0n }, suspects: new Map(), strays: [], rejected: 0, reread: 0 };
  return { method, ...nothing, completeness: null };
}

/** Takes down what the two sides say of one record; whether they agree, or cannot. */
export function compare(look: Look, key: string, source: RecordState, cache: RecordState): void {
  if (source === rejected) look.rejected += 1;
  else if (differ(source, cache)) look.suspects.set(key, withoutRows(source));
  else if (source !== absent) {
    agree(look, 1, digestNumber(source.digest));
    // It came before in an older state: in another file, or before it changed during the look.
    look.suspects.delete(key);
  }
}

function differ(source: RecordState, cache: RecordState): boolean {
  if (!defends('content compared')) return (source === absent) !== (cache === absent);
  return source.digest !== cache.digest;
}

export function agree({ agreed }: Look, records: number, checksum: bigint): void {
  agreed.records += records;
  agreed.checksum ^= checksum;
}

const CHUNK = 1_000;

/** Reads records that seem to differ from both sides, and takes down what they say. Those `counted` before only if they differ. */
export async function lookAtKeys(
  sides: Sides,
  look: Look,
  keys: readonly string[],
  { counted = false } = {},
): Promise<void> {
  for (const some of chunks(keys, CHUNK)) {
    const source = await readSourceKeys(sides, some);
    const cache = await readCacheKeys(sides, some);
    look.reread += some.length;
    for (const key of some) {
      const [there, here] = [source.get(key) ?? absent, cache.get(key) ?? absent];
      if (!counted || (there !== rejected && differ(there, here))) compare(look, key, there, here);
    }
  }
}
