import mysql from 'mysql2';
import { DataSource } from 'typeorm';
import { HubError } from '../config/errors.ts';
import type { Cache, Row, Sql, SqlParameter, SqlRows } from './cache.ts';
import { migrate, migrations } from './migrate.ts';
import { retryConflicts } from './retry-conflicts.ts';
import { openError, statementError } from './statement-error.ts';
import { statementSpan } from './statement-span.ts';
import { tablesFor } from './tables.ts';

const CONNECT_TIMEOUT = 10_000;

/** What every connection is set to, so that no server default lets values be truncated or times be shifted. */
const SESSION = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  "SET SESSION time_zone = '+00:00'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

/** The cache on MySQL 8.4 or MariaDB 10.11. */
export async function openMysql({ url, poolSize }: { url: string; poolSize: number }): Promise<Cache> {
  const target = parseUrl(url);
  const place = `${target.database} at ${target.host}:${target.port}`;
  const source = new DataSource({
    type: 'mysql',
    driver: driverWithSession(),
    ...target,
    poolSize,
    charset: 'utf8mb4',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    connectTimeout: CONNECT_TIMEOUT,
    logging: false,
    entities: tablesFor('mysql'),
    migrations,
    migrationsTableName: 'schema_migrations',
  });
  try {
    await source.initialize();
    await migrate(source);
  } catch (error) {
    if (source.isInitialized) await source.destroy();
    throw openError(
      error,
      place,
      'Check database.url in the settings, that the server runs, and that this login may create tables.',
    );
  }
  return cacheOf(source, place);
}

/**
 * Statements go to the driver's pool as they are: TypeORM's runner in between, with its events, copies and a stack
 * trace a statement, cost a third of what a short statement costs this process.
 */
function cacheOf(source: DataSource, place: string): Cache {
  const pool = poolOf(source);
  const outside = sqlOf(pool, place);
  return {
    dialect: 'mysql',
    query: outside.query,
    execute: (statement, parameters) => retryConflicts(() => outside.execute(statement, parameters)),
    transaction: (work) => retryConflicts(() => inTransaction(pool, place, work)),
    close: async () => {
      if (source.isInitialized) await source.destroy();
    },
  };
}

/** TypeORM tells of its driver's pool only that it is there. */
function poolOf({ driver }: DataSource): mysql.Pool {
  const { pool } = driver as typeof driver & { pool?: mysql.Pool };
  if (!pool) throw new TypeError('Expected the data source to be initialized, got one without a pool.');
  return pool;
}

async function inTransaction<T>(pool: mysql.Pool, place: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const connection = await connectionOf(pool, place);
  const sql = sqlOf(connection, place);
  try {
    await sql.execute('START TRANSACTION');
    try {
      const result = await work(sql);
      await sql.execute('COMMIT');
      return result;
    } catch (error) {
      // When the connection is gone the server has rolled back already, and the first error says more.
      await sql.execute('ROLLBACK').catch(() => undefined);
      throw error;
    }
  } finally {
    connection.release();
  }
}

function connectionOf(pool: mysql.Pool, place: string): Promise<mysql.PoolConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => {
      if (error) reject(statementError(error, 'START TRANSACTION', place));
      else resolve(connection);
    });
  });
}

function sqlOf(connection: Pick<mysql.Pool, 'query'>, place: string): Sql {
  const send = <Result extends mysql.RowDataPacket[] | mysql.ResultSetHeader>(
    statement: string,
    parameters: readonly (SqlParameter | SqlRows)[],
  ) =>
    statementSpan(
      statement,
      'mysql',
      () =>
        new Promise<Result>((resolve, reject) => {
          connection.query<Result>(statement, parameters as (SqlParameter | SqlRows)[], (error, result) => {
            if (error) reject(statementError(error, statement, place));
            else resolve(result);
          });
        }),
    );
  return {
    dialect: 'mysql',
    async query<R extends Row>(statement: string, parameters: readonly SqlParameter[] = []) {
      return (await send<mysql.RowDataPacket[]>(statement, parameters)) as Row[] as R[];
    },
    async execute(statement, parameters = []) {
      return (await send<mysql.ResultSetHeader>(statement, parameters)).affectedRows ?? 0;
    },
  };
}

/** mysql2, with every new connection of a pool set to `SESSION` before it is used. */
function driverWithSession(): typeof mysql {
  return {
    ...mysql,
    createPool(options: mysql.PoolOptions | string) {
      const pool = mysql.createPool(options as mysql.PoolOptions);
      pool.on('connection', (connection) => {
        // Commands of one connection run in order. On one that is not set as it must be, nothing may run.
        for (const statement of SESSION) connection.query(statement, (error) => error && connection.destroy());
      });
      return pool;
    },
  };
}

function parseUrl(url: string) {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const database = parsed ? decodeURIComponent(parsed.pathname.slice(1)) : '';
  if (!parsed || database === '') {
    throw new HubError(
      'CACHE_UNREACHABLE',
      'Expected database.url to be mysql://user:password@host:3306/database, got one without a readable host or database name. Special characters in the password must be percent-encoded.',
    );
  }
  return {
    host: parsed.hostname,
    port: parsed.port === '' ? 3306 : Number(parsed.port),
    username: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database,
    ...(parsed.searchParams.get('ssl') === 'true' ? { ssl: {} } : {}),
  };
}
