import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { encodeValue } from '../../cache/sql/row-codec.ts';
import { createBreakerStore } from '../../cache/streams/breaker-store.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import { streamSettings } from '../../config/settings/settings.ts';
import { recordId } from '../../schema/ids.ts';
import { databases } from '../setup/databases.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';

describe.each(databases)('the sync in the graph on $name', (database) => {
  let cache: Cache;
  let graph: GraphUnderTest;

  beforeAll(async () => {
    cache = await database.open();
    const at = (minute: number) =>
      encodeValue({ type: 'instant' }, `2026-03-01T10:${String(minute).padStart(2, '0')}:00.000000Z`, cache.dialect);
    for (let n = 0; n < 12; n++) {
      const id = recordId({ system: 'runs', entity: 'run', key: String(n) });
      await cache.execute(
        'INSERT INTO sync_runs (id, `system`, stream, mode, outcome, started_at, records_read) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [id, n % 3 ? 'erp' : 'crm', 'orders', 'INCREMENTAL', 'SUCCEEDED', at(n >> 1), n],
      );
      await cache.execute(
        'INSERT INTO quarantine (id, `system`, stream, source_key, code, message, raw, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        [id, n % 3 ? 'erp' : 'crm', 'orders', `K${n}`, 'RECORD_INVALID', 'no date', '{"n":1.10}', at(1), at(2)],
      );
    }
    graph = graphUnderTest(cache);
  });
  afterAll(() => database.drop());

  it.each(['syncRuns', 'quarantine'])('pages %s without loss, of all systems and of one', async (list) => {
    for (const [given, count] of [
      ['', 12],
      ['system: "crm", ', 4],
      ['system: "erp", stream: "orders", ', 8],
      ['stream: "none", ', 0],
    ] as const) {
      const seen: string[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const data = await graph.data(
          `query ($after: String) { ${list}(${given}first: 5, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
          { after },
        );
        const page: {
          totalCount: number;
          nodes: { id: string }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        } = data[list];
        expect(page.totalCount).toBe(count);
        seen.push(...page.nodes.map(({ id }) => id));
        after = page.pageInfo.endCursor;
        more = page.pageInfo.hasNextPage;
      }
      expect(new Set(seen).size).toBe(count);
      expect(seen).toHaveLength(count);
    }
  });

  it('shows the breaker of each source, and changes of shape with their stream and their run', async () => {
    const now = '2026-03-01T10:00:00.000000Z';
    const breaker = { state: 'OPEN', until: '2999-01-01T00:00:00.000000Z', failures: 4, lastError: 'refused' } as const;
    await createBreakerStore(cache).note({ system: 'erp', since: now, ...breaker });
    const sync = createSyncStore(cache);
    const lease = await sync.claim({ system: 'erp', stream: 'orders', owner: 'test', ttl: 60_000 });
    if (!lease) throw new Error('Expected a lease.');
    const runId = await sync.startRun({ lease, mode: 'FULL', reason: null, windowFrom: null, now });
    const change = { field: 'lines[].colour', kind: 'RETYPED', from: 'text', to: 'object' } as const;
    const event = { ...change, policy: 'ignore', isRead: false, sourceKey: 'K1' } as const;
    await sync.noteDrift({ lease, runId, events: [event], shape: null, now });

    const fields = 'field kind fromTypes toTypes policy isRead key runId seenAt acknowledgedAt';
    const record = { entity: 'order', fields: { orderNumber: 'no' } };
    const orders = streamSettings.parse({ resource: 'orders', key: 'id', records: [record] });
    const data = await graphUnderTest(cache, undefined, { orders }).data(`{
      sources { system breaker { state since until failures lastError } streams { stream drift { ${fields} } } }
      syncRuns(system: "erp", stream: "orders", first: 100) { nodes { id drift { ${fields} } } }
    }`);
    const { from: fromTypes, to: toTypes, sourceKey: key, ...rest } = event;
    const expected = { ...rest, fromTypes, toTypes, key, runId, seenAt: now, acknowledgedAt: null };
    const erp = data.sources.find((source: { system: string }) => source.system === 'erp');
    expect(erp.breaker).toEqual({ ...breaker, since: now });
    expect(erp.streams).toEqual([{ stream: 'orders', drift: [expected] }]);
    const runs = data.syncRuns.nodes.filter(({ drift }: { drift: unknown[] }) => drift.length > 0);
    expect(runs).toEqual([{ id: runId, drift: [expected] }]);
    await cache.execute('DELETE FROM sync_runs WHERE id = ?', [runId]);
  });

  it('shows runs newest first and quarantined records as they came', async () => {
    const data = await graph.data(
      '{ syncRuns { nodes { startedAt recordsRead outcome } } quarantine(first: 1) { nodes { code message raw } } }',
    );
    const started = data.syncRuns.nodes.map(({ startedAt }: { startedAt: string }) => startedAt);
    expect(started).toEqual([...started].sort().reverse());
    expect(data.quarantine.nodes[0]).toEqual({ code: 'RECORD_INVALID', message: 'no date', raw: { n: '1.10' } });
  });
});
