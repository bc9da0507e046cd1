import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createStewardStore } from '../../cache/identity/steward-store.ts';
import { createSteward, type Steward } from '../../customer-360/identity/stewardship/steward.ts';
import { recordId } from '../../schema/ids.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

/** One record is a company with an order, as a shop's checkout would give it. */
const records = [
  {
    entity: 'party',
    fields: { kind: { const: 'ORGANIZATION' }, displayName: 'name', email: { path: 'mail' }, phone: { path: 'phone' } },
  },
  {
    entity: 'order',
    fields: { partyId: 'id', status: { const: 'CONFIRMED' }, orderNumber: 'number', totalAmount: 'amount' },
  },
];

describe.each(databases)('a wrong merge on $name', (database) => {
  let cache: Cache;
  let steward: Steward;
  const shops = new Map<string, { source: FakeSource; stream: OrderStream }>();

  beforeAll(async () => {
    cache = await database.open();
    for (const system of ['shop', 'desk']) {
      const source = createFakeSource();
      shops.set(system, { source, stream: orderStream(source, cache, { system, records }) });
    }
    const { identity } = shopOf('shop').stream.request;
    steward = createSteward({ cache, identity, priorities: {} });
  });
  afterAll(() => database.drop());

  const shopOf = (system: string) => {
    const shop = shops.get(system);
    if (!shop) throw new Error(`Expected a shop ${system}.`);
    return shop;
  };
  const put = (system: string, key: string, name: string, mail: string, number: string, phone: string | null = null) =>
    shopOf(system).source.put(key, { name, mail, phone, number, amount: '10.00' });
  /** A pass of every stream, as the schedule would make it. */
  const syncAll = async ({ full = false } = {}) => {
    for (const { stream } of shops.values())
      expect(await stream.sync({ full })).toMatchObject({ outcome: 'SUCCEEDED' });
  };
  /** Customer → the order numbers that are its own. */
  const standing = async () => {
    const rows = await cache.query(
      `SELECT l.customer_id AS customer, o.order_number AS number FROM customer_links l
       JOIN orders o ON o.party_id = l.party_id ORDER BY o.order_number`,
    );
    const own = new Map<string, string[]>();
    for (const { customer, number } of rows) {
      own.set(String(customer), [...(own.get(String(customer)) ?? []), String(number).replace(/ .*/, '')]);
    }
    return own;
  };
  const customerOf = async (system: string, key: string) => {
    const party = recordId({ system, entity: 'party', key });
    const [row] = await cache.query('SELECT customer_id AS id FROM customer_links WHERE party_id = ?', [party]);
    return String(row?.id);
  };

  it('made on purpose is found, undone, and stays undone after the next ten syncs', async () => {
    put('shop', '1', 'Acme Robotics', 'office@acme.example', 'S1');
    put('desk', '1', 'Acme Robotics GmbH', 'office@acme.example', 'D1');
    put('shop', '2', 'Zenith Holding', 'office@zenith.example', 'S2');
    put('desk', '2', 'Zenith Holding AG', 'office@zenith.example', 'D2');
    await syncAll();
    const [acme, zenith] = [await customerOf('shop', '1'), await customerOf('shop', '2')];
    const before = await standing();
    expect(before).toEqual(
      new Map([
        [acme, ['D1', 'S1']],
        [zenith, ['D2', 'S2']],
      ]),
    );

    const [older, younger] = [acme, zenith].sort();
    await steward.merge(acme, zenith, { actor: 'test' });
    expect(await standing()).toEqual(new Map([[older, ['D1', 'D2', 'S1', 'S2']]]));
    await syncAll();
    const [suspect] = await createStewardStore(cache).queue({ first: 1, after: null });
    expect(suspect).toMatchObject({ reason: 'SUSPECT' });

    await steward.unmerge(younger ?? '', [], { actor: 'test' });
    expect(await standing()).toEqual(before);
    for (let sync = 1; sync <= 10; sync += 1) {
      for (const { source } of shops.values()) source.clock.tick(600_000);
      // both change all the time, and come to share a telephone
      put('shop', '1', `Acme Robotics ${sync}`, 'office@acme.example', `S1 ${sync}`, '+49 30 1234567');
      put('desk', '2', 'Zenith Holding AG', 'office@zenith.example', `D2 ${sync}`, '+49 30 1234567');
      if (sync % 3 === 0) for (const { stream } of shops.values()) await stream.reconcile();
      await syncAll({ full: sync % 4 === 0 });
      expect({ sync, standing: await standing() }).toEqual({ sync, standing: before });
    }
  });
});
