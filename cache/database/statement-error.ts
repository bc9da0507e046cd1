import { HubError } from '../../config/errors.ts';
import { connectionLost } from './lost-connections.ts';

/** What the database drivers put on their errors, as far as it is read here. */
interface DriverError {
  code?: unknown;
  errno?: unknown;
  message?: unknown;
  driverError?: unknown;
  fatal?: unknown;
}

/** An error of one statement, with the driver's code. */
interface StatementError extends Error {
  code: string;
}

const RIGHTS =
  'Give the login its rights on the database: GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP ON `<database>`.* TO `<login>`.';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'PROTOCOL_CONNECTION_LOST',
  'POOL_CLOSED',
  'ER_ACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_CON_COUNT_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_NEW_ABORTING_CONNECTION',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_USER_LIMIT_REACHED',
  'SQLITE_CANTOPEN',
  'SQLITE_NOTADB',
  'SQLITE_PERM',
  'SQLITE_AUTH',
  'EACCES',
  'EROFS',
]);

/** The database is there and reads, but takes no changes: a replica or a server set to read only, a full disk. */
const NOT_WRITABLE = new Set([
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
  'SQLITE_FULL',
  'SQLITE_READONLY',
]);

/** The connection is gone, and with it what was not committed. */
const CONNECTION_LOST = new Set([
  'ECONNRESET',
  'EPIPE',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CONNECTION_KILLED',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_NEW_ABORTING_CONNECTION',
  'ER_SERVER_SHUTDOWN',
]);

/** The server answers, but how it is set up or what the login may do does not let the statement through. */
const UNUSABLE: Readonly<Record<string, string>> = {
  ER_TABLEACCESS_DENIED_ERROR: RIGHTS,
  ER_COLUMNACCESS_DENIED_ERROR: RIGHTS,
  ER_DBACCESS_DENIED_ERROR: RIGHTS,
  ER_SPECIFIC_ACCESS_DENIED_ERROR: RIGHTS,
  ER_BINLOG_STMT_MODE_AND_ROW_ENGINE: 'Set binlog_format to ROW or MIXED on the server.',
  ER_BINLOG_STMT_MODE_AND_NO_REPL_TABLES: 'Set binlog_format to ROW or MIXED on the server.',
  ER_QUERY_TIMEOUT:
    "Set max_statement_time (MariaDB) or max_execution_time (MySQL) to 0 for the hub's login: a page is one transaction, and its statements may take longer.",
  ER_UNKNOWN_STORAGE_ENGINE: 'Enable InnoDB on the server.',
  ER_DISABLED_STORAGE_ENGINE: 'Enable InnoDB on the server.',
  ER_TOO_LONG_KEY: 'Set innodb_default_row_format to DYNAMIC on the server.',
  ER_INDEX_COLUMN_TOO_LONG: 'Set innodb_default_row_format to DYNAMIC on the server.',
};

const CONFLICTS = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT']);

/** Whether the same work may succeed when it is done again. */
export function isConflict(error: unknown): boolean {
  const { code } = driverErrorOf(error);
  return CONFLICTS.has(code) || code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
}

/**
 * The error to raise for a failed statement. The driver's own carries the statement with all its values, personal
 * data among them, which must not reach a log; so only its code and message are kept.
 */
export function statementError(error: unknown, statement: string, place: string): Error {
  if (error instanceof HubError) return error;
  const { code, message } = driverErrorOf(error);
  const known = knownError(code, message, place);
  if (known) return isOneOf(CONNECTION_LOST, code) ? connectionLost(known) : known;
  const failed: Partial<StatementError> & Error = new Error(
    `The cache database refused a statement: ${message} (${code}). It began: ${statement.slice(0, 120)}`,
  );
  failed.code = code;
  return failed;
}

/** The error of the catalogue for what a driver says, or null. */
function knownError(code: string, message: string, place: string): HubError | null {
  const remedy = UNUSABLE[code];
  if (remedy !== undefined) {
    return new HubError(
      'CACHE_UNUSABLE',
      `Expected the cache database ${place} to let the hub work with it, got ${message} (${code}). ${remedy}`,
    );
  }
  if (code === 'ER_NET_PACKET_TOO_LARGE') {
    return new HubError(
      'CACHE_STATEMENT_TOO_LARGE',
      `Expected the cache database ${place} to take the statement, got ${message} (${code}). Raise max_allowed_packet on the server, and start the hub again.`,
    );
  }
  if (isOneOf(NOT_WRITABLE, code)) {
    return new HubError(
      'CACHE_NOT_WRITABLE',
      `Expected the cache database ${place} to take changes, got ${message} (${code}). Free space on its disk, or point database.url at the server that may be written to; the next pass goes on where this one stopped.`,
    );
  }
  if (isOneOf(UNREACHABLE, code)) {
    return new HubError(
      'CACHE_UNREACHABLE',
      `Expected the cache database ${place} to answer, got ${message} (${code}).`,
    );
  }
  return null;
}

/** The error to raise for a statement of `bytes` that a server with a `max_allowed_packet` of `most` would not take. */
export function tooLarge(statement: string, place: string, { bytes, most }: { bytes: number; most: number }): HubError {
  return new HubError(
    'CACHE_STATEMENT_TOO_LARGE',
    `Expected a statement of at most ${most} bytes, the max_allowed_packet of the cache database ${place}, got one of ${bytes} bytes. Raise max_allowed_packet on the server to at least ${bytes + 1_024}, and start the hub again. It began: ${statement.slice(0, 80)}`,
  );
}

/** The error to raise when work met locks of others each time it was tried. */
export function busyError(error: unknown): HubError {
  const { code, message } = driverErrorOf(error);
  return new HubError(
    'CACHE_BUSY',
    `Expected the cache database to let the work through, got ${message} (${code}). See which program holds the locks (SHOW ENGINE INNODB STATUS on MySQL and MariaDB); the next pass goes on where this one stopped.`,
  );
}

/** The error to raise when the database cannot be opened. `place` names it without its password. */
export function openError(error: unknown, place: string, advice: string): HubError {
  if (error instanceof HubError) return error;
  const { code, message } = driverErrorOf(error);
  const known = knownError(code, message, place);
  if (known && known.code !== 'CACHE_UNREACHABLE') return known;
  return new HubError(
    'CACHE_UNREACHABLE',
    `Expected to open the cache database ${place}, got ${message} (${code}). ${advice}`,
  );
}

function isOneOf(codes: ReadonlySet<string>, code: string): boolean {
  return codes.has(code) || [...codes].some((known) => code.startsWith(`${known}_`));
}

function driverErrorOf(error: unknown): { code: string; message: string } {
  const outer = (typeof error === 'object' && error !== null ? error : {}) as DriverError;
  const inner = (
    typeof outer.driverError === 'object' && outer.driverError !== null ? outer.driverError : outer
  ) as DriverError;
  return {
    code: codeOf(inner),
    message: typeof inner.message === 'string' && inner.message !== '' ? inner.message : String(inner.code ?? error),
  };
}

/** Errors of MariaDB that MySQL's driver has no name for. */
const MARIADB_CODES: Readonly<Record<number, string>> = { 1927: 'ER_CONNECTION_KILLED', 1969: 'ER_QUERY_TIMEOUT' };

/** MySQL's driver gives no code to an error about a connection that was closed before the statement was sent. */
function codeOf({ code, errno, fatal }: DriverError): string {
  if (typeof code === 'string') return code;
  const named = typeof errno === 'number' ? MARIADB_CODES[errno] : undefined;
  if (named !== undefined) return named;
  return fatal === true ? 'PROTOCOL_CONNECTION_LOST' : 'no code';
}
