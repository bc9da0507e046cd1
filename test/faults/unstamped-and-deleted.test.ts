import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource } from '../sync-jobs/fake-source.ts';
import { orderStream } from '../sync-jobs/harness.ts';
import { type SqlSource, startSqlSource } from '../sync-jobs/sql-source.ts';
import { withoutDefence } from './without-defence.ts';

describe.each(databases)('what no pass can see, on $name', (database) => {
  let cache: Cache;
  let source: SqlSource;
  let system = '';
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    count += 1;
    system = `erp${count}`;
    source = await startSqlSource(database.name === 'SQLite' ? 'sqlite' : 'mysql', cache, { system });
    for (let nr = 1; nr <= 40; nr += 1) await order(nr, `K ${nr}`, '2026-03-01 08:00:00');
    // The others are out of reach of the lookback.
    await order(41, 'K 41', '2026-03-01 12:00:00');
    await source.sync();
    source.readByKey();
  });
  afterEach(() => source.drop());

  const order = (nr: number, customer: string, changed: string) =>
    source.run('INSERT INTO AUFTRAG VALUES (?, ?, 1.5, NULL, ?, NULL)', [nr, customer, changed]);

  it('FAULTS 8: a change without a new stamp is seen by no pass; verify finds it, reads it alone, and repairs it', async () => {
    await source.run("UPDATE AUFTRAG SET KUNDE = 'heimlich' WHERE NR = 7");
    await source.sync();
    const found = {
      ...{ method: 'CHECKSUM', different: 1, missing: 0, extra: 0 },
      differences: [{ key: '7', fields: [{ field: 'orderNumber', source: 'heimlich', cache: 'K 7' }] }],
    };
    expect(await source.verify()).toMatchObject({ outcome: 'DIFFERENT', ...found });
    expect(source.readByKey()).toBe(2);
    expect(await source.verify({ thoroughness: 'full' })).toMatchObject({ ...found, method: 'RECORDS' });
    expect(await source.verify({ repair: true })).toMatchObject({
      outcome: 'EQUAL',
      repair: { found: 1, repaired: 1 },
    });
    expect(await source.verify({ thoroughness: 'full' })).toMatchObject({ outcome: 'EQUAL', source: { records: 41 } });
  });

  it('FAULTS 8: goes red without: content compared', async () => {
    await source.run("UPDATE AUFTRAG SET KUNDE = 'heimlich' WHERE NR = 7");
    await source.sync();
    const seen = await withoutDefence('content compared', () => source.verify({ thoroughness: 'full' }));
    expect(seen).toMatchObject({ outcome: 'EQUAL' });
    expect(await withoutDefence('content compared', () => source.verify())).toMatchObject({ outcome: 'EQUAL' });
  });

  it('FAULTS 8: verify finds it in a source that computes no checksums, by reading every record', async () => {
    const fake = createFakeSource();
    for (let key = 1; key <= 25; key += 1) fake.put(String(key), { number: `A-${key}` });
    fake.clock.tick(600_000);
    fake.put('26', { number: 'A-26' });
    const stream = orderStream(fake, cache, { system: `${system}f` });
    await stream.sync();
    const record = fake.truth.get('7');
    if (record) record.data.number = 'changed on the quiet';
    await stream.sync();
    expect(await stream.verify()).toMatchObject({ method: 'RECORDS', different: 1, differences: [{ key: '7' }] });
    expect(await stream.verify({ repair: true })).toMatchObject({ outcome: 'EQUAL', repair: { repaired: 1 } });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('FAULTS 9: a row that is deleted for good has a tombstone within two reconciles', async () => {
    await source.run('DELETE FROM AUFTRAG WHERE NR IN (3, 4)');
    await source.sync();
    expect(await ordersInCache()).toBe(41);
    for (let turn = 0; turn < 2; turn += 1) await source.reconcile();
    expect(await ordersInCache()).toBe(39);
    const [three] = await source.store.recordsByKeys({ system, stream: 'orders', keys: ['3'] });
    expect(three?.deletedAt).toEqual(expect.any(String));
    expect(await source.verify()).toMatchObject({ outcome: 'EQUAL', method: 'CHECKSUM', source: { records: 39 } });

    // A row that comes back revives.
    await order(3, 'wieder da', '2026-03-02 08:00:00');
    await source.sync();
    expect(await ordersInCache()).toBe(40);
    expect(await source.verify()).toMatchObject({ outcome: 'EQUAL', source: { records: 40 } });
  });

  it('FAULTS 9: goes red without: scan tombstones', async () => {
    await source.run('DELETE FROM AUFTRAG WHERE NR IN (3, 4)');
    await withoutDefence('scan tombstones', async () => {
      for (let turn = 0; turn < 2; turn += 1) await source.reconcile();
    });
    expect(await ordersInCache()).toBe(41);
  });

  async function ordersInCache(): Promise<number> {
    const [row] = await cache.query('SELECT COUNT(*) AS n FROM orders WHERE `system` = ?', [system]);
    return Number(row?.n);
  }
});
