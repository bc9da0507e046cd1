import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { mysqlTables, sqliteTables, type TypedTables } from '../connectors/typed-tables.ts';
import { databases } from '../setup/databases.ts';
import { fault } from './fault.ts';
import { type StreamUnderTest, streamUnderTest } from './stream-under-test.ts';

const server = process.env.TEST_MYSQL_URL;
const sources: [string, () => Promise<TypedTables>][] = [
  ['SQLite', sqliteTables],
  ...(server ? [['MySQL', () => mysqlTables(server)] as [string, () => Promise<TypedTables>]] : []),
];

const idOf = (i: number) => createHash('sha256').update(`party ${i}`).digest().subarray(0, 16);
const count = 40;

describe.each(databases)('columns of types that a driver does not give as they are, into $name', (database) => {
  let cache: Cache;
  let runs = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  async function within(
    open: () => Promise<TypedTables>,
    stream: object,
    work: (stream: StreamUnderTest, tables: TypedTables) => Promise<void>,
  ): Promise<void> {
    const tables = await open();
    runs += 1;
    const settings = {
      kind: 'sql',
      url: tables.url,
      pageSize: 7,
      streams: { things: { resource: 'things', ...stream } },
    };
    const under = streamUnderTest(cache, `types-${runs}`, settings);
    try {
      await work(under, tables);
    } finally {
      await under.connector.close();
      await tables.drop();
    }
  }

  const parties = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
  const names = async (stream: StreamUnderTest) =>
    Object.entries(await stream.rows()).map(([key, { displayName }]) => [key, displayName]);

  /** Read, compared, and, where the cache was altered, found by key and repaired. */
  async function expectKept(stream: StreamUnderTest, keys: readonly string[]): Promise<void> {
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    const held = keys.map((key, i) => [key, `Party ${i}`]).sort();
    expect((await names(stream)).sort()).toEqual(held);
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
    expect(await stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 0, changed: 0 });
    await cache.execute("UPDATE parties SET display_name = 'altered' WHERE display_name = 'Party 3'");
    expect(await stream.verify({ repair: true })).toMatchObject({ outcome: 'EQUAL' });
    expect((await names(stream)).sort()).toEqual(held);
  }

  for (const [name, open] of sources) {
    fault(42, `keys of bytes in ${name} lead from page to page and back into statements`, 'typed keys', async () => {
      await within(open, { key: 'id', cursor: { field: 'changed' }, records: parties }, async (stream, tables) => {
        await tables.run('CREATE TABLE things (id BINARY(16) PRIMARY KEY, name VARCHAR(20), changed DATETIME)');
        const ids = Array.from({ length: count }, (_, i) => idOf(i));
        for (const [i, id] of ids.entries()) {
          await tables.run('INSERT INTO things VALUES (?, ?, ?)', [id, `Party ${i}`, '2025-03-01 10:00:00']);
        }
        await expectKept(
          stream,
          ids.map((id) => id.toString('hex')),
        );
      });
    });

    fault(43, `numbers and bytes of ${name} are stored as the database holds them`, 'held values', async () => {
      const amounts = { invoiceNumber: 'raw', totalAmount: 'amount', currency: { const: 'EUR' } };
      const fields = { ...amounts, kind: { const: 'INVOICE' }, status: { const: 'POSTED' } };
      await within(open, { key: 'id', records: [{ entity: 'invoice', fields }] }, async (stream, tables) => {
        await tables.run('CREATE TABLE things (id INT PRIMARY KEY, raw VARBINARY(8), amount FLOAT)');
        const held = [11111.11, 111111.1, 1111111, 16777215];
        for (const [i, amount] of held.entries()) {
          await tables.run('INSERT INTO things VALUES (?, ?, ?)', [i, idOf(i).subarray(0, 8), amount]);
        }
        expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 0 });
        const rows = Object.entries(await stream.rows()).sort();
        expect(rows.map(([, { invoiceNumber }]) => invoiceNumber)).toEqual(
          held.map((_, i) => idOf(i).subarray(0, 8).toString('hex')),
        );
        expect(rows.map(([, { totalAmount }]) => Number(totalAmount))).toEqual(held);
        expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
      });
    });
  }

  if (server) {
    const lists = "art ENUM('z','m','a'), tags SET('x','b','a'), nr INT(8) ZEROFILL";
    fault(42, 'keys that are sorted by a number and shown as a text', 'typed keys', async () => {
      await within(
        () => mysqlTables(server),
        { key: ['art', 'tags', 'nr'], records: parties },
        async (stream, tables) => {
          await tables.run(`CREATE TABLE things (${lists}, name VARCHAR(20), PRIMARY KEY (art, tags, nr))`);
          const keys = Array.from({ length: count }, (_, i) => [
            ['z', 'm', 'a'][i % 3],
            ['b', 'x,a', 'x', 'b,a'][i % 4],
            i,
          ]);
          for (const [i, key] of keys.entries())
            await tables.run('INSERT INTO things VALUES (?)', [[...key, `Party ${i}`]]);
          await expectKept(
            stream,
            keys.map((key) => key.join('/')),
          );
        },
      );
    });
  }
});
