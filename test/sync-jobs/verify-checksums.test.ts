import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { recordId } from '../../schema/ids.ts';
import { databases } from '../setup/databases.ts';
import { randomOf } from './harness.ts';
import { type SqlSource, startSqlSource } from './sql-source.ts';

/** A source of the same kind of database as the cache: both kinds speak on both sides. */
const kinds = databases.map((database) => ({ database, name: database.name, kind: kindOf(database.name) }));

describe.each(kinds)('verify by checksums, source and cache on $name', ({ database, kind }) => {
  let cache: Cache;
  let source: SqlSource;
  let system = '';
  let count = 0;
  const ROWS = 600;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  afterEach(() => source.drop());

  async function begin(deletes: unknown = 'scan'): Promise<void> {
    count += 1;
    system = `erp${count}`;
    source = await startSqlSource(kind, cache, { system, deletes });
    const rows = Array.from({ length: ROWS }, (_, i) => insertable(i));
    await source.run(`INSERT INTO AUFTRAG VALUES ${rows.map(() => '(?, ?, ?, ?, ?, ?)').join(', ')}`, rows.flat());
    // All others are out of reach of the lookback.
    await source.run("UPDATE AUFTRAG SET GEAENDERT = '2026-03-01 12:00:00' WHERE NR = 599");
    expect(await source.sync()).toMatchObject({ outcome: 'SUCCEEDED', changed: ROWS });
    source.readByKey();
  }

  const alterOrder = (key: number, value = 'forged') =>
    cache.execute('UPDATE orders SET order_number = ? WHERE `system` = ? AND source_key = ?', [
      value,
      system,
      String(key),
    ]);

  it('finds nothing after a pass, and reads not a single record', async () => {
    await begin();
    const report = await source.verify();
    expect(report).toMatchObject({ outcome: 'EQUAL', method: 'CHECKSUM', reason: null, source: { records: ROWS } });
    if (report.outcome !== 'EQUAL') throw new Error('Expected equal sides.');
    expect(report.cache).toEqual(report.source);
    expect(source.readByKey()).toBe(0);
  });

  it('names the one row of the cache that was altered, and reads that one', async () => {
    await begin();
    await alterOrder(77);
    expect(await source.verify()).toMatchObject({
      outcome: 'DIFFERENT',
      method: 'CHECKSUM',
      different: 1,
      differences: [{ key: '77', fields: [{ field: 'orderNumber', source: 'K 77', cache: 'forged' }] }],
    });
    expect(source.readByKey()).toBeLessThanOrEqual(2);
  });

  it('finds a raw record and a noted checksum that were altered', async () => {
    await begin();
    const set = (assignment: string, key: number) =>
      cache.execute(`UPDATE source_records SET ${assignment} WHERE \`system\` = ? AND source_key = ?`, [
        system,
        String(key),
      ]);
    await set("raw = '{}'", 3);
    await set('rows_checksum = 1', 4);
    await set('rows_checksum = NULL', 5);
    expect(await source.verify()).toMatchObject({
      outcome: 'DIFFERENT',
      method: 'CHECKSUM',
      different: 2,
      differences: [
        { key: '3', fields: [{ field: 'raw' }] },
        { key: '4', fields: [{ field: 'rowsChecksum' }] },
      ],
    });
    expect(await source.verify({ repair: true })).toMatchObject({
      outcome: 'EQUAL',
      repair: { found: 2, repaired: 2 },
    });
  });

  it.each(['proof', 'full'] as const)(
    'finds a row behind which no record stands (%s), and a repair removes it',
    async (thoroughness) => {
      await begin();
      await source.run('DELETE FROM AUFTRAG WHERE NR = 9');
      await source.reconcile();
      const [id, origin] = ['order', 'stream/orders'].map((entity) => recordId({ system, entity, key: 'planted' }));
      await cache.execute(
        'INSERT INTO orders (id, origin_id, `system`, source_key, order_number, status) VALUES (?, ?, ?, ?, ?, ?)',
        [id ?? '', origin ?? '', system, 'planted', 'forged', 'CONFIRMED'],
      );
      expect(await source.verify({ thoroughness })).toMatchObject({
        outcome: 'DIFFERENT',
        extra: 1,
        differences: [{ key: 'planted', kind: 'EXTRA', fields: [{ entity: 'order', field: 'id', cache: id }] }],
      });
      expect(await source.verify({ thoroughness, repair: true })).toMatchObject({
        outcome: 'EQUAL',
        repair: { found: 1, repaired: 1 },
      });
      expect(await cache.query('SELECT id FROM orders WHERE id = ?', [id ?? ''])).toEqual([]);
    },
  );

  it('is not fooled by what changed since the last pass', async () => {
    await begin();
    await source.run("UPDATE AUFTRAG SET KUNDE = 'neu', GEAENDERT = '2026-03-02 10:00:00' WHERE NR < 5");
    await source.run('DELETE FROM AUFTRAG WHERE NR = 9');
    const looked = { method: 'CHECKSUM', different: 0, missing: 0, extra: 0, pending: 5, undecided: 1 };
    expect(await source.verify()).toMatchObject({ outcome: 'UNPROVED', ...looked });
    await source.sync();
    await source.reconcile();
    expect(await source.verify()).toMatchObject({ outcome: 'EQUAL', method: 'CHECKSUM', equal: ROWS - 1, pending: 0 });
  });

  it('follows rows that are flagged as deleted', async () => {
    await begin({ flag: 'WEG', values: ['X'] });
    await source.run("UPDATE AUFTRAG SET WEG = 'X', GEAENDERT = '2026-03-02 10:00:00' WHERE NR IN (1, 2)");
    await source.sync();
    source.readByKey();
    expect(await source.verify()).toMatchObject({ outcome: 'EQUAL', method: 'CHECKSUM', cache: { records: ROWS - 2 } });
    expect(source.readByKey()).toBe(0);
    await source.run("INSERT INTO AUFTRAG VALUES (700, 'spät', 1, NULL, '2026-03-03 10:00:00', NULL)");
    await source.sync();
    await source.run('UPDATE AUFTRAG SET WEG = NULL WHERE NR = 1');
    expect(await source.verify()).toMatchObject({ outcome: 'DIFFERENT', missing: 1, differences: [{ key: '1' }] });
  });

  it('counts a column that no mapping reads as no difference', async () => {
    await begin();
    await source.run("UPDATE AUFTRAG SET VERMERK = 'still' WHERE NR = 7");
    expect(await source.verify()).toMatchObject({ outcome: 'EQUAL', method: 'CHECKSUM', source: { records: ROWS } });
  });

  it('reads every record when it is told to', async () => {
    await begin();
    await alterOrder(77);
    expect(await source.verify({ thoroughness: 'full' })).toMatchObject({
      outcome: 'DIFFERENT',
      method: 'RECORDS',
      differences: [{ key: '77' }],
    });
  });

  it.each([1, 2, 3])(
    'finds exactly what was altered at random on either side, and a repair heals it (%#)',
    async () => {
      const seed = Math.floor(Math.random() * 2 ** 32);
      await begin();
      const random = randomOf(seed);
      const expected = new Map<string, string>();
      const alter = async () => {
        const key = Math.floor(random() * (ROWS - 1));
        if (expected.has(String(key))) return;
        const [what, kindOfDifference] = alterations[Math.floor(random() * alterations.length)] ?? [undo, 'DIFFERENT'];
        await what(key);
        expected.set(String(key), kindOfDifference);
      };
      const inCache = (statement: string) => (key: number) => cache.execute(statement, [system, String(key)]);
      const where = 'WHERE `system` = ? AND source_key = ?';
      const undo = async () => undefined;
      const alterations: [(key: number) => Promise<unknown>, string][] = [
        [(key) => alterOrder(key), 'DIFFERENT'],
        [inCache(`UPDATE orders SET total_amount = NULL ${where}`), 'DIFFERENT'],
        [inCache(`DELETE FROM orders ${where}`), 'DIFFERENT'],
        [inCache(`DELETE FROM source_records ${where}`), 'MISSING'],
        [inCache(`UPDATE source_records SET raw = '{"NR":"1"}' ${where}`), 'DIFFERENT'],
        [inCache(`UPDATE source_records SET rows_checksum = rows_checksum + 1 ${where}`), 'DIFFERENT'],
        // Without a new stamp: no pass sees it.
        [(key) => source.run("UPDATE AUFTRAG SET KUNDE = 'anders' WHERE NR = ?", [key]), 'DIFFERENT'],
        [(key) => source.run('UPDATE AUFTRAG SET BETRAG = BETRAG + 0.01 WHERE NR = ?', [key]), 'DIFFERENT'],
      ];
      for (let n = 0; n < 12; n += 1) await alter();
      source.readByKey();
      const report = await source.verify();
      const found = report.outcome === 'DIFFERENT' ? report.differences.map(({ key, kind: how }) => [key, how]) : [];
      const told = { seed, found: found.sort() };
      expect(told).toEqual({ seed, found: [...expected].sort() });
      expect(report).toMatchObject({ method: 'CHECKSUM' });
      if (!('equal' in report)) throw new Error(`Expected a comparison, got ${report.outcome} (seed ${seed}).`);
      const { equal, missing, extra, different, undecided } = report;
      const [row] = await cache.query(
        'SELECT COUNT(*) AS n FROM source_records WHERE `system` = ? AND deleted_at IS NULL',
        [system],
      );
      expect({ seed, undecided, source: report.source.records, cache: report.cache.records }).toEqual({
        ...{ seed, undecided: 0, source: equal + missing + different, cache: equal + extra + different },
      });
      expect({ seed, source: report.source.records + report.source.aside }).toEqual({ seed, source: ROWS });
      expect({ seed, cache: report.cache.records + report.cache.aside }).toEqual({ seed, cache: Number(row?.n) });
      expect({ seed, read: source.readByKey() }).toEqual({ seed, read: 2 * expected.size });
      expect({ seed, ...(await source.verify({ repair: true })) }).toMatchObject({
        ...{ seed, outcome: 'EQUAL', repair: { found: expected.size, repaired: expected.size } },
      });
      expect({ seed, ...(await source.verify({ thoroughness: 'full' })) }).toMatchObject({ seed, outcome: 'EQUAL' });
    },
  );
});

function kindOf(name: string): 'sqlite' | 'mysql' {
  return name === 'SQLite' ? 'sqlite' : 'mysql';
}

function insertable(i: number): unknown[] {
  const note = i % 3 === 0 ? null : i % 3 === 1 ? '' : `"Vermerk" ${i}\n\\ü`;
  return [i, `K ${i}`, `${i}.50`, note, `2026-03-01 08:${String(i % 60).padStart(2, '0')}:00.000001`, null];
}
