import { HubError } from '../config/errors.ts';

/** What the database drivers put on their errors, as far as it is read here. */
interface DriverError {
  code?: unknown;
  errno?: unknown;
  message?: unknown;
  driverError?: unknown;
}

/** An error of one statement, with the driver's code. */
interface StatementError extends Error {
  code: string;
}

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
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_CON_COUNT_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_SERVER_SHUTDOWN',
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
  const failed: Partial<StatementError> & Error = new Error(
    `The cache database refused a statement: ${message} (${code}). It began: ${statement.slice(0, 120)}`,
  );
  failed.code = code;
  return failed;
}

/** The error to raise when the database cannot be opened. `place` names it without its password. */
export function openError(error: unknown, place: string, advice: string): HubError {
  if (error instanceof HubError) return error;
  const { code, message } = driverErrorOf(error);
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
    code: typeof inner.code === 'string' ? inner.code : 'no code',
    message: typeof inner.message === 'string' && inner.message !== '' ? inner.message : String(inner.code ?? error),
  };
}
