import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'lossless-json';
import type { Connector, SourceRecord } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { createStreamColumns } from '../../connectors/sql/columns/stream-columns.ts';
import { mysqlDialect } from '../../connectors/sql/sql-dialect.ts';
import { textChecksum } from '../../schema/checksum.ts';
import { describeWithServer } from '../setup/databases.ts';
import { mysqlTables, sqliteTables, type TypedTables } from './typed-tables.ts';

const live = new AbortController().signal;
const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];

function connectTo(url: string, stream: object): Connector {
  const streams = { things: { resource: 'things', records, ...stream } };
  return connect({ system: 'alt', settings: sourceSchema.parse({ kind: 'sql', url, pageSize: 4, streams }) });
}

async function pull(connector: Connector, since: string | null = null, resume: string | null = null) {
  const pages: { records: SourceRecord[]; next: string | null }[] = [];
  for await (const page of connector.pull('things', { since, resume }, live)) pages.push(page);
  return pages;
}

const keysOf = (pages: { records: SourceRecord[] }[]) => pages.flatMap((page) => page.records.map(({ key }) => key));

/** Each row once, whichever way it is read. */
async function expectEachOnce(connector: Connector, keys: readonly string[]): Promise<SourceRecord[]> {
  const sorted = [...keys].sort();
  const pages = await pull(connector);
  expect(keysOf(pages).sort()).toEqual(sorted);
  for (const [i, { next }] of pages.entries()) {
    if (next !== null) expect(keysOf(await pull(connector, null, next))).toEqual(keysOf(pages.slice(i + 1)));
  }
  const byKey = await connector.readByKeys('things', keys, live);
  expect(byKey.map(({ key }) => key).sort()).toEqual(sorted);
  const scanned: string[] = [];
  for await (const page of connector.scanKeys('things', live)) scanned.push(...page.keys.map(({ key }) => key));
  expect(scanned.sort()).toEqual(sorted);
  const all = pages.flatMap((page) => page.records);
  await expectSameChecksums(connector, all);
  return all;
}

