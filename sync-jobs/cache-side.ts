import { parse } from 'lossless-json';
import { contentHash } from '../cache/content-hash.ts';
import type { StoredKey, StoredRow } from '../cache/sync-store.ts';
import type { JsonObject } from '../schema/json.ts';
import { chunks } from './chunks.ts';
import { recordDigest } from './record-digest.ts';
import { absent, type RecordState, type Sides } from './record-state.ts';

const CHUNK = 2_000;

/** All the cache shows of a stream, page by page. */
export async function* readCache(sides: Sides): AsyncGenerator<Map<string, RecordState>> {
  const { system, stream, signal } = sides.request;
  let after: string | null = null;
  for (;;) {
    const page = await sides.store.keysOf({ system, stream, after, first: CHUNK, deleted: true });
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
  { store, rawRecords }: Sides,
  records: readonly StoredKey[],
): Promise<Map<string, RecordState>> {
  const rows = new Map<string, StoredRow[]>(records.map(({ id }) => [id, []]));
  for (const row of await store.canonicalRowsOf([...rows.keys()])) rows.get(row.originId)?.push(row);
  const raw = await rawRecords.byIds([...rows.keys()]);
  return new Map(
    records.map((record) => [record.key, storedState(record, rows.get(record.id) ?? [], raw.get(record.id)?.raw)]),
  );
}

/** A tombstone is absent, unless rows were left standing. What was altered beside the rows makes a digest of its own. */
function storedState(record: StoredKey, rows: readonly StoredRow[], raw: string | undefined): RecordState {
  const { key, deletedAt } = record;
  if (deletedAt !== null && rows.length === 0) return absent;
  const digest = recordDigest(key, rows);
  const altered = alteredIn(record, raw);
  return altered === null ? { digest, rows } : { digest: recordDigest(`${key} ${altered}`, rows), rows, altered };
}

/** The raw record must still hash to what was noted when it was read, and rows must not outlive their record. */
function alteredIn({ deletedAt, contentHash: noted }: StoredKey, raw: string | undefined): string | null {
  if (deletedAt !== null || raw === undefined) return 'the record is deleted, its rows are not';
  return hashOf(raw) === noted ? null : 'the raw record is not the one that was read';
}

function hashOf(raw: string): string | null {
  try {
    return contentHash(parse(raw) as JsonObject);
  } catch {
    return null;
  }
}
