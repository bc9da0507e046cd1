import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { HubError } from '../../config/errors.ts';
import { ranOut } from '../ran-out.ts';
import { createSourceBreaker } from '../source-breaker.ts';
import { noNotices, type SourceNotices } from '../source-notices.ts';
import type { MysqlField } from './columns/mysql-columns.ts';
import { databaseError } from './database-error.ts';
import type { SqlSettings } from './settings.ts';
import { createSnapshot } from './snapshot.ts';
import { mysqlDialect, type SqlDialect, sqliteDialect } from './sql-dialect.ts';
import { addChecksumFunctions, type FunctionHost } from './sqlite-functions.ts';
import type { DriverRow, SqlValue } from './wire.ts';

/** What can be asked for rows: a database, or what it was at one moment. */
export interface Queries {
  query(statement: string, parameters: readonly SqlValue[], signal: AbortSignal): Promise<DriverRow[]>;
}

/**
 * The database as it was at one moment. It is held for a bounded time only; statements after that are answered by the
 * database as it then is.
 */
export interface Snapshot extends Queries {
  /** Whether all answers so far were of that one moment. */
  isHeld(): boolean;
  /** Never throws. */
  end(): Promise<void>;
}

/** A database that is only read. Opened when it is first asked, and anew after it was away. */
export interface SourceDatabase extends Queries {
  readonly dialect: SqlDialect;
  /** What the columns of a statement's answer are, on MySQL and MariaDB. */
  describe(statement: string, signal: AbortSignal): Promise<MysqlField[]>;
  /** null where none can be held without standing in the way of others. */
  snapshot(signal: AbortSignal): Promise<Snapshot | null>;
  close(): Promise<void>;
}

const LONGEST_GOODBYE = 2_000;

