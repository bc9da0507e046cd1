import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { createStatusStore } from '../../cache/streams/status-store.ts';
import { databases } from '../setup/databases.ts';
import {
  count,
  digestOf,
  emptyTables,
  gone,
  LATER,
  NOW,
  type OpenPass,
  openPass,
  order,
  rejected,
  version,
} from './page-builder.ts';

describe.each(databases)('saving a page on $name', (database) => {
  let cache: Cache;
  let pass: OpenPass;
  beforeAll(async () => {
    cache = await database.open();
  });
  beforeEach(async () => {
    await emptyTables(cache);
    pass = await openPass(cache);
  });
  afterAll(() => database.drop());

  it('writes records, rows, checkpoint and counters together', async () => {
    const counts = await pass.save([order('1', { lines: ['1/1', '1/2'] }), order('2')], {
      checkpoint: { resume: 'p2' },
    });
    expect(counts).toEqual({ changed: 2, unchanged: 0, deleted: 0, quarantined: 0 });
    expect(await count(cache, 'source_records')).toBe(2);
    expect(await count(cache, 'orders')).toBe(2);
    expect(await count(cache, 'order_lines')).toBe(2);
    expect((await pass.store.state(pass.lease)).checkpoint).toEqual({ resume: 'p2' });
    expect(await createStatusStore(cache).run(pass.runId)).toMatchObject({ pages: 1, read: 2, changed: 2 });
  });

  it('writes nothing when an equal page is replayed', async () => {
    const page = [order('1', { lines: ['1/1'] }), order('2')];
    await pass.save(page);
    const before = await digestOf(cache);
    expect(await pass.save(page, { now: LATER })).toEqual({ changed: 0, unchanged: 2, deleted: 0, quarantined: 0 });
    expect(await digestOf(cache)).toBe(before);
  });

  it('writes equal records anew when the mapping has changed', async () => {
    await pass.save([order('1')]);
    expect(await pass.save([order('1')], { mappingHash: 'm2' })).toMatchObject({ changed: 1 });
    expect(await pass.save([order('1')], { mappingHash: 'm2' })).toMatchObject({ unchanged: 1 });
  });

  it('lets the newer version win, whatever the order they come in', async () => {
    await pass.save([order('1', { version: version(5), total: '5' })]);
    const before = await digestOf(cache);
    expect(await pass.save([order('1', { version: version(4), total: '4' })])).toMatchObject({ unchanged: 1 });
    expect(await digestOf(cache)).toBe(before);
    await pass.save([order('1', { version: version(7), total: '7' }), order('1', { version: version(6), total: '6' })]);
    expect(await totals()).toEqual(['7']);
  });

  it('takes another content under the same version', async () => {
    await pass.save([order('1', { total: '1' })]);
    await pass.save([order('1', { total: '2' })]);
    expect(await totals()).toEqual(['2']);
  });

  it('deletes the rows that a changed record no longer makes, and no others', async () => {
    await pass.save([order('1', { lines: ['1/1', '1/2'] }), order('2', { lines: ['2/1'] })]);
    await pass.save([order('1', { version: version(2), lines: ['1/2', '1/3'] })]);
    const lines = await cache.query('SELECT source_key FROM order_lines ORDER BY source_key');
    expect(lines.map((line) => line.source_key)).toEqual(['1/2', '1/3', '2/1']);
    await pass.save([order('1', { version: version(3) })]);
    expect(await count(cache, 'order_lines')).toBe(1);
  });

  it('buries a deleted record and revives one that comes back', async () => {
    await pass.save([order('1', { lines: ['1/1'] })]);
    expect(await pass.save([gone('1', version(2))])).toMatchObject({ deleted: 1 });
    expect(await count(cache, 'orders')).toBe(0);
    expect(await count(cache, 'order_lines')).toBe(0);
    expect(await count(cache, 'source_records', 'deleted_at IS NOT NULL')).toBe(1);

    expect(await pass.save([gone('1', version(2))])).toMatchObject({ deleted: 0, unchanged: 1 });
    expect(await pass.save([order('1', { version: version(1) })])).toMatchObject({ unchanged: 1 });
    expect(await count(cache, 'orders')).toBe(0);

    expect(await pass.save([order('1', { version: version(3), lines: ['1/1'] })])).toMatchObject({ changed: 1 });
    expect(await count(cache, 'orders')).toBe(1);
    expect(await count(cache, 'source_records', 'deleted_at IS NULL')).toBe(1);
  });

  it('buries keys that the source no longer has, once', async () => {
    await pass.save([order('1', { lines: ['1/1'] }), order('2'), rejected('3', version(1))]);
    const request = { lease: pass.lease, runId: pass.runId, keys: ['1', '3', 'never seen'], now: LATER };
    expect(await pass.store.deleteMissing(request)).toEqual({ deleted: 1 });
    expect(await pass.store.deleteMissing(request)).toEqual({ deleted: 0 });
    expect(await count(cache, 'orders')).toBe(1);
    expect(await count(cache, 'order_lines')).toBe(0);
    expect(await count(cache, 'quarantine')).toBe(0);
    expect(await pass.save([order('1', { lines: ['1/1'] })])).toMatchObject({ changed: 1 });
    expect(await count(cache, 'order_lines')).toBe(1);
  });

  it('keeps the last good version of a record that does not fit, until it fits again', async () => {
    await pass.save([order('1', { total: '1' })]);
    expect(await pass.save([rejected('1', version(2))])).toEqual({
      changed: 0,
      unchanged: 0,
      deleted: 0,
      quarantined: 1,
    });
    expect(await totals()).toEqual(['1']);
    await pass.save([rejected('1', version(2), 'still broken')], { now: LATER });
    const quarantine = createQuarantineStore(cache);
    expect(await quarantine.list({ first: 10 })).toMatchObject([
      { key: '1', code: 'RECORD_INVALID', message: 'still broken', firstSeenAt: NOW, lastSeenAt: LATER },
    ]);
    // The version that fitted, read again late, says nothing about the one that does not.
    await pass.save([order('1', { total: '1' })]);
    expect(await quarantine.count({})).toBe(1);
    // Corrected back to what the cache has: nothing to write, but out of quarantine.
    expect(await pass.save([order('1', { version: version(3), total: '1' })])).toMatchObject({ unchanged: 1 });
    expect(await quarantine.count({})).toBe(0);
  });

  it('writes a record whatever is stored when told to rewrite it, and no other', async () => {
    const page = [order('1', { lines: ['1/1'] }), order('2', { lines: ['2/1'] })];
    await pass.save(page);
    const before = await digestOf(cache);
    await cache.execute("UPDATE orders SET order_number = 'forged', origin_id = 'nobody' WHERE source_key = '1'");
    await cache.execute("UPDATE order_lines SET source_key = 'forged' WHERE source_key = '1/1'");
    await cache.execute(
      `INSERT INTO parties (id, origin_id, \`system\`, source_key, kind, display_name)
       SELECT 'p', id, 'erp', 'added', 'PERSON', 'Added' FROM source_records WHERE source_key = '1'`,
    );
    // The stored version says newer, the quarantine says newer still.
    await cache.execute("UPDATE source_records SET raw = '{}', version = ? WHERE source_key = '1'", [version(50)]);
    await pass.save([rejected('1', version(51))]);
    expect(await pass.save([order('1', { lines: ['1/1'] })])).toMatchObject({ unchanged: 1 });

    const counts = await pass.save([order('1', { lines: ['1/1'] })], { rewrite: true });
    expect(counts).toEqual({ changed: 1, unchanged: 0, deleted: 0, quarantined: 0 });
    expect(await cache.query('SELECT party_id FROM identity_dirty')).toEqual([{ party_id: 'p' }]);
    await cache.execute('DELETE FROM identity_dirty');
    expect(await digestOf(cache)).toBe(before);
  });

  it('still quarantines what does not fit, and writes a tombstone anew, when told to rewrite', async () => {
    await pass.save([order('1', { total: '1' }), order('2')]);
    const page = [rejected('1', version(2)), gone('2', version(1))];
    expect(await pass.save(page, { rewrite: true })).toMatchObject({ quarantined: 1, deleted: 1 });
    expect(await totals()).toEqual(['1']);
    await cache.execute(
      `INSERT INTO orders (id, origin_id, \`system\`, source_key, status)
       SELECT 'o', id, 'erp', '2', 'CONFIRMED' FROM source_records WHERE source_key = '2'`,
    );
    expect(await pass.save([gone('2', version(1))])).toMatchObject({ unchanged: 1 });
    expect(await count(cache, 'orders')).toBe(2);
    await pass.save([gone('2', version(1))], { rewrite: true });
    expect(await count(cache, 'orders')).toBe(1);
  });

  it('removes rows under a tombstone when told to rewrite it, and keeps the time of the tombstone', async () => {
    await pass.save([order('1')]);
    const request = { lease: pass.lease, runId: pass.runId, keys: ['1'] };
    await pass.store.deleteMissing({ ...request, now: NOW });
    await cache.execute(
      `INSERT INTO orders (id, origin_id, \`system\`, source_key, status)
       SELECT 'o', id, 'erp', '1', 'CONFIRMED' FROM source_records`,
    );
    expect(await pass.store.deleteMissing({ ...request, now: LATER })).toEqual({ deleted: 0 });
    expect(await count(cache, 'orders')).toBe(1);
    expect(await pass.store.deleteMissing({ ...request, rewrite: true, now: LATER })).toEqual({ deleted: 1 });
    expect(await count(cache, 'orders')).toBe(0);
    expect(await pass.store.recordsByKeys({ ...pass.lease, keys: ['1'] })).toMatchObject([{ deletedAt: NOW }]);
  });

  it('is fenced off like any other write when told to rewrite', async () => {
    await pass.store.release(pass.lease);
    await pass.store.claim({ system: 'erp', stream: 'orders', owner: 'another', ttl: 60_000 });
    await expect(pass.save([order('1')], { rewrite: true })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await count(cache, 'source_records')).toBe(0);
  });

  it('takes a page of 500 records with few statements', async () => {
    const page = Array.from({ length: 500 }, (_, i) =>
      order(`${i}`, { lines: [`${i}/1`, `${i}/2`, `${i}/3`], total: `${i}.25` }),
    );
    expect(await pass.save(page)).toMatchObject({ changed: 500 });
    const counted = countStatements(cache);
    const counting = await openPass(counted.cache, 'other');
    counted.reset();
    await counting.save(page);
    expect(counted.statements()).toBeLessThan(18);
  });

  async function totals(): Promise<string[]> {
    const rows = await pass.store.canonicalRowsOf(
      (await pass.store.keysOf({ ...pass.lease, after: null, first: 100 })).map((k) => k.id),
    );
    return rows.filter((row) => row.entity === 'order').map((row) => String(row.fields.totalAmount));
  }
});

function countStatements(cache: Cache) {
  let statements = 0;
  const counting: Cache = {
    ...cache,
    transaction: (work) =>
      cache.transaction((sql) =>
        work({
          dialect: sql.dialect,
          mostBytes: sql.mostBytes,
          query: (...args) => {
            statements += 1;
            return sql.query(...args);
          },
          execute: (...args) => {
            statements += 1;
            return sql.execute(...args);
          },
        }),
      ),
  };
  return {
    cache: counting,
    statements: () => statements,
    reset: () => {
      statements = 0;
    },
  };
}
