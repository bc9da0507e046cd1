import mysql from 'mysql2';
import { DataSource } from 'typeorm';
import { HubError } from '../../config/errors.ts';
import { migrate, migrations } from '../schema/migrate.ts';
import { tablesFor } from '../schema/tables.ts';
import { atMostBytes } from '../sql/statement-size.ts';
import type { CacheProbe } from './cache-probe.ts';
import type { Cache, CacheSettings, Row, Sql, SqlParameter, SqlRows } from './database.ts';
import { inspectServer } from './inspect-server.ts';
import { onAnotherConnection, outcomeUnknown } from './lost-connections.ts';
import { hasRested, liveConnection, noteSent } from './mysql-connections.ts';
import { judgeServer, readServer } from './mysql-server.ts';
import { retryConflicts } from './retry-conflicts.ts';
import { openError, statementError, tooLarge } from './statement-error.ts';
import { statementSpan } from './statement-span.ts';

const CONNECT_TIMEOUT = 10_000;
/** Of a statement's packet, in bytes; the server counts it in. */
const PACKET_HEADER = 16;

/**
 * What every connection is set to, so that no server default lets values be truncated, texts be read in another
 * character set (skip-character-set-client-handshake) or times be shifted.
 */
const SESSION = [
  'SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci',
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  "SET SESSION time_zone = '+00:00'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

/** The cache on MySQL 8.4 or MariaDB 10.11. */
export async function openMysql({ url, poolSize, onWarning }: CacheSettings): Promise<Cache> {
  const target = parseUrl(url);
  const place = placeOf(target);
  const source = sourceOf(target, poolSize);
  let mostBytes: number;
  try {
    await source.initialize();
    const server = await readServer((statement) => source.query(statement));
    mostBytes = server.maxAllowedPacket;
    const findings = judgeServer(server, poolSize);
    const fatal = findings.find(({ is }) => is === 'fatal');
    if (fatal) throw new HubError('CACHE_UNUSABLE', `Expected a usable cache database ${place}: ${fatal.detail}`);
    for (const { detail } of findings) onWarning?.(`The cache database ${place}: ${detail}`);
    await migrate(source);
  } catch (error) {
    if (source.isInitialized) await source.destroy();
    throw openError(error, place, ADVICE);
  }
  return cacheOf(source, place, mostBytes);
}

/** What `check` finds out about the cache on a server: nothing that stays is changed, and no table is made. */
export async function inspectMysql({ url, poolSize }: CacheSettings): Promise<CacheProbe[]> {
  const target = parseUrl(url);
  const place = placeOf(target);
  const source = sourceOf(target, 1);
  try {
    await source.initialize();
    return await inspectServer(source, { place, poolSize });
  } catch (error) {
    const { code, message } = openError(error, place, ADVICE);
    return [{ probe: 'open', is: 'failed', detail: `${code}: ${message}` }];
  } finally {
    if (source.isInitialized) await source.destroy();
  }
}

const ADVICE = 'Check database.url in the settings, that the server runs, and that it lets this login in.';

type Target = ReturnType<typeof parseUrl>;

function placeOf({ database, host, port }: Target): string {
  return `${database} at ${host}:${port}`;
}

function sourceOf(target: Target, poolSize: number): DataSource {
  return new DataSource({
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
}

/**
 * Statements go to the driver's pool as they are: TypeORM's runner in between, with its events, copies and a stack
 * trace a statement, cost a third of what a short statement costs this process.
 */
function cacheOf(source: DataSource, place: string, mostBytes: number): Cache {
  const pool = poolOf(source);
  const withSql = <T>(work: (sql: Sql, connection: mysql.PoolConnection) => Promise<T>) =>
    withConnection(pool, place, (connection) => work(sqlOf(connection, place, mostBytes), connection));
  return {
    dialect: 'mysql',
    mostBytes,
    // A read that lost its connection is asked again on another one: it has changed nothing.
    query: (statement, parameters) => onAnotherConnection(() => withSql((sql) => sql.query(statement, parameters))),
    execute: (statement, parameters) => retryConflicts(() => withSql((sql) => sql.execute(statement, parameters))),
    transaction: (work) =>
      retryConflicts(() =>
        onAnotherConnection(() => withSql((sql, connection) => inTransaction(connection, sql, work))),
      ),
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

async function inTransaction<T>(
  connection: mysql.PoolConnection,
  sql: Sql,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    await sql.execute('START TRANSACTION');
    result = await work(sql);
    // After a pause the server may have hung up. Found out now, the work can be done again; of a COMMIT without an
    // answer nobody would know what became of it.
    if (hasRested(connection)) await sql.query('SELECT 1');
  } catch (error) {
    // When the connection is gone the server has rolled back already, and the first error says more.
    await sql.execute('ROLLBACK').catch(() => undefined);
    throw error;
  }
  try {
    await sql.execute('COMMIT');
  } catch (error) {
    await sql.execute('ROLLBACK').catch(() => undefined);
    throw outcomeUnknown(error);
  }
  return result;
}

async function withConnection<T>(
  pool: mysql.Pool,
  place: string,
  work: (connection: mysql.PoolConnection) => Promise<T>,
): Promise<T> {
  let connection: mysql.PoolConnection;
  try {
    connection = await liveConnection(pool);
  } catch (error) {
    throw statementError(error, 'connecting', place);
  }
  try {
    return await work(connection);
  } finally {
    connection.release();
  }
}

function sqlOf(connection: mysql.PoolConnection, place: string, mostBytes: number): Sql {
  const send = <Result extends mysql.RowDataPacket[] | mysql.ResultSetHeader>(
    statement: string,
    parameters: readonly (SqlParameter | SqlRows)[],
  ) =>
    statementSpan(
      statement,
      'mysql',
      () =>
        new Promise<Result>((resolve, reject) => {
          const bytes = bytesIfLarge(statement, parameters, mostBytes);
          // The server would close the connection, and say why only at times.
          if (bytes > mostBytes) return reject(tooLarge(statement, place, { bytes, most: mostBytes }));
          noteSent(connection);
          connection.query<Result>(statement, parameters as (SqlParameter | SqlRows)[], (error, result) => {
            if (error) reject(statementError(error, statement, place));
            else resolve(result);
          });
        }),
    );
  return {
    dialect: 'mysql',
    mostBytes,
    async query<R extends Row>(statement: string, parameters: readonly SqlParameter[] = []) {
      return (await send<mysql.RowDataPacket[]>(statement, parameters)) as Row[] as R[];
    },
    async execute(statement, parameters = []) {
      return (await send<mysql.ResultSetHeader>(statement, parameters)).affectedRows ?? 0;
    },
  };
}

/** The bytes of the packet a statement is sent in, counted where it may be too large; 0 where it cannot be. */
function bytesIfLarge(statement: string, parameters: readonly (SqlParameter | SqlRows)[], mostBytes: number): number {
  let most = statement.length * 3 + PACKET_HEADER;
  for (const parameter of parameters) most += atMostBytes(parameter);
  if (most <= mostBytes) return 0;
  return Buffer.byteLength(mysql.format(statement, parameters as unknown as mysql.SqlValue[])) + PACKET_HEADER;
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
