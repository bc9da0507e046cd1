import { createHash } from 'node:crypto';
import type { Cache } from '../../cache/database/database.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import type { FieldValue, PageRecord, PageRow } from '../../cache/sync/page-record.ts';
import type { Lease, SyncStore } from '../../cache/sync/sync-store.ts';
import { recordId } from '../../schema/ids.ts';
import type { Entity } from '../../schema/records.ts';

export const NOW = '2026-03-01T09:30:00.123456Z';
export const LATER = '2026-03-01T10:00:00.000000Z';

/** A version as a stream with an instant cursor has it: minute `n` of a day. */
export function version(n: number): string {
  return `2026-02-01T00:${String(n).padStart(2, '0')}:00.000000Z`;
}

export function rowOf(entity: Entity, key: string, fields: Record<string, FieldValue>): PageRow {
  return { entity, id: recordId({ system: 'erp', entity, key }), key, fields };
}

export interface OrderSketch {
  version?: string | null;
  total?: string;
  /** Keys of its lines. */
  lines?: string[];
  number?: string;
}

/** An order with its lines, as a stream `orders` of a system `erp` would bring it. */
export function order(key: string, sketch: OrderSketch = {}): PageRecord {
  const { version: at = version(1), total = '10.50', lines = [], number = key.slice(0, 64) } = sketch;
  const orderId = recordId({ system: 'erp', entity: 'order', key });
  return {
    outcome: 'mapped',
    record: { key, version: at, data: { key, total, lines, number } },
    rows: [
      rowOf('order', key, {
        orderNumber: number,
        status: 'CONFIRMED',
        orderDate: '2026-02-01',
        currency: 'EUR',
        totalAmount: total,
      }),
      ...lines.map((line) => rowOf('orderLine', line, { orderId, sku: line, orderedQty: '1' })),
    ],
  };
}

export function party(key: string, sketch: { version?: string; name?: string } = {}): PageRecord {
  const name = sketch.name ?? `Party ${key}`;
  return {
    outcome: 'mapped',
    record: { key, version: sketch.version ?? version(1), data: { key, name } },
    rows: [rowOf('party', key, { kind: 'ORGANIZATION', displayName: name, crossReferences: [] })],
  };
}

export function gone(key: string, at: string | null = null): PageRecord {
  return { outcome: 'deleted', record: { key, version: at, data: {} } };
}

export function rejected(key: string, at: string, message = 'broken date'): PageRecord {
  return {
    outcome: 'rejected',
    record: { key, version: at, data: { key, broken: message } },
    code: 'RECORD_INVALID',
    message,
  };
}

export interface OpenPass {
  store: SyncStore;
  lease: Lease;
  runId: string;
  save(
    records: PageRecord[],
    options?: { checkpoint?: object; mappingHash?: string; rewrite?: boolean; now?: string },
  ): ReturnType<SyncStore['savePage']>;
}

/** A pass under way on `erp/orders` (or another stream), to save pages with. */
export async function openPass(cache: Cache, stream = 'orders'): Promise<OpenPass> {
  const store = createSyncStore(cache);
  const lease = await store.claim({ system: 'erp', stream, owner: 'test', ttl: 60_000 });
  if (!lease) throw new Error('Expected the stream to be free.');
  const runId = await store.startRun({ lease, mode: 'FULL', reason: 'test', windowFrom: null, now: NOW });
  return {
    store,
    lease,
    runId,
    save: async (records, { checkpoint, mappingHash = 'm1', rewrite = false, now = NOW } = {}) =>
      store.savePage({
        lease,
        runId,
        mappingHash,
        prepared: await store.preparePage(lease, records),
        checkpoint: checkpoint ?? null,
        rewrite,
        now,
      }),
  };
}

const written = ['source_records', 'orders', 'order_lines', 'parties', 'quarantine', 'identity_dirty'];

/** All rows of all tables a page writes, but the run's counters, as one digest: equal means that nothing was written. */
export async function digestOf(cache: Cache): Promise<string> {
  const hash = createHash('sha256');
  for (const table of written) {
    const rows = await cache.query(`SELECT * FROM ${table} ORDER BY 1`);
    hash.update(`${table} ${JSON.stringify(rows)}\n`);
  }
  return hash.digest('hex');
}

/** Forgets everything, much faster than a fresh database. */
export async function emptyTables(cache: Cache): Promise<void> {
  for (const table of [...written, 'change_log', 'accounts', 'stream_states', 'sync_runs'])
    await cache.execute(`DELETE FROM ${table}`);
}

export async function count(cache: Cache, table: string, where = '1 = 1'): Promise<number> {
  const [row] = await cache.query(`SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`);
  return Number(row?.n);
}
