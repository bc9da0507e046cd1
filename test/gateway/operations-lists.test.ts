import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/cache.ts';
import { encodeValue } from '../../cache/row-codec.ts';
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

  it('shows runs newest first and quarantined records as they came', async () => {
    const data = await graph.data(
      '{ syncRuns { nodes { startedAt recordsRead outcome } } quarantine(first: 1) { nodes { code message raw } } }',
    );
    const started = data.syncRuns.nodes.map(({ startedAt }: { startedAt: string }) => startedAt);
    expect(started).toEqual([...started].sort().reverse());
    expect(data.quarantine.nodes[0]).toEqual({ code: 'RECORD_INVALID', message: 'no date', raw: { n: '1.10' } });
  });
});
