import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { sourceSchema } from '../../../connectors/kinds.ts';
import { fieldNames, type Landscape, type LandscapeOptions, recordsOf, type SourceOptions } from './landscape.ts';
import { startTcpProxy } from './tcp-proxy.ts';
import { type Kind, kinds, type Truth } from './truth.ts';

/** A database that truth can be written to. */
interface Tables {
  url: string;
  write(kind: Kind, rows: readonly (string | null)[][], gone: readonly string[]): Promise<void>;
  disturb: Landscape['disturb'];
  stop(): Promise<void>;
}

export const sqlFlavours = process.env.TEST_MYSQL_URL ? ['mysql', 'sqlite'] : ['sqlite'];

/** A database as source: MySQL or MariaDB behind a network that fails, or a SQLite file. */
export async function startSqlLandscape({ truth, flavour }: LandscapeOptions): Promise<Landscape> {
  const tables = flavour === 'mysql' ? await mysqlTables(process.env.TEST_MYSQL_URL ?? '') : sqliteTables();
  const written = { partners: new Map<string, string>(), orders: new Map<string, string>() };
  const streamOf = (kind: Kind, { mapping, lookback }: SourceOptions) => ({
    resource: kind,
    key: 'id',
    cursor: { field: 'changed', ...(lookback ? { lookback } : {}) },
    records: recordsOf(mapping)[kind],
  });
  return {
    settings: (options) =>
      sourceSchema.parse({
        kind: 'sql',
        url: tables.url,
        timeout: options.timeout,
        pageSize: 5,
        streams: Object.fromEntries(kinds.map((kind) => [kind, streamOf(kind, options)])),
      }),
    async publish() {
      for (const kind of kinds) await publishKind(truth, kind, written[kind], tables);
    },
    disturb: tables.disturb,
    stop: tables.stop,
  };
}

/** Writes what has changed since the last time. */
async function publishKind(truth: Truth, kind: Kind, written: Map<string, string>, tables: Tables): Promise<void> {
  const rows = [...truth.rows[kind].values()].map(({ key, stamp, fields }) => [
    key,
    stamp === null ? null : stamp.slice(0, 26).replace('T', ' '),
    ...fieldNames[kind].map((name) => fields[name] ?? null),
  ]);
  const changed = rows.filter(([key, ...rest]) => written.get(key ?? '') !== JSON.stringify(rest));
  const gone = [...written.keys()].filter((key) => !truth.rows[kind].has(key));
  if (changed.length + gone.length > 0) await tables.write(kind, changed, gone);
  for (const [key, ...rest] of changed) written.set(key ?? '', JSON.stringify(rest));
  for (const key of gone) written.delete(key);
}

async function mysqlTables(uri: string): Promise<Tables> {
  const name = `c360_truth_${randomBytes(5).toString('hex')}`;
  const admin = await createConnection({ uri, multipleStatements: true });
  const create = kinds.map((kind) => {
    const texts = fieldNames[kind].map((field) => `\`${field}\` VARCHAR(120)`).join(', ');
    return `CREATE TABLE ${kind} (id VARCHAR(40) COLLATE utf8mb4_bin PRIMARY KEY, changed DATETIME(6), ${texts}, KEY (changed, id));`;
  });
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4; USE ${name}; ${create.join(' ')}`);
  const { hostname, port, username, password } = new URL(uri);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port || 3306) });
  return {
    url: `mysql://${username}${password ? `:${password}` : ''}@127.0.0.1:${proxy.port}/${name}`,
    disturb: proxy.disturb,
    async write(kind, rows, gone) {
      await admin.beginTransaction();
      if (rows.length > 0) await admin.query(`REPLACE INTO ${kind} VALUES ?`, [rows]);
      if (gone.length > 0) await admin.query(`DELETE FROM ${kind} WHERE id IN (?)`, [gone]);
      await admin.commit();
    },
    async stop() {
      await proxy.stop();
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}

function sqliteTables(): Tables {
  const folder = mkdtempSync(join(tmpdir(), 'c360-truth-'));
  const file = join(folder, 'source.db');
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  for (const kind of kinds) {
    database.exec(`CREATE TABLE ${kind} (id TEXT PRIMARY KEY, changed TEXT, ${fieldNames[kind].join(' TEXT, ')} TEXT)`);
  }
  return {
    url: `sqlite:${file}`,
    disturb: () => undefined,
    async write(kind, rows, gone) {
      database.transaction(() => {
        const insert = database.prepare(
          `INSERT OR REPLACE INTO ${kind} VALUES (?, ?, ${fieldNames[kind].map(() => '?').join(', ')})`,
        );
        for (const row of rows) insert.run(row);
        for (const key of gone) database.prepare(`DELETE FROM ${kind} WHERE id = ?`).run(key);
      })();
    },
    async stop() {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
