import type { Completeness } from '../../cache/streams/completeness.ts';
import type { StoredRow } from '../../cache/sync/sync-store.ts';
import { defends } from '../../config/defences.ts';
import { chunks } from '../pass/chunks.ts';
import { isComplete } from '../pass/completeness.ts';
import { readCacheKeys } from './cache-side.ts';
import { digestNumber } from './record-digest.ts';
import { absent, isAbsent, type RecordState, rejected, type Sides, unknown, withoutRows } from './record-state.ts';
import type { SeenKeys } from './seen-keys.ts';
import { readSourceKeys } from './source-side.ts';

/**
 * How two sides were compared. CHECKSUM: sums over the text of all records, computed by both databases. KEY_VERSION:
 * keys and change stamps; what changed without a new stamp is not seen. RECORDS: every record, read from the source.
 */
export type VerifyMethod = 'CHECKSUM' | 'KEY_VERSION' | 'RECORDS';

/** What was seen of both sides at first sight. Each record is in one of these, and once. */
export interface Look {
  method: VerifyMethod;
  /** On these they agree. */
  agreed: { records: number; checksum: bigint };
  /** Keys on which they do not agree, with what the source said; `unknown` where it has to be asked first. */
  suspects: Map<string, RecordState>;
  /** Keys of records of the source that do not fit: in quarantine, so not compared. Whether the cache shows an older state. */
  rejected: Map<string, boolean>;
  /** Records of the cache that were not in a list which may be cut, and for which the source cannot be asked by key. */
  unseen: number;
  /** Rows of the cache that name a source record which does not exist. */
  strays: StoredRow[];
  /** Records read from the source by their key. */
  reread: number;
  /** Whether the source showed all it has. */
  completeness: Completeness;
}

export function createLook(method: VerifyMethod, completeness: Completeness): Look {
  return {
    ...{ method, completeness, agreed: { records: 0, checksum: 0n }, suspects: new Map(), rejected: new Map() },
    ...{ unseen: 0, strays: [], reread: 0 },
  };
}

/** The completeness of a read before its end. */
export const notRead: Completeness = { status: 'UNKNOWN', reason: 'it was not read to its end', total: null, came: 0 };

/** Notes what the two sides say of one record, and gives whether they agree on what it is. */
export function compare(look: Look, key: string, source: RecordState, cache: RecordState): boolean {
  // It came before in an older state: in another file, or before it changed during the look.
  look.suspects.delete(key);
  look.rejected.delete(key);
  if (source === rejected) look.rejected.set(key, cache.live === true);
  else if (differ(source, cache)) look.suspects.set(key, withoutRows(source));
  else return !isAbsent(source);
  return false;
}

function differ(source: RecordState, cache: RecordState): boolean {
  if (!defends('content compared')) return isAbsent(source) !== isAbsent(cache);
  return source.digest !== cache.digest;
}

export function agree({ agreed }: Pick<Look, 'agreed'>, records: number, checksum: bigint): void {
  agreed.records += records;
  agreed.checksum ^= checksum;
}

const CHUNK = 1_000;

interface LookAtKeys {
  /** Counts a record on which both sides agree. Left out, it is added to what the look agrees on. */
  onAgreed?: (key: string, digest: bigint) => void;
}

/** Reads records that seem to differ from both sides. Where the source cannot be asked by key, they stay open. */
export async function lookAtKeys(
  sides: Sides,
  look: Look,
  keys: readonly string[],
  { onAgreed = (_key, digest) => agree(look, 1, digest) }: LookAtKeys = {},
): Promise<void> {
  const { connector, stream } = sides.request;
  if (!connector.asksByKey(stream)) {
    for (const key of keys) if (!look.suspects.has(key) && !look.rejected.has(key)) look.suspects.set(key, unknown);
    return;
  }
  for (const some of chunks(keys, CHUNK)) {
    const source = await readSourceKeys(sides, some);
    const cache = await readCacheKeys(sides, some);
    look.reread += some.length;
    for (const key of some) {
      const there = source.get(key) ?? absent;
      if (compare(look, key, there, cache.get(key) ?? absent)) onAgreed(key, digestNumber(there.digest));
    }
  }
}

/** Takes in what was seen of a list, and looks at the records of the cache that were not in it. */
export async function lookAtUnseen(sides: Sides, look: Look, seen: SeenKeys): Promise<void> {
  const { connector, stream } = sides.request;
  const byKey = connector.asksByKey(stream);
  for await (const bucket of seen.open()) {
    const { keys, only, unseen } = bucket;
    if (!byKey && unseen > 0 && (only || unseen > 1) && !isComplete(look.completeness)) {
      look.unseen += unseen;
      continue;
    }
    if (!only) bucket.recount();
    if (only && !byKey) for (const key of keys) if (!look.suspects.has(key)) look.suspects.set(key, absent);
    await lookAtKeys(sides, look, keys, { onAgreed: seen.agree });
  }
  const { records, checksum } = seen.agreed();
  agree(look, records, checksum);
}
