import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { stringify } from 'lossless-json';
import { type Connection, createConnection } from 'mysql2/promise';
import type { Connector } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { textChecksum } from '../../schema/checksum.ts';
import { describeWithServer } from '../setup/databases.ts';

const server = process.env.TEST_MYSQL_URL ?? '';
const live = new AbortController().signal;
const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'NAME1' } }];

function connectTo(url: string, streams: Record<string, object>): Connector {
  const all = Object.entries(streams).map(([name, stream]) => [name, { records, ...stream }]);
  return connect({
    system: 'alt',
    settings: sourceSchema.parse({ kind: 'sql', url, pageSize: 2, streams: Object.fromEntries(all) }),
  });
}

/** What the source says of the records of a stream is what `pull` gives; resolves to their number. */
async function expectSameChecksums(connector: Connector, stream: string): Promise<number> {
  const pulled: Record<string, string> = {};
  for await (const page of connector.pull(stream, { since: null, resume: null }, live)) {
    for (const { key, deleted, data } of page.records) {
      if (!deleted) pulled[key] = textChecksum(stringify(data) ?? '').toString(16);
    }
  }
  const checksums = await connector.checksums?.(stream, live);
  if (!checksums || 'unable' in checksums) throw new Error(`Expected checksums, got ${checksums?.unable}.`);
  const request = { salt: '', digits: 1 };
  let [count, joined] = [0, 0n];
  for await (const part of checksums.buckets(request)) {
    for (const { records: some, checksum } of part) [count, joined] = [count + some, joined ^ checksum];
  }
  const listed: Record<string, string> = {};
  for await (const part of checksums.records(request, [...'0123456789abcdef'])) {
    for (const { key, checksum } of part) listed[key] = checksum.toString(16);
  }
  const expected = Object.values(pulled).reduce((sum, one) => sum ^ BigInt(`0x${one}`), 0n);
  expect(listed).toEqual(pulled);
  expect({ count, joined }).toEqual({ count: Object.keys(pulled).length, joined: expected });
  return count;
}

