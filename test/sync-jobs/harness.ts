import type { Cache } from '../../cache/database/database.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import { createLog, type Log } from '../../config/observability/log.ts';
import { hubSettings, type StreamSettings, sourceSettings, streamSettings } from '../../config/settings/settings.ts';
import { type Checkpoint, parseCheckpoint } from '../../sync-jobs/pass/checkpoint.ts';
import { runSync } from '../../sync-jobs/pass/run-sync.ts';
import type { SyncRequest, SyncRun } from '../../sync-jobs/pass/sync-run.ts';
import { type ReconcileRequest, type ReconcileRun, reconcile } from '../../sync-jobs/reconcile/reconcile.ts';
import { type VerifyRequest, verify } from '../../sync-jobs/verify/verify.ts';
import type { VerifyReport } from '../../sync-jobs/verify/verify-report.ts';
import type { FakeSource } from './fake-source.ts';

const quiet = createLog({ level: 'silent' });

/** One stream of orders from a fake source into a real cache. */
export interface OrderStream {
  request: Omit<SyncRequest, 'onProgress'>;
  sync(change?: Partial<SyncRequest>): Promise<SyncRun>;
  reconcile(change?: Partial<ReconcileRequest>): Promise<ReconcileRun>;
  verify(change?: Partial<VerifyRequest>): Promise<VerifyReport>;
  /** Key → order number, of the orders the cache shows. */
  orders(): Promise<Record<string, string>>;
  /** Key → order number, of the orders the source has. */
  truth(): Record<string, string>;
  checkpoint(): Promise<Checkpoint>;
  store: ReturnType<typeof createSyncStore>;
}

const orderSettings = {
  resource: 'orders',
  key: 'id',
  records: [
    {
      entity: 'order',
      fields: { status: { const: 'CONFIRMED' }, orderNumber: 'number', totalAmount: 'amount', orderDate: 'date' },
    },
  ],
} as const;

export interface OrderStreamOptions {
  system: string;
  lookback?: string;
  deletes?: StreamSettings['deletes'];
  drift?: StreamSettings['drift'];
  records?: object[];
  log?: Log;
}

export function orderStream(
  source: FakeSource,
  cache: Cache,
  { system, lookback = '2m', log = quiet, ...settings }: OrderStreamOptions,
): OrderStream {
  const cursor = { field: 'changed', lookback };
  const stream = streamSettings.parse({ ...orderSettings, cursor, ...settings });
  const name = { system, stream: 'orders' };
  const store = createSyncStore(cache);
  const request: Omit<SyncRequest, 'onProgress'> = {
    ...name,
    source: { ...sourceSettings.parse({ kind: 'fake' }), streams: { orders: stream } },
    connector: source.connector,
    cache,
    identity: hubSettings.parse({}).identity,
    priorities: {},
    owner: 'test',
    log,
    signal: new AbortController().signal,
  };
  return {
    request,
    store,
    sync: (change) => runSync({ ...request, ...change }),
    reconcile: (change) => reconcile({ ...request, ...change }),
    verify: (change) => verify({ ...request, ...change }),
    async orders() {
      const keys = await store.keysOf({ ...name, after: null, first: 10_000 });
      const rows = await store.canonicalRowsOf(keys.map(({ id }) => id));
      return sorted(rows.map(({ key, fields }) => [key, String(fields.orderNumber)]));
    },
    truth: () =>
      sorted(
        [...source.truth.values()].filter(({ deleted }) => !deleted).map(({ key, data }) => [key, String(data.number)]),
      ),
    checkpoint: async () => parseCheckpoint((await store.state(name)).checkpoint),
  };
}

function sorted(entries: [string, string][]): Record<string, string> {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A small seeded generator, so that a random test can be run again. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
