import { parse } from 'lossless-json';
import type { Dialect } from '../../cache/schema/columns.ts';
import { contentHash } from '../../cache/sync/content-hash.ts';
import { storedRowsChecksum } from '../../cache/sync/rows-checksum.ts';
import type { StoredKey, StoredRow } from '../../cache/sync/sync-store.ts';
import type { JsonObject } from '../../schema/json.ts';
import { chunks } from '../pass/chunks.ts';
import { recordDigest } from './record-digest.ts';
import { absent, type RecordState, type Sides } from './record-state.ts';

const CHUNK = 2_000;

/** What the cache shows of records that are deleted in it, page by page: nothing, if all is well. */
export async function* readTombstones(sides: Sides): AsyncGenerator<Map<string, RecordState>> {
  const { system, stream, signal } = sides.request;
  let after: string | null = null;
  for (;;) {
    const page = await sides.store.keysOf({ system, stream, after, first: CHUNK, deleted: 'only' });
    yield await storedStates(sides, page);
    signal.throwIfAborted();
    if (page.length < CHUNK) return;
    after = page.at(-1)?.id ?? null;
  }
}

/** What the cache shows of these records now. */
export async function readCacheKeys(sides: Sides, keys: readonly string[]): Promise<Map<string, RecordState>> {
  const { system, stream } = sides.request;
  const states = new Map<string, RecordState>(keys.map((key) => [key, absent]));
  for (const some of chunks(keys, CHUNK)) {
    const found = await sides.store.recordsByKeys({ system, stream, keys: some });
    for (const [key, state] of await storedStates(sides, found)) states.set(key, state);
  }
  return states;
}

async function storedStates(
  { request, store, rawRecords }: Sides,
  records: readonly StoredKey[],
): Promise<Map<string, RecordState>> {
  const rows = new Map<string, StoredRow[]>(records.map(({ id }) => [id, []]));
  for (const row of await store.canonicalRowsOf([...rows.keys()])) rows.get(row.originId)?.push(row);
  const raw = await rawRecords.byIds([...rows.keys()]);
  return new Map(
    records.map((record) => [
      record.key,
      storedState(record, rows.get(record.id) ?? [], raw.get(record.id)?.raw, request.cache.dialect),
    ]),
  );
}

type Altered = NonNullable<RecordState['altered']>;

/** A tombstone is absent, unless rows were left standing. What was altered beside the rows makes a digest of its own. */
function storedState(
  record: StoredKey,
  rows: readonly StoredRow[],
  raw: string | undefined,
  dialect: Dialect,
): RecordState {
  const { key, version, contentHash: hash, deletedAt, rowsChecksum } = record;
  const noted = { version, contentHash: hash, deletedAt };
  if (deletedAt !== null && rows.length === 0) return { ...absent, noted };
  const live = deletedAt === null;
  const altered = alteredIn(record, raw) ?? alteredNote(rowsChecksum, rows, dialect);
  if (altered === null) return { digest: recordDigest(key, rows), rows, live, noted };
  return { digest: recordDigest(`${key} ${altered.how}`, rows), rows, live, noted, altered };
}

/** The raw record must still hash to what was noted when it was read, and rows must not outlive their record. */
function alteredIn({ deletedAt, contentHash: noted }: StoredKey, raw: string | undefined): Altered | null {
  if (deletedAt !== null || raw === undefined) return { field: 'raw', how: 'the record is deleted, its rows are not' };
  return hashOf(raw) === noted ? null : { field: 'raw', how: 'the raw record is not the one that was read' };
}

/** Rows that are right with a note that is not, or the other way round: one of the two was altered. */
function alteredNote(noted: string | null, rows: readonly StoredRow[], dialect: Dialect): Altered | null {
  if (noted === null || noted === storedRowsChecksum(rows, dialect)) return null;
  return { field: 'rowsChecksum', how: 'the rows are not those that were written' };
}

function hashOf(raw: string): string | null {
  try {
    return contentHash(parse(raw) as JsonObject);
  } catch {
    return null;
  }
}
