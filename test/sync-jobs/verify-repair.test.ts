import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache, SqlParameter } from '../../cache/database/database.ts';
import { createStatusStore } from '../../cache/streams/status-store.ts';
import { HubError } from '../../config/errors.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

describe.each(databases)('verify --repair on $name', (database) => {
  let cache: Cache;
  let source: FakeSource;
  let stream: OrderStream;
  let system: string;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    count += 1;
    system = `erp${count}`;
    source = createFakeSource();
    stream = orderStream(source, cache, { system });
    await fill(stream);
  });

  /** 25 records, the first 24 of which are out of reach of the lookback. */
  async function fill(into: OrderStream): Promise<void> {
    for (let key = 1; key <= 25; key += 1) {
      if (key === 25) source.clock.tick(600_000);
      source.put(String(key), { number: `A-${key}`, amount: '10.50', date: '2026-03-01' });
    }
    await into.sync();
    source.clock.tick(600_000);
  }

  const run = (sql: string, ...parameters: SqlParameter[]) => cache.execute(sql, parameters);
  const ofKey = 'WHERE `system` = ? AND source_key = ?';

  const byHand = {
    'a value altered in a canonical row': () => run(`UPDATE orders SET order_number = 'forged' ${ofKey}`, system, '3'),
    'a raw record altered': () => run(`UPDATE source_records SET raw = '{"a":1}' ${ofKey}`, system, '3'),
    'a raw record that is no JSON any more': () =>
      run(`UPDATE source_records SET raw = 'no JSON' ${ofKey}`, system, '3'),
    'a canonical row deleted': () => run(`DELETE FROM orders ${ofKey}`, system, '3'),
    'a row added to a record': () =>
      run(
        `INSERT INTO orders (id, origin_id, \`system\`, source_key, order_number, status)
         SELECT CONCAT('ffffffff', SUBSTR(id, 9)), origin_id, \`system\`, 'added', 'added', status FROM orders ${ofKey}`,
        system,
        '3',
      ),
    'a row of another entity added to a record': () =>
      run(
        `INSERT INTO parties (id, origin_id, \`system\`, source_key, kind, display_name)
         SELECT CONCAT('ffffffff', SUBSTR(id, 9)), origin_id, \`system\`, 'added', 'PERSON', 'Added' FROM orders ${ofKey}`,
        system,
        '3',
      ),
    'a row given to another record': () =>
      run(`UPDATE orders SET origin_id = (SELECT id FROM source_records ${ofKey}) ${ofKey}`, system, '4', system, '3'),
    'a record made a tombstone, its rows left standing': () =>
      run(`UPDATE source_records SET deleted_at = synced_at ${ofKey}`, system, '3'),
    'a record made a tombstone, its rows deleted': async () => {
      await run(`UPDATE source_records SET deleted_at = synced_at, entities = '' ${ofKey}`, system, '3');
      await run(`DELETE FROM orders ${ofKey}`, system, '3');
    },
    'a source record deleted, its rows left standing': () => run(`DELETE FROM source_records ${ofKey}`, system, '3'),
    'a source record and its rows deleted': async () => {
      await run(`DELETE FROM source_records ${ofKey}`, system, '3');
      await run(`DELETE FROM orders ${ofKey}`, system, '3');
    },
    'a version that no change in the source can surpass': async () => {
      await run(`UPDATE orders SET order_number = 'forged' ${ofKey}`, system, '3');
      await run(`UPDATE source_records SET version = '2999-01-01T00:00:00.000000Z' ${ofKey}`, system, '3');
    },
  };

  it.each(Object.entries(byHand))('heals %s, and touches no other record', async (_what, alter) => {
    const rowsBefore = await allRows();
    const writtenBefore = await syncedAt();
    await alter();
    const found = await stream.verify();
    expect(found).toMatchObject({ outcome: 'DIFFERENT' });
    expect(found).not.toHaveProperty('repair');
    // Looking alone heals nothing.
    expect(await stream.verify()).toMatchObject({ outcome: 'DIFFERENT' });

    const report = await stream.verify({ repair: true });
    const keys = found.outcome === 'DIFFERENT' ? found.differences.map(({ key }) => key) : [];
    const repair = { found: keys.length, repaired: keys.length, left: 0, error: null };
    expect(report).toMatchObject({ outcome: 'EQUAL', missing: 0, extra: 0, different: 0, settled: 0, repair });
    if (report.outcome === 'EQUAL') expect(report.cache).toEqual(report.source);
    expect(await allRows()).toEqual(rowsBefore);
    expect(await stream.orders()).toEqual(stream.truth());

    const writtenAfter = await syncedAt();
    for (const [key, at] of writtenBefore) {
      if (keys.includes(key)) expect(writtenAfter.get(key)).not.toBe(at);
      else expect(writtenAfter.get(key)).toBe(at);
    }
    // And it stays healed, and follows the source again.
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', settled: 0 });
    source.put('3', { number: 'B-3' });
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('reads only the keys that differ, as a run of the history that leaves the checkpoint alone', async () => {
    for (const key of ['3', '9']) await run(`UPDATE orders SET order_number = 'forged' ${ofKey}`, system, key);
    await stream.verify();
    const before = await stream.checkpoint();
    source.asked.length = 0;
    await stream.verify({ repair: true });
    expect(source.asked.filter((asked) => asked.startsWith('read'))).toEqual(['read 2', 'read 2', 'read 2']);
    const [row] = await createStatusStore(cache).runs({ system, first: 1 });
    expect(row).toMatchObject({ mode: 'RECONCILE', outcome: 'SUCCEEDED', read: 2, changed: 2 });
    expect(row?.reason).toBe('repair of 2 records verify found different');
    expect((await stream.checkpoint()).finished?.cursor).toBe(before.finished?.cursor);
    const state = await stream.store.state({ system, stream: 'orders' });
    expect(state).toMatchObject({ lastVerifyDifferences: 0, leaseOwner: null });
  });

  it('has nothing to do where nothing differs, and starts no run', async () => {
    const runs = () => createStatusStore(cache).runs({ system, first: 100 });
    const before = await runs();
    const repair = { found: 0, repaired: 0, left: 0, error: null };
    expect(await stream.verify({ repair: true })).toMatchObject({ outcome: 'EQUAL', repair });
    expect(await runs()).toEqual(before);
  });

  it('removes rows left standing under the tombstone of a record that is gone', async () => {
    source.remove('3');
    await stream.reconcile();
    const deletedAt = await tombstoneOf('3');
    await run(
      `INSERT INTO orders (id, origin_id, \`system\`, source_key, order_number, status)
       SELECT id, id, \`system\`, source_key, 'A-3', 'CONFIRMED' FROM source_records ${ofKey}`,
      system,
      '3',
    );
    expect(await stream.verify()).toMatchObject({ outcome: 'DIFFERENT', extra: 1 });
    expect(await stream.verify({ repair: true })).toMatchObject({ outcome: 'EQUAL', repair: { repaired: 1 } });
    expect(await cache.query(`SELECT id FROM orders ${ofKey}`, [system, '3'])).toEqual([]);
    expect(await tombstoneOf('3')).toEqual(deletedAt);
  });

  it('deletes what only the cache has where no scan would', async () => {
    const told = orderStream(source, cache, { system: `${system}t`, deletes: { flag: 'gone', values: ['1'] } });
    await told.sync();
    source.remove('3');
    expect(await told.verify()).toMatchObject({ outcome: 'DIFFERENT', extra: 1 });
    expect(await told.verify({ repair: true })).toMatchObject({ outcome: 'EQUAL', repair: { repaired: 1 } });
    expect(await told.orders()).toEqual(told.truth());
  });

  it('deletes nothing where the source has shrunk past the guard, and repairs the rest', async () => {
    for (let key = 1; key <= 20; key += 1) source.remove(String(key));
    await run(`UPDATE orders SET order_number = 'forged' ${ofKey}`, system, '22');
    for (const repairedAtMost of [100, 5]) {
      const report = await stream.verify({ repair: true, repairedAtMost });
      expect(report).toMatchObject({ outcome: 'DIFFERENT', extra: 20, repair: { error: { code: 'SOURCE_SHRUNK' } } });
      expect(Object.keys(await stream.orders())).toHaveLength(25);
    }
    expect(await stream.orders()).toHaveProperty('22', 'A-22');
  });

  it('leaves alone what the source no longer has where the stream keeps it', async () => {
    const keeping = orderStream(source, cache, { system: `${system}k`, deletes: 'none' });
    await keeping.sync();
    source.remove('9');
    const report = await keeping.verify({ repair: true });
    expect(report).toMatchObject({ outcome: 'EQUAL', kept: 1, repair: { found: 0 } });
    expect(await keeping.orders()).toHaveProperty('9');
  });

  it('repairs all that differ, not only those listed, and says when there were more than it takes on', async () => {
    await run("UPDATE orders SET order_number = 'forged' WHERE `system` = ?", system);
    const first = await stream.verify({ repair: true, repairedAtMost: 20, listed: 2 });
    expect(first).toMatchObject({
      outcome: 'DIFFERENT',
      different: 5,
      error: { message: expect.stringContaining('run it again') },
      repair: { found: 25, repaired: 20, left: 5 },
    });
    expect(first.outcome === 'DIFFERENT' && first.differences).toHaveLength(2);
    const second = await stream.verify({ repair: true, listed: 2 });
    expect(second).toMatchObject({ outcome: 'EQUAL', repair: { found: 5, repaired: 5, left: 0 } });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('follows a source that changes while it repairs', async () => {
    await run(`UPDATE orders SET order_number = 'forged' ${ofKey}`, system, '3');
    let reads = 0;
    source.faults.readByKeys = () => {
      reads += 1;
      // The first read is verify's second look, the second one the repair's.
      if (reads === 2 || reads === 3) source.put('3', { number: `changed ${reads}` });
    };
    expect(await stream.verify({ repair: true })).toMatchObject({
      outcome: 'EQUAL',
      repair: { found: 1, repaired: 1 },
    });
    source.faults = {};
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('says that the source went down before the repair, and writes nothing', async () => {
    await run(`UPDATE orders SET order_number = 'forged' ${ofKey}`, system, '3');
    let reads = 0;
    source.faults.readByKeys = () => {
      reads += 1;
      if (reads > 1) throw new HubError('SOURCE_UNREACHABLE', 'Connection refused.');
    };
    expect(await stream.verify({ repair: true })).toMatchObject({
      outcome: 'FAILED',
      error: { code: 'SOURCE_UNREACHABLE' },
    });
    expect(await stream.orders()).toHaveProperty('3', 'forged');
    expect((await stream.store.state({ system, stream: 'orders' })).leaseOwner).toBeNull();
  });

  it('decides anew who the customer is when a party was repaired', async () => {
    const parties = orderStream(source, cache, {
      system: `${system}p`,
      records: [{ entity: 'party', fields: { kind: { const: 'ORGANIZATION' }, displayName: 'number' } }],
    });
    await parties.sync();
    const customer = async (name: string) =>
      (await cache.query('SELECT id FROM customers WHERE display_name = ?', [name])).length;
    const shown = await customer('A-3');
    expect(shown).toBe(1);
    // As it is when a customer was made anew between the forgery and the repair.
    await run(`UPDATE parties SET display_name = 'Forged Ltd' ${ofKey}`, `${system}p`, '3');
    await run(
      `INSERT INTO identity_dirty (party_id, marked_at) SELECT p.id, s.synced_at FROM parties p
       JOIN source_records s ON s.id = p.origin_id WHERE p.\`system\` = ? AND p.source_key = ?`,
      `${system}p`,
      '3',
    );
    await resolveDirty(parties.request);
    expect(await customer('Forged Ltd')).toBe(1);

    expect(await parties.verify({ repair: true })).toMatchObject({ outcome: 'EQUAL', repair: { repaired: 1 } });
    expect([await customer('Forged Ltd'), await customer('A-3')]).toEqual([0, 1]);
    expect(await cache.query('SELECT party_id FROM identity_dirty')).toEqual([]);
  });

  /** Every canonical row of the system, whatever made it. */
  async function allRows() {
    const orders = await cache.query('SELECT * FROM orders WHERE `system` = ? ORDER BY id', [system]);
    const parties = await cache.query('SELECT * FROM parties WHERE `system` = ? ORDER BY id', [system]);
    const records = await cache.query(
      'SELECT id, source_key, content_hash, raw, entities, deleted_at, version FROM source_records WHERE `system` = ? ORDER BY id',
      [system],
    );
    return { orders, parties, records };
  }

  async function syncedAt(): Promise<Map<string, string>> {
    const rows = await cache.query('SELECT source_key, synced_at FROM source_records WHERE `system` = ?', [system]);
    return new Map(rows.map((row) => [String(row.source_key), String(row.synced_at)]));
  }

  async function tombstoneOf(key: string) {
    return cache.query(`SELECT deleted_at FROM source_records ${ofKey} AND deleted_at IS NOT NULL`, [system, key]);
  }
});
