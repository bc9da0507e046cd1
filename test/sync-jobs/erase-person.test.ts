import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/cache.ts';
import { exportPerson } from '../../customer-360/export-person.ts';
import { recordId } from '../../schema/ids.ts';
import { erasePerson } from '../../sync-jobs/erase-person.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

/** One record is a person with an order, as a shop's checkout would give it. */
const records = [
  {
    entity: 'party',
    fields: {
      kind: { path: 'kind', default: 'PERSON' },
      displayName: 'name',
      email: { path: 'mail' },
      birthDate: { path: 'born' },
    },
  },
  {
    entity: 'order',
    fields: {
      partyId: 'id',
      status: { const: 'CONFIRMED' },
      orderNumber: 'number',
      totalAmount: 'amount',
      orderDate: 'date',
    },
  },
];
const secrets = /Ada|Lovelace|lovelace@example\.com|1815-12-10/;

describe.each(databases)('erasing a person on $name', (database) => {
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
    system = `shop${count}`;
    source = createFakeSource();
    stream = orderStream(source, cache, { system, records });
    source.put('ada', {
      name: 'Ada Lovelace',
      mail: 'lovelace@example.com',
      born: '1815-12-10',
      number: 'A-1',
      amount: '12.50',
    });
    source.put('bob', { name: 'Bob Cratchit', mail: 'bob@example.com', number: 'A-2', amount: '1.00' });
    source.put('acme', { name: 'Acme Ltd', kind: 'ORGANIZATION', number: 'A-3' });
    await stream.sync();
  });

  const customerOf = async (key: string) => {
    const party = recordId({ system, entity: 'party', key });
    const [row] = await cache.query('SELECT customer_id FROM customer_links WHERE party_id = ?', [party]);
    return String(row?.customer_id);
  };
  const erase = async (customerId: string, dryRun = false) =>
    erasePerson({ cache, customerId, actor: 'tester', reason: null, dryRun, requestFor: () => stream.request });
  /** Every text of every table. */
  const everything = async () => {
    const names =
      cache.dialect === 'mysql'
        ? 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
        : "SELECT name FROM sqlite_master WHERE type = 'table'";
    const tables = await cache.query(names);
    const rows = await Promise.all(tables.map(({ name }) => cache.query(`SELECT * FROM \`${String(name)}\``)));
    return JSON.stringify(rows);
  };
  const orderOf = async (key: string) => {
    const id = recordId({ system, entity: 'order', key });
    const [row] = await cache.query('SELECT order_number, party_id FROM orders WHERE id = ?', [id]);
    return row;
  };

  it('leaves no trace of the person in any table, and the books as they were', async () => {
    const ada = await customerOf('ada');
    expect(JSON.stringify(await exportPerson(cache, ada))).toMatch(secrets);
    const before = await orderOf('ada');
    expect(await erase(ada, true)).toMatchObject({ erased: false, parties: 1, records: { [`${system}/orders`]: 1 } });
    expect(await everything()).toMatch(secrets);

    expect(await erase(ada)).toMatchObject({ erased: true, customerId: ada });
    expect(await everything()).not.toMatch(secrets);
    expect(await customerOf('ada')).toBe(ada);
    expect(await orderOf('ada')).toEqual(before);
    expect(await everything()).toContain('Bob Cratchit');
    const [golden] = await cache.query('SELECT display_name, email FROM customers WHERE id = ?', [ada]);
    expect(golden).toEqual({ display_name: 'Erased', email: null });
  });

  it('does not bring the person back by passes, full reads, reconciles or repairs, and verify finds all equal', async () => {
    await erase(await customerOf('ada'));
    for (let pass = 0; pass < 3; pass += 1) {
      source.clock.tick(600_000);
      source.put('ada', { name: 'Ada Lovelace', mail: 'lovelace@example.com', number: `A-1-${pass}`, amount: '99.00' });
      await stream.sync({ full: pass === 2 });
      await stream.reconcile();
      expect(await everything()).not.toMatch(secrets);
    }
    expect(await orderOf('ada')).toMatchObject({ order_number: 'A-1-2' });
    expect(await stream.verify({ repair: true })).toMatchObject({ outcome: 'EQUAL' });
    expect(await everything()).not.toMatch(secrets);
  });

  it('keeps a record that no longer fits out of quarantine’s raw text too', async () => {
    await erase(await customerOf('ada'));
    source.clock.tick(600_000);
    source.put('ada', { name: 'Ada Lovelace', mail: 'lovelace@example.com', number: 'A-1', date: 'Lovelace' });
    expect(await stream.sync()).toMatchObject({ quarantined: 1 });
    expect(await everything()).not.toMatch(secrets);
  });

  it('can be run again, and leaves what is erased as it is', async () => {
    const ada = await customerOf('ada');
    await erase(ada);
    await erase(ada);
    expect(await customerOf('ada')).toBe(ada);
    expect(await orderOf('ada')).toMatchObject({ order_number: 'A-1' });
  });

  it('refuses nobody and organisations', async () => {
    await expect(erase('0198a3f2-7c1e-7d4b-9a55-3b1f0c2e4d6a')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(erase(await customerOf('acme'))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});