describeWithServer('checksums of a legacy MySQL or MariaDB', () => {
  const name = `c360_checksums_${randomBytes(6).toString('hex')}`;
  let admin: Connection;
  let connector: Connector;

  beforeAll(async () => {
    admin = await createConnection({ uri: server, multipleStatements: true });
    await admin.query(`CREATE DATABASE ${name} CHARACTER SET latin1`);
    await admin.query(`USE ${name}; SET SESSION sql_mode = 'ALLOW_INVALID_DATES'; SET NAMES utf8mb4`);
    await admin.query(`
      CREATE TABLE KUNDE (
        MANDANT CHAR(3) NOT NULL, NR VARCHAR(20) COLLATE latin1_german2_ci NOT NULL,
        NAME1 VARCHAR(60), NOTIZ TEXT CHARACTER SET utf8mb4, ORT CHAR(20), LAND CHAR(2) NOT NULL, EROEFFNET VARCHAR(10),
        GROSS BIGINT UNSIGNED, KLEIN TINYINT, FLAG TINYINT(1), BETRAG DECIMAL(20,6), SEIT DATE, GEAENDERT DATETIME(6),
        STEMPEL TIMESTAMP(3) NULL, UHR TIME(2), ART ENUM('A','ü'), MENGE SET('x','y'), ROH VARBINARY(20), BIT1 BIT(1),
        GELOESCHT CHAR(1), PRIMARY KEY (MANDANT, NR)) CHARACTER SET latin1`);
    const full = (nr: string, name1: string | null, notiz: string | null) => [
      ...['001', nr, name1, notiz, 'Köln  ', 'DE', '0000-00-00', '18446744073709551615', -7, 1, '-0.500000'],
      ...['0000-00-00', '2025-03-01 10:00:00.000001', '2025-03-01 10:00:00.120', '-12:00:01.50', 'ü', 'x,y'],
      ...[Buffer.from([0xff, 0x00]), Buffer.from([1]), ' '],
    ];
    const empty = ['002', 'leer', '', '', '', '', '', 0, 0, 0, '0', '9999-12-31', '0000-00-00 00:00:00', null, '0'];
    const rows = [
      full('1', 'Söhne & "Brüder" \\ GmbH', 'zwei\nZeilen\tund 😀 \u0001 \u007f'),
      full('a/b', null, null),
      full('a\\b', 'x', "O'Neil"),
      full('10', ' vorn und hinten ', '  '),
      [...full('9', 'gelöscht', 'x').slice(0, -1), 'X'],
      [...empty, 'A', '', Buffer.from([]), Buffer.from([0]), null],
      ['003', 'nichts', null, null, null, 'XX', ...Array.from({ length: 13 }, () => null), 'x'],
    ];
    for (const row of rows) await admin.query(`INSERT INTO KUNDE VALUES (${row.map(() => '?').join(', ')})`, row);
    await admin.query(`
      CREATE VIEW OFFEN AS SELECT NR, MANDANT, NAME1 FROM KUNDE WHERE LAND = 'DE';
      CREATE TABLE ZEILE (ID INT PRIMARY KEY, NAME1 VARCHAR(20), WEG INT INVISIBLE) ;
      CREATE TABLE KURS (ID INT PRIMARY KEY, NAME1 VARCHAR(20), WERT DOUBLE);
      INSERT INTO KURS VALUES (1, 'EUR', 0.1);
      CREATE TABLE NULLEN (ID INT(8) ZEROFILL PRIMARY KEY, NAME1 VARCHAR(20));
      INSERT INTO NULLEN VALUES (7, 'sieben'), (4711, NULL)`);
    // More than one statement goes over.
    const lines = Array.from({ length: 503 }, (_, i) => `(${i}, 'Zeile ${i}')`);
    await admin.query(`INSERT INTO ZEILE (ID, NAME1) VALUES ${lines.join(', ')}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    connector = connectTo(url.href, {
      kunden: { resource: 'KUNDE', key: ['MANDANT', 'NR'], deletes: { flag: 'GELOESCHT', values: ['X'] } },
      schmal: {
        resource: `${name}.KUNDE`,
        key: ['MANDANT', 'NR'],
        columns: ['NAME1', 'BETRAG'],
        where: "LAND <> 'XX'",
      },
      zahl: { resource: 'KUNDE', key: ['MANDANT', 'NR'], deletes: { flag: 'KLEIN', values: ['0', '7'] } },
      sicht: { resource: 'OFFEN', key: 'NR' },
      zeilen: { resource: 'ZEILE', key: 'ID' },
      kurse: { resource: 'KURS', key: 'ID' },
      ohnekurs: { resource: 'KURS', key: 'ID', columns: ['NAME1'] },
      nullen: { resource: 'NULLEN', key: 'ID' },
      frage: { resource: 'x', key: 'ID', query: 'SELECT * FROM ZEILE' },
      fehlt: { resource: 'ZEILE', key: 'ID', columns: ['NAME9'] },
    });
  });

  afterAll(async () => {
    await connector.close();
    await admin.query(`DROP DATABASE IF EXISTS ${name}`);
    await admin.end();
  });

  it.each(['kunden', 'schmal', 'zahl', 'sicht', 'zeilen', 'ohnekurs', 'kurse', 'nullen', 'frage'])(
    'are those of the records of %s',
    async (stream) => {
      expect(await expectSameChecksums(connector, stream)).toBeGreaterThan(0);
    },
  );

  it('are refused for a column that the table does not have', async () => {
    await expect(connector.checksums?.('fehlt', live)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });
});

it('are those of the records of a SQLite file, whatever is in its columns', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'c360-checksums-'));
  const database = new Database(join(folder, 'alt.db'));
  database.exec(`CREATE TABLE things (id, part TEXT, NAME1, amount REAL, more BLOB, twice AS (amount * 2),
    PRIMARY KEY (id, part))`);
  const insert = database.prepare('INSERT INTO things VALUES (?, ?, ?, ?, ?)');
  insert.run(9007199254740993n, 'a/b', 'x "y" \\ \u001f \n 😀', 0.1, null);
  insert.run('a', 'b\\c', '0000-00-00', 1e21, Buffer.from([1]));
  for (let i = 0; i < 45; i += 1) insert.run(i, 'z', null, i / 3, Buffer.from([i, i]));
  const connector = connectTo(`sqlite:${join(folder, 'alt.db')}`, {
    things: { resource: 'things', key: ['id', 'part'] },
    asked: { resource: 'things', key: ['id', 'part'], query: 'SELECT * FROM things' },
  });
  expect(await expectSameChecksums(connector, 'things')).toBe(47);
  expect(await connector.checksums?.('asked', live)).toEqual({ unable: expect.stringContaining('reads a query') });
  await connector.close();
  database.close();
  rmSync(folder, { recursive: true });
});
