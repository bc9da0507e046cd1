import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { startLoopback } from '../connectors/loopback.ts';
import { type EntitySetModel, ODATA_LOGIN, startOdataServer } from '../connectors/odata-server.ts';
import { startTrytonServer, TRYTON_PASSWORD } from '../connectors/tryton-server.ts';

/** A row of a source, every value as the source would print it. */
type FactRow = Record<string, string>;

/** Which columns are numbers to the source; all others are text. */
export interface FactTable {
  numbers: readonly string[];
  rows: readonly FactRow[];
  /** Of the text columns in MySQL; keys that it takes for equal may then both be there. Binary when left out. */
  collation?: string;
}

export interface RunningSource {
  /** What the settings file says of the source, its stream `things` included. */
  settings(stream: object): object;
  stop(): Promise<void>;
}

/** One small source of each kind that holds the same rows, with the key in `id`. */
export const kindsOfSource: Record<string, (table: FactTable) => Promise<RunningSource>> = {
  rest: startRest,
  'odata-v2': (table) => startOdata(table, 2),
  'odata-v4': (table) => startOdata(table, 4),
  tryton: startTryton,
  sqlite: startSqlite,
  ...(process.env.TEST_MYSQL_URL
    ? { mysql: (table: FactTable) => startMysql(table, String(process.env.TEST_MYSQL_URL)) }
    : {}),
  graphql: startGraphql,
  csv: (table) => startFiles(table, 'csv'),
  jsonl: (table) => startFiles(table, 'jsonl'),
};

function jsonOf(row: FactRow, numbers: readonly string[]): string {
  const members = Object.entries(row).map(([name, value]) => {
    return `${JSON.stringify(name)}:${numbers.includes(name) ? value : JSON.stringify(value)}`;
  });
  return `{${members.join(',')}}`;
}

async function startRest({ rows, numbers }: FactTable): Promise<RunningSource> {
  const server = await startLoopback(null, () => ({ body: `[${rows.map((row) => jsonOf(row, numbers)).join(',')}]` }));
  return {
    settings: (stream) => ({
      kind: 'rest',
      url: server.origin,
      streams: { things: { resource: '/things', key: 'id', ...stream } },
    }),
    stop: server.stop,
  };
}

async function startGraphql({ rows, numbers }: FactTable): Promise<RunningSource> {
  const list = `[${rows.map((row) => jsonOf(row, numbers)).join(',')}]`;
  const lastPage = '"pageInfo":{"hasNextPage":false,"endCursor":null}';
  const server = await startLoopback(null, () => ({ body: `{"data":{"things":{"nodes":${list},${lastPage}}}}` }));
  const fields = Object.keys(rows[0] ?? {}).join(' ');
  const query = `{ things { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`;
  return {
    settings: (stream) => ({
      kind: 'graphql',
      url: server.origin,
      streams: { things: { resource: 'things', key: 'id', query, ...stream } },
    }),
    stop: server.stop,
  };
}

async function startOdata({ rows, numbers }: FactTable, version: 2 | 4): Promise<RunningSource> {
  const [first = {}] = rows;
  const number = { edm: 'Edm.Decimal', write: version === 4 ? (value: string) => value : JSON.stringify };
  const set: EntitySetModel = {
    key: ['id'],
    properties: Object.fromEntries(
      Object.keys(first).map((name) => [name, numbers.includes(name) ? number : { edm: 'Edm.String' }]),
    ),
    entities: () => rows,
  };
  const server = await startOdataServer({ version, sets: { Things: set } });
  return {
    settings: (stream) => ({
      kind: 'odata',
      version,
      url: `${server.origin}/odata/`,
      auth: { type: 'basic', ...ODATA_LOGIN },
      streams: { things: { resource: 'Things', key: 'id', ...stream } },
    }),
    stop: server.stop,
  };
}

/** Tryton's own ids are small numbers; decimals travel as text in an object of their own. */
async function startTryton({ rows, numbers }: FactTable): Promise<RunningSource> {
  const server = await startTrytonServer();
  const values = rows.map((row, index) => ({
    ...Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        numbers.includes(name) ? { __class__: 'Decimal', decimal: value } : value,
      ]),
    ),
    id: index + 1,
  }));
  server.models.set('things', new Map(values.map((value) => [value.id, value])));
  return {
    settings: (stream) => ({
      kind: 'json-rpc',
      dialect: 'tryton',
      url: server.origin,
      database: 'erp',
      username: 'hub',
      password: TRYTON_PASSWORD,
      streams: { things: { resource: 'things', key: 'id', ...stream } },
    }),
    stop: server.stop,
  };
}

async function startSqlite({ rows }: FactTable): Promise<RunningSource> {
  const folder = mkdtempSync(join(tmpdir(), 'c360-facts-'));
  const file = join(folder, 'source.db');
  const database = new Database(file);
  const columns = Object.keys(rows[0] ?? {});
  database.exec(`CREATE TABLE things (${columns.map((name) => `"${name}" TEXT`).join(', ')}, PRIMARY KEY (id))`);
  const insert = database.prepare(`INSERT INTO things VALUES (${columns.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(Object.values(row));
  database.close();
  return {
    settings: (stream) => ({
      kind: 'sql',
      url: `sqlite:${file}`,
      streams: { things: { resource: 'things', key: 'id', ...stream } },
    }),
    async stop() {
      rmSync(folder, { recursive: true });
    },
  };
}

/** Its key is not unique to the database, which may take for equal what is not. */
async function startMysql(
  { rows, numbers, collation = 'utf8mb4_bin' }: FactTable,
  uri: string,
): Promise<RunningSource> {
  const name = `c360_facts_${randomBytes(5).toString('hex')}`;
  const admin = await createConnection({ uri, multipleStatements: true, charset: 'utf8mb4' });
  const columns = Object.keys(rows[0] ?? {}).map((column) => {
    const values = rows.map((row) => row[column] ?? '');
    const scale = Math.max(...values.map((value) => value.split('.')[1]?.length ?? 0));
    return `\`${column}\` ${numbers.includes(column) ? `DECIMAL(65, ${scale})` : 'VARCHAR(120)'}`;
  });
  await admin.query(
    `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE ${collation}; USE ${name};
     CREATE TABLE things (${columns.join(', ')}, KEY (id))`,
  );
  for (const row of rows) await admin.query('INSERT INTO things VALUES (?)', [Object.values(row)]);
  const url = new URL(uri);
  url.pathname = `/${name}`;
  return {
    settings: (stream) => ({
      kind: 'sql',
      url: url.href,
      streams: { things: { resource: 'things', key: 'id', ...stream } },
    }),
    async stop() {
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}

async function startFiles({ rows, numbers }: FactTable, format: 'csv' | 'jsonl'): Promise<RunningSource> {
  const folder = mkdtempSync(join(tmpdir(), 'c360-facts-'));
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
  const lines =
    format === 'csv'
      ? [Object.keys(rows[0] ?? {}).join(','), ...rows.map((row) => Object.values(row).map(quoted).join(','))]
      : rows.map((row) => jsonOf(row, numbers));
  writeFileSync(join(folder, `things.${format}`), lines.map((line) => `${line}\n`).join(''));
  return {
    settings: (stream) => ({
      kind: 'file',
      folder,
      settle: '0s',
      streams: { things: { resource: `things.${format}`, format, key: 'id', ...stream } },
    }),
    async stop() {
      rmSync(folder, { recursive: true });
    },
  };
}
