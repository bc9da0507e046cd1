import { AsyncLocalStorage } from 'node:async_hooks';
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { migrate, migrations, pendingMigrations } from '../schema/migrate.ts';
import { tablesFor } from '../schema/tables.ts';
import { SQLITE_MOST_BYTES } from '../sql/statement-size.ts';
import { type CacheProbe, describePending } from './cache-probe.ts';
import type { Cache, Row, Sql, SqlParameter, SqlRows } from './database.ts';
import { createMutex } from './mutex.ts';
import { retryConflicts } from './retry-conflicts.ts';
import { addChecksumFunctions, type FunctionHost } from './sqlite-functions.ts';
import { createSqliteStatistics } from './sqlite-statistics.ts';
import { openError, statementError } from './statement-error.ts';
import { statementSpan } from './statement-span.ts';

/** How long SQLite itself waits for another process; it blocks this one meanwhile, so the rest is left to retries. */
const BUSY_TIMEOUT = 250;

/**
 * The cache in a SQLite file. One connection writes, one transaction at a time; another reads, and so never sees
 * what is not committed. A database in memory has one connection for both.
 */
export async function openSqlite(path: string): Promise<Cache> {
  const place = `in the file ${path}`;
  try {
    const writer = await retryConflicts(() => openWriter(path));
    try {
      const reader = path === ':memory:' ? writer : await connect(path, true);
      return cacheOf(writer, reader, place);
    } catch (error) {
      await writer.destroy();
      throw error;
    }
  } catch (error) {
    throw openError(error, place, ADVICE);
  }
}

/** What `check` finds out about the cache in a file: no file and no table is made. */
export async function inspectSqlite(path: string): Promise<CacheProbe[]> {
  if (path === ':memory:') {
    return [{ probe: 'open', is: 'warning', detail: 'in memory: everything is read again after each start.' }];
  }
  const place = `in the file ${path}`;
  try {
    if (!existsSync(path)) {
      accessSync(dirname(resolve(path)), constants.W_OK | constants.X_OK);
      return [{ probe: 'open', is: 'ok', detail: `${path} is made when the hub starts` }];
    }
    const source = await connect(path, false);
    try {
      const pending = await pendingMigrations(source);
      await source.query('BEGIN IMMEDIATE');
      await source.query('CREATE TABLE customer360_check (id text)');
      await source.query('ROLLBACK');
      return [{ probe: 'open', is: 'ok', detail: `${path}, ${describePending(pending)}` }];
    } finally {
      await source.destroy();
    }
  } catch (error) {
    const { code, message } = openError(error, place, ADVICE);
    return [{ probe: 'open', is: 'failed', detail: `${code}: ${message}` }];
  }
}

const ADVICE = 'Check database.url in the settings, and that the folder can be written to.';

async function openWriter(path: string): Promise<DataSource> {
  const writer = await connect(path, false);
  try {
    await migrate(writer);
    return writer;
  } catch (error) {
    await writer.destroy();
    throw error;
  }
}

function connect(path: string, readonly: boolean): Promise<DataSource> {
  const source = new DataSource({
    type: 'better-sqlite3',
    database: path,
    readonly,
    timeout: BUSY_TIMEOUT,
    enableWAL: !readonly && path !== ':memory:',
    // With WAL a power cut can undo the last pages, rows and checkpoint together, but corrupts nothing.
    prepareDatabase: (database: FunctionHost & { pragma(text: string): unknown }) => {
      addChecksumFunctions(database);
      database.pragma('synchronous = NORMAL');
      // Computed ids spread over every index. With SQLite's own 2 MB of cache and a checkpoint each 4 MB, a first sync
      // writes the same index pages over and over: 128 MiB, and a checkpoint each 64 MiB. A commit writes most pages
      // of an index anyhow, so that fewer and larger ones are fewer writes; a file keeps the size it was made with.
      database.pragma('page_size = 8192');
      database.pragma(`cache_size = ${readonly ? -32_768 : -131_072}`);
      database.pragma('wal_autocheckpoint = 8000');
    },
    logging: false,
    entities: tablesFor('sqlite'),
    migrations,
    migrationsTableName: 'schema_migrations',
  });
  return source.initialize();
}

function cacheOf(writer: DataSource, reader: DataSource, place: string): Cache {
  const exclusive = createMutex();
  const inside = new AsyncLocalStorage<true>();
  const write = sqlOf(writer, place);
  const read = sqlOf(reader, place);
  const statistics = createSqliteStatistics(write, exclusive);
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    // It would wait for itself for ever.
    if (inside.getStore()) throw new TypeError('Inside a transaction use the Sql handed to its work, not the cache.');
    return retryConflicts(() => exclusive(work));
  };
  return {
    dialect: 'sqlite',
    mostBytes: SQLITE_MOST_BYTES,
    query: (statement, parameters) =>
      reader === writer
        ? alone(() => write.query(statement, parameters))
        : retryConflicts(() => read.query(statement, parameters)),
    execute: (statement, parameters) => alone(() => write.execute(statement, parameters)),
    async transaction(work) {
      const result = await alone(() => inside.run(true, () => inTransaction(write, work)));
      await statistics.afterWrite();
      return result;
    },
    async close() {
      await exclusive(async () => {
        if (writer.isInitialized) await statistics.beforeClose();
        for (const source of [reader, writer]) if (source.isInitialized) await source.destroy();
      });
    },
  };
}

/** IMMEDIATE, because a transaction that starts reading and then wants to write cannot wait for another writer. */
async function inTransaction<T>(sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T> {
  await sql.execute('BEGIN IMMEDIATE');
  try {
    const result = await work(sql);
    await sql.execute('COMMIT');
    // The driver is synchronous: a pass from one SQLite file into another would otherwise never let the process
    // turn to its sockets and timers, and requests in flight would time out.
    await nextTurn();
    return result;
  } catch (error) {
    // SQLite may have rolled back by itself, and the first error says more.
    await sql.execute('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function sqlOf(source: DataSource, place: string): Sql {
  const runner = source.createQueryRunner();
  const send = async (statement: string, parameters: readonly (SqlParameter | SqlRows)[]) => {
    try {
      return await statementSpan(statement, 'sqlite', () => runner.query(statement, [...parameters], true));
    } catch (error) {
      throw statementError(error, statement, place);
    }
  };
  return {
    dialect: 'sqlite',
    mostBytes: SQLITE_MOST_BYTES,
    async query<R extends Row>(statement: string, parameters: readonly SqlParameter[] = []) {
      return (await send(statement, parameters)).records as R[];
    },
    async execute(statement, parameters = []) {
      return (await send(statement, parameters)).affected ?? 0;
    },
  };
}
