import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import type { Cache } from '../../cache/database/database.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import type { Connector } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { runSync } from '../../sync-jobs/pass/run-sync.ts';
import type { SyncRun } from '../../sync-jobs/pass/sync-run.ts';
import { type ReconcileRun, reconcile } from '../../sync-jobs/reconcile/reconcile.ts';
import { type VerifyRequest, verify } from '../../sync-jobs/verify/verify.ts';
import type { VerifyReport } from '../../sync-jobs/verify/verify-report.ts';

/** A table of orders in a real database, read by the `sql` connector into a real cache. */
export interface SqlSource {
  run(statement: string, parameters?: unknown[]): Promise<void>;
  sync(full?: boolean): Promise<SyncRun>;
  reconcile(): Promise<ReconcileRun>;
  verify(change?: Partial<VerifyRequest>): Promise<VerifyReport>;
  store: ReturnType<typeof createSyncStore>;
  /** Keys that were read one by one since it was last asked. */
  readByKey(): number;
  drop(): Promise<void>;
}

/** Stamps are far enough back to be out of reach of the lookback. */
const TABLE = `CREATE TABLE AUFTRAG (NR INT PRIMARY KEY, KUNDE VARCHAR(20), BETRAG DECIMAL(12,2), VERMERK VARCHAR(80),
  GEAENDERT DATETIME(6), WEG CHAR(1))`;

export async function startSqlSource(
  kind: 'sqlite' | 'mysql',
  cache: Cache,
  { system, deletes = 'scan' }: { system: string; deletes?: unknown },
): Promise<SqlSource> {
  const database = kind === 'sqlite' ? sqliteFile() : await mysqlDatabase();
  await database.run(TABLE, []);
  const source = sourceSchema.parse({
    kind: 'sql',
    url: database.url,
    streams: {
      orders: {
        resource: 'AUFTRAG',
        key: 'NR',
        cursor: { field: 'GEAENDERT' },
        deletes,
        records: [
          {
            entity: 'order',
            fields: { status: { const: 'CONFIRMED' }, orderNumber: 'KUNDE', totalAmount: 'BETRAG' },
          },
        ],
      },
    },
  });
  const connector = connect({ system, settings: source });
  let read = 0;
  const counted: Connector = {
    ...connector,
    readByKeys: (stream, keys, signal) => {
      read += keys.length;
      return connector.readByKeys(stream, keys, signal);
    },
  };
  const request = {
    ...{
      system,
      stream: 'orders',
      source,
      connector: counted,
      cache,
      identity: hubSettings.parse({}).identity,
      priorities: {},
    },
    ...{ owner: 'test', log: createLog({ level: 'silent' }), signal: new AbortController().signal },
  };
  return {
    run: (statement, parameters = []) => database.run(statement, parameters),
    sync: (full = false) => runSync({ ...request, full }),
    reconcile: () => reconcile(request),
    verify: (change) => verify({ ...request, ...change }),
    store: createSyncStore(cache),
    readByKey() {
      const before = read;
      read = 0;
      return before;
    },
    async drop() {
      await connector.close();
      await database.drop();
    },
  };
}

interface Target {
  url: string;
  run(statement: string, parameters: unknown[]): Promise<void>;
  drop(): Promise<void>;
}

function sqliteFile(): Target {
  const folder = mkdtempSync(join(tmpdir(), 'c360-source-'));
  const file = join(folder, 'source.db');
  const database = new Database(file);
  return {
    url: `sqlite:${file}`,
    run: async (statement, parameters) => void database.prepare(statement).run(...parameters),
    async drop() {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function mysqlDatabase(): Promise<Target> {
  const name = `c360_source_${randomBytes(6).toString('hex')}`;
  const connection = await createConnection({ uri: process.env.TEST_MYSQL_URL ?? '', timezone: 'Z' });
  await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await connection.query(`USE ${name}`);
  const url = new URL(process.env.TEST_MYSQL_URL ?? '');
  url.pathname = `/${name}`;
  return {
    url: url.href,
    run: async (statement, parameters) => void (await connection.query(statement, parameters)),
    async drop() {
      await connection.query(`DROP DATABASE ${name}`);
      await connection.end();
    },
  };
}
