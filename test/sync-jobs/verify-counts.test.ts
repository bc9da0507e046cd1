import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import type { Thoroughness } from '../../sync-jobs/verify/verify.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { orderStream, randomOf } from './harness.ts';

const RECORDS = 160;

describe.each(databases)('the counts of a verify, on $name', (database) => {
  let cache: Cache;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  it.each(Array.from({ length: 6 }, (_, round) => round))(
    'add up on both sides, each record in one place, whatever happened to them (%#)',
    async () => {
      const seed = Math.floor(Math.random() * 2 ** 32);
      const random = randomOf(seed);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
      count += 1;
      const system = `erp${count}`;
      const source = createFakeSource({ pageSize: 23 });
      const stream = orderStream(source, cache, { system, lookback: '2s' });
      for (let key = 1; key <= RECORDS; key += 1) {
        const fits = key % 20 !== 0;
        source.put(String(key), { number: `A-${key}`, date: fits ? '2026-03-01' : 'yesterday' });
      }
      await stream.sync();
      source.clock.tick(600_000);
      for (let n = 0; n < 25; n += 1) await pick(happenings)(source, String(1 + Math.floor(random() * RECORDS)), act);
      source.asksByKey = random() < 0.5;
      if (random() < 0.4) {
        source.cut = Math.floor(random() * RECORDS);
        source.evidence = { total: null, doubt: 'it may be cut' };
      }
      const again = Array.from({ length: 3 }, () => String(1 + Math.floor(random() * RECORDS)));
      source.faults.again = (index) => (index === 1 && source.cut === null ? again : []);

      const thoroughness = pick<Thoroughness>(['quick', 'full']);
      const report = await stream.verify({ thoroughness, listed: 1_000 });
      if (!('equal' in report)) throw new Error(`Expected a comparison, got ${report.outcome} (seed ${seed}).`);
      const { equal, missing, extra, different, pending, undecided, moving, kept, unseen, rejected } = report;
      const live = (await liveKeys(system)).length;
      expect({
        seed,
        compared: [report.source.records, report.cache.records],
        cacheHolds: report.cache.records + report.cache.aside,
        listed: report.differences.length,
        keys: new Set(report.differences.map(({ key }) => key)).size,
        moving,
        kept,
      }).toEqual({
        seed,
        compared: [equal + missing + different, equal + extra + different],
        cacheHolds: live,
        listed: missing + extra + different,
        keys: missing + extra + different,
        moving: 0,
        kept: 0,
      });
      const all = equal + missing + extra + different + pending + undecided + unseen + rejected;
      if (source.cut === null) {
        const sourceHolds = report.source.records + report.source.aside;
        expect({ seed, sourceHolds, unseen }).toEqual({ seed, sourceHolds: source.truth.size, unseen: 0 });
        const keys = new Set([...source.truth.keys(), ...(await liveKeys(system))]);
        expect({ seed, all }).toEqual({ seed, all: keys.size });
      }

      function act(statement: string, key: string) {
        return cache.execute(`${statement} WHERE \`system\` = ? AND source_key = ?`, [system, key]);
      }
    },
  );

  async function liveKeys(system: string): Promise<string[]> {
    const rows = await cache.query('SELECT source_key FROM source_records WHERE `system` = ? AND deleted_at IS NULL', [
      system,
    ]);
    return rows.map((row) => String(row.source_key));
  }
});

type Act = (statement: string, key: string) => Promise<unknown>;

/** What may happen to one record, in the source or in the cache. */
const happenings: ((source: FakeSource, key: string, act: Act) => unknown)[] = [
  (source, key) => source.put(key, { number: `B-${key}`, date: '2026-03-02' }),
  (source, key) => source.put(key, { number: `B-${key}`, date: 'tomorrow' }),
  (source, key) => source.put(`new ${key}`, { number: `N-${key}`, date: '2026-03-02' }),
  (source, key) => source.remove(key),
  (source, key) => {
    const record = source.truth.get(key);
    if (record) record.data.number = `quiet ${key}`;
  },
  (_source, key, act) => act("UPDATE orders SET order_number = 'forged'", key),
  (_source, key, act) => act("UPDATE source_records SET raw = '{}'", key),
  async (_source, key, act) => {
    await act('DELETE FROM orders', key);
    await act('DELETE FROM source_records', key);
  },
];