/** Opens nothing yet. */
export function createSourceDatabase(
  system: string,
  settings: SqlSettings,
  notices: SourceNotices = noNotices,
): SourceDatabase {
  const { options, dialect, place } = targetOf(settings);
  const breaker = createSourceBreaker(system, notices);
  /** Those that have not answered yet. */
  const waiting = new Set<Promise<DataSource>>();
  let opened: Promise<DataSource> | null = null;
  /** Errors of statements that got no answer in time. */
  const silent = new WeakSet<object>();
  /** Those that are held now. */
  let snapshots = 0;

  function open(): Promise<DataSource> {
    if (opened) return opened;
    const opening = new DataSource(options).initialize();
    opened = opening;
    opening.then(
      () => waiting.delete(opening),
      () => forget(opening),
    );
    waiting.add(opening);
    return opening;
  }

  /** The next one opens anew. What opens after all, too late, is closed. */
  function forget(opening: Promise<DataSource>): void {
    waiting.delete(opening);
    if (opened === opening) opened = null;
    opening.then((late) => late.destroy()).catch(() => undefined);
  }

  /** Does something on a connection of the pool, or on one that is kept for longer. */
  async function once<T>(work: Work<T>, signal: AbortSignal, kept?: QueryRunner): Promise<T> {
    const opening = open();
    const runner = kept ? Promise.resolve(kept) : opening.then((source) => source.createQueryRunner());
    const answer = runner.then(work);
    try {
      const result = await endingWith(answer, settings.timeout, signal);
      notices.tried('ok');
      return result;
    } catch (error) {
      // Nobody waits for the answer any more, and a connection that is busy with it is of no use to the next.
      if (error instanceof NoAnswer) runner.then(abandon).catch(() => undefined);
      // A database that hung while it was being opened would be waited for by all that come later.
      if (error instanceof NoAnswer && waiting.has(opening)) forget(opening);
      if (signal.aborted) throw signal.reason;
      const told = databaseError(error, system, place);
      if (error instanceof NoAnswer) silent.add(told);
      notices.tried(outcomeOf(told));
      throw told;
    } finally {
      if (!kept) runner.then((one) => one.release()).catch(() => undefined);
    }
  }

  async function run<T>(work: Work<T>, signal: AbortSignal, kept?: QueryRunner): Promise<T> {
    signal.throwIfAborted();
    const failureOf = (settled: PromiseSettledResult<T>) =>
      settled.status === 'rejected' && ranOut(signal)
        ? `${place} did not answer within the time that the caller has`
        : unansweredOf(settled);
    return breaker.run(() => once(work, signal, kept), failureOf, signal);
  }

  const query: Queries['query'] = (statement, parameters, signal) => run(asking(statement, parameters), signal);

  async function snapshot(signal: AbortSignal): Promise<Snapshot | null> {
    const { snapshot: limit, poolSize } = settings;
    // One connection at least is for everybody else.
    if (limit === 0 || (dialect.name === 'mysql' && snapshots >= poolSize - 1)) return null;
    snapshots += 1;
    const held = await holdOne(signal).catch((error: unknown) => {
      // One that refuses such a transaction can be read without; one that does not answer cannot be read at all.
      if (!(error instanceof HubError) || refusals.has(error.code)) return null;
      snapshots -= 1;
      throw error;
    });
    if (!held) {
      snapshots -= 1;
      return null;
    }
    return createSnapshot({
      limit,
      query,
      isSilence: (error) => error instanceof HubError && silent.has(error),
      ask: (statement, parameters, signal) => run(asking(statement, parameters), signal, held.runner),
      async close() {
        snapshots -= 1;
        await held.close();
      },
    });
  }

  async function holdOne(signal: AbortSignal): Promise<{ runner: QueryRunner; close(): Promise<void> } | null> {
    if (dialect.name === 'sqlite') {
      // Without a log of its own, a file that is being read cannot be written to.
      const [mode] = await query('PRAGMA journal_mode', [], signal);
      if (mode?.journal_mode !== 'wal') return null;
    }
    // All of SQLite's runners share one connection, and with it one transaction.
    const own = dialect.name === 'sqlite' ? await new DataSource(options).initialize() : null;
    const runner = (own ?? (await open())).createQueryRunner();
    const close = async () => {
      await goodbye(runner.query('ROLLBACK'));
      await runner.release().catch(() => undefined);
      await own?.destroy().catch(() => undefined);
    };
    try {
      await run(asking(dialect.beginSnapshot, []), signal, runner);
      return { runner, close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  return {
    dialect,
    query,
    snapshot,
    describe: (statement, signal) => run((runner) => fieldsOf(runner, statement), signal),

    async close() {
      const closing = opened?.then((source) => source.destroy()).catch(() => undefined);
      opened = null;
      // A database that hangs does not say goodbye either.
      await goodbye(closing);
    },
  };
}

const refusals = new Set<string>(['SOURCE_PROTOCOL', 'SOURCE_FORBIDDEN']);

type Work<T> = (runner: QueryRunner) => Promise<T>;

function asking(statement: string, parameters: readonly SqlValue[]): Work<DriverRow[]> {
  return (runner) => runner.query(statement, [...parameters]) as Promise<DriverRow[]>;
}

async function goodbye(closing: Promise<unknown> | undefined): Promise<void> {
  await Promise.race([closing?.catch(() => undefined), sleep(LONGEST_GOODBYE, undefined, { ref: false })]);
}

/** Only a database that does not answer is left alone; one that refuses a statement is there. */
function unansweredOf(settled: PromiseSettledResult<unknown>): string | null {
  const error: unknown = settled.status === 'rejected' ? settled.reason : null;
  return error instanceof HubError && error.code === 'SOURCE_UNREACHABLE' ? error.message : null;
}

/** The outcome of a statement that failed under the names of the HTTP sources'. */
function outcomeOf({ code }: HubError): string {
  if (code === 'SOURCE_UNREACHABLE') return 'retry';
  if (code === 'SOURCE_UNAUTHORIZED') return 'refresh-auth';
  if (code === 'SOURCE_FORBIDDEN') return 'forbidden';
  return code === 'SOURCE_NOT_FOUND' ? 'not-found' : 'fail';
}

/** The answer, unless the time is over or the caller gives up before it comes. */
async function endingWith<T>(answer: Promise<T>, timeout: number, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const late = setTimeout(() => over.abort(), timeout);
  try {
    return await Promise.race([
      answer,
      once(either, 'abort').then(() => Promise.reject(new NoAnswer(`no answer within ${timeout} ms`))),
    ]);
  } finally {
    clearTimeout(late);
    // Ends the listener of the one that lost.
    over.abort();
  }
}

class NoAnswer extends Error {
  readonly code = 'ETIMEDOUT';
}

/** TypeORM keeps the description of an answer to itself, so the driver's own connection is asked. */
async function fieldsOf(runner: QueryRunner, statement: string): Promise<MysqlField[]> {
  const connection = (await runner.connect()) as mysql.PoolConnection;
  const [, fields] = await connection.promise().query(statement);
  return fields.map(({ name, columnType, flags, columnLength, decimals, characterSet }) => ({
    name,
    columnType: columnType ?? -1,
    flags: Number(flags),
    columnLength: columnLength ?? 0,
    decimals: decimals ?? 0,
    characterSet: characterSet ?? 0,
  }));
}

async function abandon(runner: QueryRunner): Promise<void> {
  const connection: unknown = await runner.connect();
  if (connection instanceof Object && 'destroy' in connection && typeof connection.destroy === 'function')
    connection.destroy();
}

interface Target {
  options: DataSourceOptions;
  dialect: SqlDialect;
  /** For messages; without user and password. */
  place: string;
}

function targetOf(settings: SqlSettings): Target {
  return settings.url.startsWith('sqlite:') ? sqliteTarget(settings) : mysqlTarget(settings);
}

function sqliteTarget({ url }: SqlSettings): Target {
  const database = url.slice('sqlite:'.length);
  const options: DataSourceOptions = {
    type: 'better-sqlite3',
    database,
    readonly: true,
    fileMustExist: true,
    logging: false,
    // 64-bit keys would lose digits as JS numbers.
    prepareDatabase: (db: FunctionHost & { defaultSafeIntegers(on: boolean): void }) => {
      db.defaultSafeIntegers(true);
      addChecksumFunctions(db);
    },
  };
  return { options, dialect: sqliteDialect, place: `the file ${database}` };
}

function mysqlTarget(settings: SqlSettings): Target {
  const parsed = URL.canParse(settings.url) ? new URL(settings.url) : null;
  const database = parsed ? decodeURIComponent(parsed.pathname.slice(1)) : '';
  if (!parsed || database === '') {
    const message =
      'Expected url to be mysql://user:password@host:3306/database, got one without a readable host or database name. Give username and password apart where they hold special characters.';
    throw new HubError('SETTINGS_INVALID', message);
  }
  const port = parsed.port === '' ? 3306 : Number(parsed.port);
  const options: DataSourceOptions = {
    type: 'mysql',
    driver: readOnlyDriver(settings.timeout),
    host: parsed.hostname,
    port,
    username: settings.username ?? decodeURIComponent(parsed.username),
    password: settings.password ?? decodeURIComponent(parsed.password),
    database,
    poolSize: settings.poolSize,
    charset: 'utf8mb4',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    connectTimeout: settings.timeout,
    logging: false,
    extra: { jsonStrings: true },
    ...(parsed.searchParams.get('ssl') === 'true' ? { ssl: {} } : {}),
  };
  return { options, dialect: mysqlDialect, place: `${database} at ${parsed.hostname}:${port}` };
}

/** mysql2, with every new connection told to read only, in UTC, and to give up long statements. */
function readOnlyDriver(timeout: number): typeof mysql {
  const session = [
    "SET SESSION time_zone = '+00:00'",
    // Without the strict modes: a legacy table may hold zero dates, and comparing with them must not fail.
    "SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION'",
    'SET SESSION TRANSACTION READ ONLY',
    // Without it, a server of another default gives no snapshot.
    'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    // The first is MariaDB's, the second MySQL's; each refuses the other's, which does no harm.
    `SET SESSION max_statement_time = ${timeout / 1000}`,
    `SET SESSION max_execution_time = ${timeout}`,
  ];
  return {
    ...mysql,
    createPool(options: mysql.PoolOptions | string) {
      const pool = mysql.createPool(options as mysql.PoolOptions);
      pool.on('connection', (connection) => {
        for (const statement of session) connection.query(statement, () => undefined);
      });
      return pool;
    },
  };
}
