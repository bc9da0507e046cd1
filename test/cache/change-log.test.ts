import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appendChanges } from '../../cache/changes/append-changes.ts';
import { createChangeLog, forgetOldChanges } from '../../cache/changes/change-log.ts';
import type { Cache } from '../../cache/database/database.ts';
import type { PageRecord } from '../../cache/sync/page-record.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { recordId } from '../../schema/ids.ts';
import type { Entity } from '../../schema/records.ts';
import { shiftInstant } from '../../schema/time.ts';
import { databases } from '../setup/databases.ts';
import { emptyTables, gone, NOW, type OpenPass, openPass, party, rowOf, version } from './page-builder.ts';

const id = (entity: Entity, key: string) => recordId({ system: 'erp', entity, key });

/** A record of any entity. */
function made(entity: Entity, key: string, fields: Record<string, string>, at = 1) {
  const record = { key, version: version(at), data: { key, ...fields } };
  return { outcome: 'mapped', record, rows: [rowOf(entity, key, fields)] } satisfies PageRecord;
}

const orderOf = (key: string, partyKey: string, at = 1) =>
  made('order', key, { status: 'CONFIRMED', partyId: id('party', partyKey) }, at);
const shipmentOf = (key: string, orderKey: string, at = 1) =>
  made('shipment', key, { status: 'SHIPPED', orderId: id('order', orderKey) }, at);

describe.each(databases)('the change log on $name', (database) => {
  let cache: Cache;
  let parties: OpenPass;
  let orders: OpenPass;
  let shipments: OpenPass;
  const resolve = () => resolveDirty({ cache, identity: hubSettings.parse({}).identity, priorities: {} });
  const since = async (after: number) => createChangeLog(cache).read({ after });
  const last = () => createChangeLog(cache).last();
  const customerOf = async (partyKey: string) => {
    const [row] = await cache.query('SELECT customer_id FROM customer_links WHERE party_id = ?', [
      id('party', partyKey),
    ]);
    return String(row?.customer_id);
  };

  beforeAll(async () => {
    cache = await database.open();
  });
  beforeEach(async () => {
    await emptyTables(cache);
    for (const table of ['shipments', 'customer_links', 'customers']) await cache.execute(`DELETE FROM ${table}`);
    parties = await openPass(cache, 'parties');
    orders = await openPass(cache, 'orders');
    shipments = await openPass(cache, 'shipments');
    await parties.save([party('A'), party('B')]);
    await resolve();
  });
  afterAll(() => database.drop());

  it('names the record and its customer once for an order and all of its lines', async () => {
    const before = await last();
    const line = rowOf('orderLine', '1/1', { orderId: id('order', '1'), orderedQty: '1' });
    const order = orderOf('1', 'A');
    await orders.save([{ ...order, rows: [...order.rows, line] }]);
    expect(await last()).toBe(before + 1);
    const changes = await since(before);
    expect(changes.customerIds).toEqual(new Set([await customerOf('A')]));
    expect(changes.records).toEqual(new Map([['order', new Set([id('order', '1')])]]));
    expect(changes).toMatchObject({ through: before + 1, missed: false, more: false });
  });

  it('grows by nothing when a page brings nothing new', async () => {
    await orders.save([orderOf('1', 'A')]);
    const before = await last();
    await orders.save([orderOf('1', 'A')]);
    expect(await last()).toBe(before);
    expect(await since(before)).toMatchObject({ through: before, customerIds: new Set(), missed: false });
  });

  it('reaches the customer of an order through a shipment that names only the order', async () => {
    await orders.save([orderOf('1', 'A')]);
    const before = await last();
    await shipments.save([shipmentOf('S', '1')]);
    const changes = await since(before);
    expect(changes.customerIds).toEqual(new Set([await customerOf('A')]));
    expect(changes.records.get('order')).toEqual(new Set([id('order', '1')]));
  });

  it('reaches both customers when a shipment moves from one order to another, or an order to another party', async () => {
    await orders.save([orderOf('1', 'A'), orderOf('2', 'B')]);
    await shipments.save([shipmentOf('S', '1')]);
    const both = new Set([await customerOf('A'), await customerOf('B')]);
    const before = await last();
    await shipments.save([shipmentOf('S', '2', 2)]);
    expect((await since(before)).customerIds).toEqual(both);
    const moved = await last();
    await orders.save([orderOf('1', 'B', 2)]);
    expect((await since(moved)).customerIds).toEqual(both);
  });

  it('reaches the customer whose order is deleted', async () => {
    await orders.save([orderOf('1', 'A'), orderOf('2', 'B')]);
    const before = await last();
    await orders.save([gone('1', version(2))]);
    const found = await last();
    await orders.store.deleteMissing({ lease: orders.lease, runId: orders.runId, keys: ['2'], now: NOW });
    expect((await since(before)).records.get('order')).toEqual(new Set([id('order', '1'), id('order', '2')]));
    expect((await since(found)).customerIds).toEqual(new Set([await customerOf('B')]));
  });

  it('names the customers that identity joins, the one that ends too', async () => {
    const ended = [await customerOf('A'), await customerOf('B')];
    const before = await last();
    const tax = (key: string) =>
      rowOf('party', key, { kind: 'ORGANIZATION', displayName: key, taxId: 'DE811569869', crossReferences: [] });
    const withTax = (key: string): PageRecord => ({
      outcome: 'mapped',
      record: { key, version: version(2), data: { key, tax: 'yes' } },
      rows: [tax(key)],
    });
    await parties.save([withTax('A'), withTax('B')]);
    await resolve();
    expect(await customerOf('A')).toBe(await customerOf('B'));
    expect((await since(before)).customerIds).toEqual(new Set(ended));
  });

  it('gives many writers sequences without gaps, and shows none before an earlier one', async () => {
    const log = createChangeLog(cache);
    const before = await log.last();
    let after = before;
    let writing = true;
    const seen: number[] = [];
    const follow = (async () => {
      while (writing || after < (await log.last())) {
        await nextTurn();
        const changes = await log.read({ after });
        expect(changes.missed).toBe(false);
        for (let sequence = after + 1; sequence <= changes.through; sequence += 1) seen.push(sequence);
        after = changes.through;
      }
    })();
    const change = (n: number) => ({ entity: 'order', recordId: id('order', String(n)), partyId: null }) as const;
    const writers = Array.from({ length: 12 }, (_, n) =>
      cache.transaction((sql) => appendChanges(sql, [change(n), change(n + 100)], NOW)),
    );
    await Promise.all(writers).finally(() => {
      writing = false;
    });
    await follow;
    expect(seen).toEqual(Array.from({ length: 24 }, (_, n) => before + 1 + n));
    const [row] = await cache.query('SELECT COUNT(*) AS n FROM change_log WHERE sequence > ?', [before]);
    expect(Number(row?.n)).toBe(24);
  });

  it('forgets what is older than a week, and tells a reader who has not seen it', async () => {
    const before = await last();
    await orders.save([orderOf('1', 'A')]);
    await forgetOldChanges(cache, shiftInstant(NOW, 6 * 86_400_000));
    expect((await since(before)).missed).toBe(false);
    await forgetOldChanges(cache, shiftInstant(NOW, 8 * 86_400_000));
    await orders.save([orderOf('2', 'A')]);
    expect((await since(before)).missed).toBe(true);
    expect((await since(before + 1)).missed).toBe(false);
  });
});