/** The database's own checksums are those of the records that were read. */
async function expectSameChecksums(connector: Connector, all: readonly SourceRecord[]): Promise<void> {
  const checksums = await connector.checksums?.('things', live);
  if (!checksums || 'unable' in checksums) throw new Error(`Expected checksums, got ${checksums?.unable}.`);
  const found: Record<string, bigint> = {};
  for await (const part of checksums.records({ salt: '', digits: 1 }, [...'0123456789abcdef'])) {
    for (const { key, checksum } of part) found[key] = checksum;
  }
  expect(found).toEqual(Object.fromEntries(all.map(({ key, data }) => [key, textChecksum(stringify(data) ?? '')])));
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const bytesOf = (i: number, length: number) => createHash('sha256').update(`row ${i}`).digest().subarray(0, length);

/** Type of the key → its values as they go in, and the texts they have as keys. */
const keyTypes: [type: string, values: unknown[], keys: string[]][] = [
  ['BINARY(16)', range(30).map((i) => bytesOf(i, 16)), range(30).map((i) => bytesOf(i, 16).toString('hex'))],
  [
    'VARBINARY(8)',
    ['', '00', '0000', '01', 'ff', 'ff00', 'c3a4', '2741', '5c', 'e4'].slice(1).map((hex) => Buffer.from(hex, 'hex')),
    ['00', '0000', '01', 'ff', 'ff00', 'c3a4', '2741', '5c', 'e4'],
  ],
  [
    'BIT(64)',
    range(20).map((i) => Buffer.from([255, i, 0, 0, 0, 0, 0, 200])),
    range(20).map((i) => String((255n << 56n) + (BigInt(i) << 48n) + 200n)),
  ],
  ["ENUM('z','m','a','10','2','ö')", ['z', 'm', 'a', '10', '2', 'ö'], ['z', 'm', 'a', '10', '2', 'ö']],
  ["SET('z','b','a')", ['z', 'b', 'z,b', 'a', 'z,a', 'b,a', 'z,b,a'], ['z', 'b', 'z,b', 'a', 'z,a', 'b,a', 'z,b,a']],
  ['INT(8) ZEROFILL', range(12).map((i) => i * 99), range(12).map((i) => String(i * 99))],
  ['BIGINT(20) ZEROFILL', range(12), range(12).map(String)],
  ['DECIMAL(12,2) ZEROFILL', range(12), range(12).map((i) => `${i}.00`)],
  [
    'BIGINT',
    range(12).map((i) => `${9007199254740992n + BigInt(i)}`),
    range(12).map((i) => `${9007199254740992n + BigInt(i)}`),
  ],
  [
    'BIGINT UNSIGNED',
    range(12).map((i) => `${18446744073709551600n + BigInt(i)}`),
    range(12).map((i) => `${18446744073709551600n + BigInt(i)}`),
  ],
  ['TINYINT', [-128, -1, 0, 1, 2, 127], ['-128', '-1', '0', '1', '2', '127']],
  [
    'DECIMAL(40,2)',
    range(12).map((i) => `12345678901234567890123456789012345678.${10 + i}`),
    range(12).map((i) => `12345678901234567890123456789012345678.${10 + i}`),
  ],
  ['DECIMAL(10,0)', [-5, 0, 5, 10, 4711, 4712], ['-5', '0', '5', '10', '4711', '4712']],
  [
    'FLOAT',
    [0.1, 0.25, 11111.11, 111111.1, 16777215, 1e10, -2.5],
    ['0.1', '0.25', '11111.11', '111111.1', '16777215', '10000000000', '-2.5'],
  ],
  ['DOUBLE', [0.1, 9.999999999999998, 10, -1e300, 1e21, 0], ['0.1', '9.999999999999998', '10', '-1e300', '1e21', '0']],
  [
    'DATE',
    ['0000-00-00', '2025-00-00', '2025-01-31', '2025-02-01', '9999-12-31', '2025-02-02'],
    ['0000-00-00', '2025-00-00', '2025-01-31', '2025-02-01', '9999-12-31', '2025-02-02'],
  ],
  [
    'DATETIME(6)',
    range(12).map((i) => `2025-03-01 10:00:00.0000${10 + i}`),
    range(12).map((i) => `2025-03-01 10:00:00.0000${10 + i}`),
  ],
  [
    'TIMESTAMP(3)',
    range(12).map((i) => `2025-10-26 01:00:00.0${10 + i}`),
    range(12).map((i) => `2025-10-26 01:00:00.0${10 + i}`),
  ],
  [
    'TIME(2)',
    ['-838:59:59.00', '-00:00:01.50', '00:00:00.00', '09:00:00.00', '100:00:00.25', '838:59:59.00'],
    ['-838:59:59.00', '-00:00:01.50', '00:00:00.00', '09:00:00.00', '100:00:00.25', '838:59:59.00'],
  ],
  ['YEAR', ['0000', '1901', '1999', '2000', '2026', '2155'], ['0000', '1901', '1999', '2000', '2026', '2155']],
  ['CHAR(6)', ['a', ' a', '  42', '42', 'ß', 'z'], ['a', ' a', '  42', '42', 'ß', 'z']],
  [
    'VARCHAR(8) COLLATE utf8mb4_general_ci',
    ['a', 'B', 'b2', 'Ä2', 'é', 'Z', '10', '9'],
    ['a', 'B', 'b2', 'Ä2', 'é', 'Z', '10', '9'],
  ],
  [
    'VARCHAR(8) CHARACTER SET latin1 COLLATE latin1_german2_ci',
    ['ö', 'oz', 'of', "o'n", 'o\\', 'p', 'q'],
    ['ö', 'oz', 'of', "o'n", 'o\\', 'p', 'q'],
  ],
];

/** Of MariaDB alone. */
const mariadbTypes: typeof keyTypes = [
  ['UUID', range(20).map((i) => uuid(i)), range(20).map((i) => uuid(i))],
  ['INET6', range(12).map((i) => `2001:db8::${i + 1}:1`), range(12).map((i) => `2001:db8::${i + 1}:1`)],
  ['INET4', range(12).map((i) => `10.${i}.200.1`), range(12).map((i) => `10.${i}.200.1`)],
];

function uuid(i: number): string {
  return bytesOf(i, 16)
    .toString('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}

describeWithServer('a key of MySQL or MariaDB goes back into statements with its type', () => {
  let tables: TypedTables;
  let isMariadb = true;

  beforeAll(async () => {
    tables = await mysqlTables(process.env.TEST_MYSQL_URL ?? '');
    isMariadb = await tables.run('SELECT CAST(NULL AS INET6)').then(
      () => true,
      () => false,
    );
  });
  afterAll(() => tables.drop());

  async function withTable(definition: string, rows: unknown[][], work: () => Promise<void>): Promise<void> {
    await tables.run(`CREATE TABLE things (${definition})`);
    try {
      await tables.run('INSERT INTO things VALUES ?', [rows]);
      await work();
    } finally {
      await tables.run('DROP TABLE things');
    }
  }

  const each = [...keyTypes, ...mariadbTypes];

  it.each(each)('%s', async (type, values, keys) => {
    if (!isMariadb && mariadbTypes.some(([one]) => one === type)) return;
    const rows = values.map((value, i) => [value, `Row ${i}`, '2025-03-01 10:00:00']);
    await withTable(`id ${type} NOT NULL PRIMARY KEY, name VARCHAR(20), changed DATETIME`, rows, async () => {
      const wholly = connectTo(tables.url, { key: 'id' });
      await expectEachOnce(wholly, keys);
      await wholly.close();
      // All stamps are alike: the key alone leads from page to page.
      const stamped = connectTo(tables.url, { key: 'id', cursor: { field: 'changed' } });
      await expectEachOnce(stamped, keys);
      expect(keysOf(await pull(stamped, '2025-03-01T10:00:00.000000Z')).sort()).toEqual([...keys].sort());
      await stamped.close();
      const asked = connectTo(tables.url, { key: 'id', query: 'SELECT name, id FROM things' });
      await expectEachOnce(asked, keys);
      await asked.close();
    });
  });

  it('parts of a compound key as well, each with its own', async () => {
    const rows = range(60).map((i) => [
      ['z', 'a', 'm'][i % 3],
      bytesOf(i % 5, 16),
      `12345678901234567890.${10 + (i % 4)}`,
      i % 2 === 0 ? '0000-00-00' : '2025-01-01',
      `Row ${i}`,
    ]);
    const definition =
      "art ENUM('z','m','a'), id BINARY(16), part DECIMAL(22,2), von DATE NOT NULL, name VARCHAR(20), PRIMARY KEY (art, id, part, von)";
    await withTable(definition, rows, async () => {
      const connector = connectTo(tables.url, { key: ['art', 'id', 'part', 'von'] });
      const keys = rows.map(([art, id, part, von]) => `${art}/${(id as Buffer).toString('hex')}/${part}/${von}`);
      const read = await expectEachOnce(connector, keys);
      // A zero date is a part of a key, and nothing to the record.
      expect(read.find(({ key }) => key.endsWith('0000-00-00'))?.data.von).toBeNull();
      await connector.close();
    });
  });

  it('a text that is no value of the type of the key is the key of nothing, and no error', async () => {
    await withTable('id INT PRIMARY KEY, name VARCHAR(20)', [[0, 'zero']], async () => {
      const connector = connectTo(tables.url, { key: 'id' });
      expect(await connector.readByKeys('things', ['zero', '', '0x30', '0 OR 1=1', '0.4'], live)).toEqual([]);
      await connector.close();
    });
  });

  it('a change stamp that is a BIT, a DECIMAL or a number in a text', async () => {
    for (const type of ['BIT(20)', 'DECIMAL(12,0)', 'DOUBLE', 'INT(12) ZEROFILL', 'VARCHAR(12)', 'CHAR(12)']) {
      const rows = [9, 10, 99, 100, 101].map((stamp, i) => [i, type === 'BIT(20)' ? stamp : String(stamp), 'x']);
      await withTable(`id INT PRIMARY KEY, stamp ${type}, name VARCHAR(20)`, rows, async () => {
        const connector = connectTo(tables.url, { key: 'id', cursor: { field: 'stamp', type: 'integer' } });
        expect(keysOf(await pull(connector, '00000000000000000010')).sort()).toEqual(['1', '2', '3', '4']);
        expect(keysOf(await pull(connector)).sort()).toEqual(['0', '1', '2', '3', '4']);
        await connector.close();
      });
    }
  });

  it('a stamp of TIME, YEAR or DATE leads from page to page too', async () => {
    const rows = range(14).map((i) => [`row ${i}`, `2025-03-${10 + Math.floor(i / 6)}`, 'x']);
    await withTable('id CHAR(10) PRIMARY KEY, day DATE, name VARCHAR(20)', rows, async () => {
      const connector = connectTo(tables.url, { key: 'id', cursor: { field: 'day', type: 'date' } });
      await expectEachOnce(
        connector,
        rows.map(([id]) => String(id)),
      );
      expect(keysOf(await pull(connector, '2025-03-11'))).toHaveLength(8);
      await connector.close();
    });
  });
});

describeWithServer('a value of MySQL or MariaDB is read as the database holds it', () => {
  let tables: TypedTables;
  let connector: Connector;

  beforeAll(async () => {
    tables = await mysqlTables(process.env.TEST_MYSQL_URL ?? '');
    await tables.run(`CREATE TABLE things (id INT PRIMARY KEY, name VARCHAR(20), f FLOAT, f2 FLOAT(10,2), fz FLOAT ZEROFILL, d DOUBLE,
      place POINT, way GEOMETRY, bits BIT(10), flag BIT(1), raw BINARY(3), long_raw BLOB, filled INT(5) ZEROFILL, cost DECIMAL(8,2) ZEROFILL,
      took TIME(1), built YEAR, more JSON, tags SET('x','y'), art ENUM('b','a'), day DATE, at DATETIME(6), odd DATE)`);
    await tables.run(
      `INSERT INTO things VALUES (1, 'full', 11111.11, 123456.78, 1.5, 9.999999999999998, ST_GeomFromText('POINT(0.1 0.30000000000000004)', 4326),
      ST_GeomFromText('LINESTRING(0 0,1 1)'), b'101', b'1', x'00ff', x'01', 42, 12.5, '-100:00:01.5', 2026,
      '{"n": 12345678901234567890.10, "a": [1.0]}', 'x,y', 'a', '0000-00-00', '0000-00-00 00:00:00', '2025-02-00'),
      (2, 'empty', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
      (3, 'other', 16777216, 0, 0, -0.1, POINT(1, 2), POLYGON(LINESTRING(POINT(0,0), POINT(0,3), POINT(3,0), POINT(0,0))), 0, 0, '', '', 0, 0, '838:59:59', 0,
      '[]', '', 'b', '2025-02-30', '2025-01-01 00:00:00.000001', '2025-12-31')`,
    );
  });
  afterAll(() => tables.drop());

  const full = {
    id: '1',
    name: 'full',
    f: '11111.11',
    f2: '123456.78',
    fz: '1.5',
    d: '9.999999999999998',
    place: 'SRID=4326;POINT(0.1 0.30000000000000004)',
    way: 'LINESTRING(0 0,1 1)',
    bits: '5',
    flag: '1',
    raw: '00ff00',
    long_raw: '01',
    filled: '42',
    cost: '12.50',
    took: '-100:00:01.5',
    built: '2026',
    more: '{"n": 12345678901234567890.10, "a": [1.0]}',
    tags: 'x,y',
    art: 'a',
    day: null,
    at: null,
    odd: '2025-02-00',
  };

  it.each([
    ['of a table', {}],
    ['of a view', { resource: 'seen' }],
    ['of a query', { query: 'SELECT * FROM things' }],
    ['of listed columns', { columns: Object.keys(full) }],
  ])('%s', async (_, stream) => {
    await tables.run('CREATE OR REPLACE VIEW seen AS SELECT * FROM things');
    connector = connectTo(tables.url, { key: 'id', ...stream });
    const read = await expectEachOnce(connector, ['1', '2', '3']);
    await connector.close();
    expect(read.map(({ data }) => data)).toEqual([
      full,
      { ...Object.fromEntries(Object.keys(full).map((name) => [name, null])), id: '2', name: 'empty' },
      expect.objectContaining({
        f: '16777216',
        d: '-0.1',
        place: 'POINT(1 2)',
        bits: '0',
        flag: '0',
        raw: '000000',
        filled: '0',
        cost: '0.00',
        built: '0000',
        day: '2025-02-30',
        at: '2025-01-01 00:00:00.000001',
      }),
    ]);
  });

  it('of an expression that a query computes', async () => {
    const query =
      'SELECT id, name, f * 1 AS exact, f AS same, d + 0 AS sum, NULL AS nothing, id = 1 AS yes, CAST(raw AS CHAR(3)) AS chars FROM things WHERE id = 1';
    connector = connectTo(tables.url, { key: 'id', query });
    const [read] = await expectEachOnce(connector, ['1']);
    await connector.close();
    expect(read?.data).toMatchObject({
      exact: '11111.1103515625',
      same: '11111.11',
      sum: '9.999999999999998',
      nothing: null,
      yes: '1',
    });
  });

  it('of FLOAT, to the cent and with the digits that tell it from all others', async () => {
    const numbers = [0.1, 0.3, 1 / 3, 1234567.89, 123456789, 8589934592, 4194303.5, 1e-5, 3.4e38, 99999.99, 65536.02];
    const random = range(400).map((i) => Math.round((i * 7919.77) ** 1.7) / 100);
    await tables.run('CREATE TABLE floats (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(5), f FLOAT)');
    await tables.run('INSERT INTO floats (f) VALUES ?', [[...numbers, ...random].map((number) => [number])]);
    connector = connectTo(tables.url, { key: 'id', resource: 'floats' });
    const read = (await pull(connector)).flatMap((page) => page.records.map(({ data }) => String(data.f)));
    await connector.close();
    const held = [...numbers, ...random].map(Math.fround);
    expect(read.map(Number).map(Math.fround)).toEqual(held);
    const cents = (value: number) => (value < 1e13 ? Math.round(value * 100) / 100 : value);
    const far = read.filter((text, i) => Math.abs(cents(Number(text)) - cents(held[i] ?? 0)) > 0.0101);
    expect(far).toEqual([]);
    expect(read.slice(0, 7)).toEqual([
      '0.1',
      '0.3',
      '0.33333334',
      '1234567.88',
      '123456792',
      '8589934592',
      '4194303.5',
    ]);
  });

  it('and new columns are read by the next pass, columns that have gone by nobody', async () => {
    await tables.run("CREATE TABLE grows (id INT PRIMARY KEY, name VARCHAR(5)); INSERT INTO grows VALUES (1, 'a')");
    connector = connectTo(tables.url, { key: 'id', resource: 'grows' });
    await pull(connector);
    await tables.run('ALTER TABLE grows ADD extra FLOAT DEFAULT 11111.11');
    expect((await pull(connector))[0]?.records[0]?.data).toEqual({ id: '1', name: 'a', extra: '11111.11' });
    await tables.run('ALTER TABLE grows DROP extra');
    expect((await connector.readByKeys('things', ['1'], live))[0]?.data).toEqual({ id: '1', name: 'a' });
    await connector.close();
  });
});

describe('a key of SQLite goes back into statements with the type of its value', () => {
  let tables: TypedTables;

  beforeAll(async () => {
    tables = await sqliteTables();
  });
  afterAll(() => tables.drop());

  const mixed = [
    ...range(9).map((i) => i - 3),
    9007199254740993n,
    -9223372036854775808n,
    0.1,
    2.5,
    1e300,
    'a',
    'B',
    '0004711',
    "o'n",
    ...range(9).map((i) => bytesOf(i, 8)),
  ];
  const keyOf = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('hex') : String(value));

  it.each([
    'id PRIMARY KEY',
    'id BLOB PRIMARY KEY',
    'id NUMERIC PRIMARY KEY',
    'id TEXT PRIMARY KEY',
    'id REAL PRIMARY KEY',
    'id TEXT COLLATE NOCASE PRIMARY KEY',
    'id INT PRIMARY KEY',
  ])('%s', async (definition) => {
    await tables.run(`CREATE TABLE things (${definition}, name TEXT)`);
    for (const value of mixed) await tables.run('INSERT INTO things VALUES (?, ?)', [value, 'x']);
    const connector = connectTo(tables.url, { key: 'id' });
    const held = (await pull(connector)).flatMap((page) => page.records.map(({ key }) => key));
    expect(new Set(held).size).toBe(mixed.length);
    await expectEachOnce(connector, held);
    await connector.close();
    const asked = connectTo(tables.url, { key: 'key', query: 'SELECT id AS key, name FROM things' });
    expect(keysOf(await pull(asked)).sort()).toEqual([...held].sort());
    expect(await asked.readByKeys('things', held, live)).toHaveLength(held.length);
    await asked.close();
    await tables.run('DROP TABLE things');
  });

  it('keeps numbers, texts and bytes of one column apart', async () => {
    await tables.run('CREATE TABLE things (id, part BLOB, name TEXT, PRIMARY KEY (id, part))');
    for (const value of mixed)
      await tables.run('INSERT INTO things VALUES (?, ?, ?)', [value, Buffer.from([0, 1]), 'x']);
    const connector = connectTo(tables.url, { key: ['id', 'part'] });
    await expectEachOnce(
      connector,
      mixed.map((value) => `${keyOf(value)}/0001`),
    );
    await connector.close();
    await tables.run('DROP TABLE things');
  });

  it('a change stamp that is a number of a column or an expression without a type', async () => {
    await tables.run('CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, seconds)');
    for (const i of range(12)) await tables.run('INSERT INTO things VALUES (?, ?, ?)', [i, 'x', 1_700_000_000 + i]);
    const cursor = { field: 'seconds', type: 'integer' };
    for (const stream of [{}, { query: 'SELECT id, name, seconds + 0 AS seconds FROM things' }]) {
      const connector = connectTo(tables.url, { key: 'id', cursor, ...stream });
      expect(keysOf(await pull(connector, '00000000001700000007'))).toEqual(['7', '8', '9', '10', '11']);
      await connector.close();
    }
    await tables.run('DROP TABLE things');
  });

  it('and values stand in records as the file holds them', async () => {
    await tables.run('CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, r REAL, raw BLOB, flag BLOB, n NUMERIC)');
    await tables.run('INSERT INTO things VALUES (1, ?, ?, ?, ?, ?)', [
      'x',
      0.1 + 0.2,
      Buffer.from([0, 255]),
      Buffer.from([1]),
      9007199254740993n,
    ]);
    const connector = connectTo(tables.url, { key: 'id' });
    const [read] = await expectEachOnce(connector, ['1']);
    await connector.close();
    expect(read?.data).toEqual({
      id: '1',
      name: 'x',
      r: '0.30000000000000004',
      raw: '00ff',
      flag: '01',
      n: '9007199254740993',
    });
  });
});

describe('a column of a type that is not known here', () => {
  it('is refused by its name, with what to do', async () => {
    const field = { name: 'shape', columnType: 199, flags: 0, columnLength: 4, decimals: 0, characterSet: 63 };
    const database = { dialect: mysqlDialect, describe: async () => [field] };
    const columns = createStreamColumns(database, {
      from: 't',
      table: 't',
      columns: null,
      system: 'alt',
      name: 'things',
    });
    await expect(columns.now(live)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringMatching(/shape of type 199.*`columns` of things/),
    });
  });
});
