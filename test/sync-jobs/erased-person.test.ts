import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAccessAuditStore } from '../../cache/access/access-audit-store.ts';
import type { Cache } from '../../cache/database/database.ts';
import { createLog } from '../../config/observability/log.ts';
import { insightSettings } from '../../config/settings/insight-settings.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import { createSteward } from '../../customer-360/identity/stewardship/steward.ts';
import { refreshAll } from '../../customer-360/insight/refresh-insight.ts';
import { erasePerson } from '../../customer-360/privacy/erase-person.ts';
import { exportPerson } from '../../customer-360/privacy/export-person.ts';
import { recordId } from '../../schema/ids.ts';
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
const { identity } = hubSettings.parse({});
const secrets = /Ada|Lovelace|lovelace@example\.com|1815-12-10/;

describe.each(databases)('erasing a person on $name', (database) => {
  let cache: Cache;
  let source: FakeSource;
  let stream: OrderStream;
  let system: string;
  let count = 0;
  /** All that the hub says of its work. */
  const said: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void said.push(line) } });

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    const kept = new Set(['schema_migrations', 'change_sequence', 'sqlite_sequence']);
    for (const name of await tablesThereAre()) if (!kept.has(name)) await cache.execute(`DELETE FROM \`${name}\``);
    count += 1;
    system = `shop${count}`;
    source = createFakeSource();
    stream = orderStream(source, cache, { system, records, log });
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
    erasePerson({ cache, identity, priorities: {}, customerId, actor: 'tester', dryRun });
  const tablesThereAre = async () => {
    const names =
      cache.dialect === 'mysql'
        ? 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
        : "SELECT name FROM sqlite_master WHERE type = 'table'";
    return (await cache.query(names)).map(({ name }) => String(name));
  };
  /** Every text of every table. */
  const everything = async () => {
    const tables = await tablesThereAre();
    return JSON.stringify(await Promise.all(tables.map((name) => cache.query(`SELECT * FROM \`${name}\``))));
  };
  const orderOf = async (key: string) => {
    const id = recordId({ system, entity: 'order', key });
    const [row] = await cache.query('SELECT order_number, party_id FROM orders WHERE id = ?', [id]);
    return row;
  };

  /** Ada as she is found all over the hub: deleted records, quarantine, the audits, the numbers, what stewards wrote. */
  async function leaveTraces(): Promise<void> {
    const same = { name: 'Ada Lovelace', mail: 'lovelace@example.com', born: '1815-12-10' };
    source.put('ada-old', { ...same, number: 'A-0', amount: '3.00' });
    source.put('ada-odd', { ...same, number: 'A-9', date: 'Lovelace' });
    await stream.sync();
    source.remove('ada-old');
    for (let missed = 0; missed < 2; missed += 1) await stream.reconcile();
    source.clock.tick(600_000);
    const [ada, bob] = ['ada', 'bob'].map((key) => recordId({ system, entity: 'party', key }));
    const steward = createSteward({ cache, identity, priorities: {} });
    await steward.reject(ada ?? '', bob ?? '', { actor: 'tester', reason: 'Ada Lovelace is not Bob' });
    await refreshAll({ cache, settings: insightSettings.parse({}), holder: 'tester' });
    await cache.execute("UPDATE parties SET display_name = 'Countess Lovelace' WHERE id = ?", [ada ?? '']);
    expect(await stream.verify({ repair: true })).toMatchObject({ outcome: 'EQUAL', repair: { repaired: 1 } });
    const read = { viewer: 'tester', operation: 'page', operationHash: null, requestId: null };
    const now = '2026-03-01T12:00:00.000000Z';
    await createAccessAuditStore(cache).note({ ...read, customers: [await customerOf('ada')], now });
  }

  it('leaves no trace of the person in any table, and the books as they were', async () => {
    await leaveTraces();
    const ada = await customerOf('ada');
    expect(JSON.stringify(await exportPerson(cache, ada))).toMatch(secrets);
    const before = await orderOf('ada');
    expect(await erase(ada, true)).toMatchObject({
      id: null,
      dryRun: true,
      parties: 1,
      records: [{ system, stream: 'orders', count: 1 }],
    });
    expect(await everything()).toMatch(secrets);
    expect(await everything()).toContain('Ada Lovelace is not Bob');

    expect(await erase(ada)).toMatchObject({ dryRun: false, customerId: ada, quarantined: 1 });
    expect(await everything()).not.toMatch(secrets);
    expect(await customerOf('ada')).toBe(ada);
    expect(await orderOf('ada')).toEqual(before);
    expect(await everything()).toContain('Bob Cratchit');
    expect(said).not.toEqual([]);
    expect(said.join()).not.toMatch(secrets);
    const [golden] = await cache.query('SELECT display_name, email FROM customers WHERE id = ?', [ada]);
    expect(golden).toEqual({ display_name: 'Erased', email: null });
  });

  it('keeps nothing of what a source has deleted, so that nobody needs to be looked for there', async () => {
    source.remove('ada');
    for (let missed = 0; missed < 2; missed += 1) await stream.reconcile();
    expect(await everything()).not.toMatch(secrets);
    source.put('ada', { name: 'Ada Lovelace', number: 'A-1', amount: '12.50' });
    await stream.sync();
    expect(await orderOf('ada')).toMatchObject({ order_number: 'A-1' });
  });

  it('is not undone by a pass that had read the person before and writes after', async () => {
    source.clock.tick(600_000);
    source.put('ada', { name: 'Ada Lovelace', mail: 'lovelace@example.com', number: 'A-1b', amount: '13.00' });
    const ada = await customerOf('ada');
    source.pageSize = 1;
    source.faults.page = async (index) => {
      if (index === 1) await erase(ada);
    };
    const overtaken = await stream.sync({ full: true });
    expect(overtaken).toMatchObject({ outcome: 'FAILED', error: { code: 'LEASE_LOST' } });
    expect(await everything()).not.toMatch(secrets);
    source.faults.page = undefined;
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(await everything()).not.toMatch(secrets);
    expect(await orderOf('ada')).toMatchObject({ order_number: 'A-1b' });
  });

  it('makes no customer of all who were erased, nor a question for stewards', async () => {
    const [ada, bob] = [await customerOf('ada'), await customerOf('bob')];
    await erase(ada);
    await erase(bob);
    expect([await customerOf('ada'), await customerOf('bob')]).toEqual([ada, bob]);
    expect(await cache.query('SELECT * FROM identity_pairs')).toEqual([]);
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
