import type { StoredRow, SyncStore } from '../cache/sync-store.ts';
import type { MappedRecord } from '../connectors/mapped-record.ts';
import type { Mapping } from '../connectors/mapping/compile-mapping.ts';
import { chunks } from './chunks.ts';
import { type ComparableRow, recordDigest } from './record-digest.ts';
import type { StreamRequest } from './sync-run.ts';

/** What one side says of a record: its canonical rows and their digest. */
export interface RecordState {
  digest: string;
  rows: readonly ComparableRow[];
}

export const absent: RecordState = { digest: 'absent', rows: [] };
/** The record does not fit the canonical model. */
export const rejected: RecordState = { digest: 'rejected', rows: [] };

export interface Sides {
  request: Pick<StreamRequest, 'system' | 'stream' | 'connector' | 'signal'>;
  store: SyncStore;
  mapping: Mapping;
}

const CHUNK = 2_000;

/** Everything the source has, page by page, as the mapping reads it now. */
export async function* readSource({ request, mapping }: Sides): AsyncGenerator<Map<string, RecordState>> {
  const { connector, stream, signal } = request;
  for await (const page of connector.pull(stream, { since: null, resume: null }, signal)) {
    yield statesOf(await mapping.mapPage(page.records));
  }
  signal.throwIfAborted();
}

/** What the source says of these records now; what it does not have is `absent`. */
export async function readSourceKeys(sides: Sides, keys: readonly string[]): Promise<Map<string, RecordState>> {
  const { request, mapping } = sides;
  const states = new Map<string, RecordState>(keys.map((key) => [key, absent]));
  const { connector, stream, signal } = request;
  for (const some of chunks(keys, CHUNK)) {
    const found = await connector.readByKeys(stream, some, signal);
    for (const [key, state] of statesOf(await mapping.mapPage(found))) states.set(key, state);
  }
  return states;
}

function statesOf(mapped: readonly MappedRecord[]): Map<string, RecordState> {
  return new Map(mapped.map((one) => [one.record.key, stateOf(one)]));
}

function stateOf(mapped: MappedRecord): RecordState {
  switch (mapped.outcome) {
    case 'mapped':
      return { digest: recordDigest(mapped.record.key, mapped.rows), rows: mapped.rows };
    case 'deleted':
      return absent;
    case 'rejected':
      return rejected;
  }
}

/** All the cache shows of a stream, page by page. A tombstone is absent, unless rows were left standing. */
export async function* readCache({ request, store }: Sides): AsyncGenerator<Map<string, RecordState>> {
  const { system, stream, signal } = request;
  let after: string | null = null;
  for (;;) {
    const page = await store.keysOf({ system, stream, after, first: CHUNK, deleted: true });
    yield await storedStates(store, page);
    signal.throwIfAborted();
    if (page.length < CHUNK) return;
    after = page.at(-1)?.id ?? null;
  }
}

/** What the cache shows of these records now. */
export async function readCacheKeys(
  { request, store }: Sides,
  keys: readonly string[],
): Promise<Map<string, RecordState>> {
  const { system, stream } = request;
  const states = new Map<string, RecordState>(keys.map((key) => [key, absent]));
  for (const some of chunks(keys, CHUNK)) {
    const found = await store.recordsByKeys({ system, stream, keys: some });
    for (const [key, state] of await storedStates(store, found)) states.set(key, state);
  }
  return states;
}

async function storedStates(
  store: SyncStore,
  records: readonly { id: string; key: string; deletedAt: string | null }[],
): Promise<Map<string, RecordState>> {
  const rows = new Map<string, StoredRow[]>(records.map(({ id }) => [id, []]));
  for (const row of await store.canonicalRowsOf([...rows.keys()])) rows.get(row.originId)?.push(row);
  return new Map(records.map(({ id, key, deletedAt }) => [key, storedState(key, rows.get(id) ?? [], deletedAt)]));
}

function storedState(key: string, rows: readonly StoredRow[], deletedAt: string | null): RecordState {
  if (deletedAt !== null && rows.length === 0) return absent;
  return { digest: recordDigest(key, rows), rows };
}
