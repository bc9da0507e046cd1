import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { HubError } from '../../config/errors.ts';
import type { Thoroughness } from '../../sync-jobs/verify/verify.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { orderStream } from './harness.ts';
import { startSqlSource } from './sql-source.ts';
import { sumsBesideResults } from './table-sums.ts';

/** What happens before verify looks, and what it then says. */
const situations: Record<string, { outcome: string; happens: (source: FakeSource, forge: Forge) => unknown }> = {
  'all is well': { outcome: 'EQUAL', happens: () => undefined },
  'the source has gone on': {
    outcome: 'EQUAL',
    happens(source) {
      source.clock.tick(600_000);
      source.put('7', { number: 'B-7' });
      source.put('new', { number: 'new' });
      source.put('unfit', { number: 'U', date: 'yesterday' });
    },
  },
  'rows were altered by hand': { outcome: 'DIFFERENT', happens: (_source, forge) => forge() },
  'a change carries no new stamp': {
    outcome: 'DIFFERENT',
    happens(source) {
      const record = source.truth.get('7');
      if (record) record.data.number = 'changed on the quiet';
    },
  },
  'records are gone from the source': {
    outcome: 'UNPROVED',
    happens(source) {
      for (const key of ['3', '4', '5']) source.remove(key);
    },
  },
  'almost all are gone from the source': {
    outcome: 'DIFFERENT',
    happens(source) {
      for (let key = 1; key <= 20; key += 1) source.remove(String(key));
    },
  },
  'the list is cut': {
    outcome: 'UNPROVED',
    happens(source) {
      source.cut = 10;
      source.evidence = { total: null, doubt: 'the list has exactly 10 records' };
    },
  },
  'fewer records come than the source counts': {
    outcome: 'FAILED',
    happens(source) {
      source.evidence = { total: 26, came: 25, doubt: null };
    },
  },
  'the source is down': {
    outcome: 'FAILED',
    happens(source) {
      const down = () => {
        throw new HubError('SOURCE_UNREACHABLE', 'Connection refused.');
      };
      source.faults = { page: down, scan: down, readByKeys: down };
    },
  },
};

type Forge = () => Promise<unknown>;

describe.each(databases)('verify without a repair, on $name', (database) => {
  let cache: Cache;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  describe.each(Object.entries(situations))('when %s', (_what, { outcome, happens }) => {
    it.each([
      { thoroughness: 'quick', asksByKey: true },
      { thoroughness: 'quick', asksByKey: false },
      { thoroughness: 'full', asksByKey: true },
      { thoroughness: 'full', asksByKey: false },
    ] as const)(
      'changes no table but its own: $thoroughness, by key: $asksByKey',
      async ({ thoroughness, asksByKey }) => {
        count += 1;
        const system = `erp${count}`;
        const source = createFakeSource();
        const stream = orderStream(source, cache, { system });
        source.asksByKey = asksByKey;
        for (let key = 1; key <= 25; key += 1) source.put(String(key), { number: `A-${key}`, date: '2026-03-01' });
        source.put('poison', { number: 'P', date: 'yesterday' });
        await stream.sync();
        await happens(source, () =>
          cache.execute("UPDATE orders SET order_number = 'forged' WHERE `system` = ? AND source_key = '7'", [system]),
        );
        const before = await sumsBesideResults(cache);
        const report = await stream.verify({ thoroughness });
        expect(await sumsBesideResults(cache)).toEqual(before);
        const seen = thoroughness === 'quick' && outcome === 'DIFFERENT' && isUnstamped(source) ? 'EQUAL' : outcome;
        expect(report.outcome).toBe(seen);
      },
    );
  });

  it.each(['quick', 'proof', 'full'] as Thoroughness[])(
    'changes none when a database is the source (%s)',
    async (how) => {
      count += 1;
      const system = `erp${count}`;
      const source = await startSqlSource(cache.dialect, cache, { system });
      try {
        await source.run(
          "INSERT INTO AUFTRAG VALUES (1, 'a', 1, NULL, '2026-03-01 08:00:00', NULL), (2, 'b', 1, NULL, '2026-03-01 08:00:01', NULL), (3, 'c', 1, NULL, '2026-03-01 08:00:02', NULL)",
        );
        await source.sync();
        const unchanged = async (outcome: string) => {
          const before = await sumsBesideResults(cache);
          const report = await source.verify({ thoroughness: how });
          expect(await sumsBesideResults(cache)).toEqual(before);
          expect(report).toMatchObject({ outcome, method: how === 'full' ? 'RECORDS' : 'CHECKSUM' });
        };
        await unchanged('EQUAL');
        await source.run("UPDATE AUFTRAG SET KUNDE = 'neu', GEAENDERT = '2026-03-02 10:00:00' WHERE NR = 1");
        await unchanged('EQUAL');
        await source.run('DELETE FROM AUFTRAG WHERE NR = 2');
        await unchanged('UNPROVED');
        await cache.execute("UPDATE orders SET order_number = 'forged' WHERE `system` = ? AND source_key = '3'", [
          system,
        ]);
        await unchanged('DIFFERENT');
      } finally {
        await source.drop();
      }
    },
  );
});

/** A quick look does not see a change without a new stamp, and says so. */
function isUnstamped(source: FakeSource): boolean {
  return source.truth.get('7')?.data.number === 'changed on the quiet';
}
