import { type ErrorCode, HubError } from '../../config/errors.ts';

/** Driver error code → what it means to a sync. Others are SOURCE_PROTOCOL. */
const meanings: Record<string, ErrorCode> = {
  ER_ACCESS_DENIED_ERROR: 'SOURCE_UNAUTHORIZED',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'SOURCE_UNAUTHORIZED',
  ER_NOT_SUPPORTED_AUTH_MODE: 'SOURCE_UNAUTHORIZED',
  ER_DBACCESS_DENIED_ERROR: 'SOURCE_FORBIDDEN',
  ER_TABLEACCESS_DENIED_ERROR: 'SOURCE_FORBIDDEN',
  ER_COLUMNACCESS_DENIED_ERROR: 'SOURCE_FORBIDDEN',
  ER_BAD_DB_ERROR: 'SOURCE_NOT_FOUND',
  ER_NO_SUCH_TABLE: 'SOURCE_NOT_FOUND',
  ER_BAD_FIELD_ERROR: 'SOURCE_NOT_FOUND',
  ECONNREFUSED: 'SOURCE_UNREACHABLE',
  ECONNRESET: 'SOURCE_UNREACHABLE',
  ETIMEDOUT: 'SOURCE_UNREACHABLE',
  ENOTFOUND: 'SOURCE_UNREACHABLE',
  EAI_AGAIN: 'SOURCE_UNREACHABLE',
  EHOSTUNREACH: 'SOURCE_UNREACHABLE',
  EPIPE: 'SOURCE_UNREACHABLE',
  PROTOCOL_CONNECTION_LOST: 'SOURCE_UNREACHABLE',
  ER_CON_COUNT_ERROR: 'SOURCE_UNREACHABLE',
  ER_SERVER_SHUTDOWN: 'SOURCE_UNREACHABLE',
  ER_QUERY_TIMEOUT: 'SOURCE_UNREACHABLE',
  ER_STATEMENT_TIMEOUT: 'SOURCE_UNREACHABLE',
  ER_QUERY_INTERRUPTED: 'SOURCE_UNREACHABLE',
  SQLITE_CANTOPEN: 'SOURCE_UNREACHABLE',
  SQLITE_BUSY: 'SOURCE_UNREACHABLE',
  SQLITE_NOTADB: 'SOURCE_PROTOCOL',
};

/** Errors of MariaDB's own that the driver has no name for. */
const unnamed: Readonly<Record<number, string>> = { 1969: 'ER_STATEMENT_TIMEOUT' };

const advice: Partial<Record<ErrorCode, string>> = {
  SOURCE_UNAUTHORIZED: 'Check username and password.',
  SOURCE_FORBIDDEN: 'Grant SELECT on what the stream reads.',
  SOURCE_NOT_FOUND: 'Check resource, key, cursor and columns; `customer360 discover` lists what there is.',
  SOURCE_UNREACHABLE:
    'Check that the server runs and url is right; for slow statements raise timeout or index the cursor.',
  SOURCE_PROTOCOL: 'Check query and where of the stream.',
};

/** A driver's error in the catalogue's terms. The driver's own carries the statement and its values; they stay behind. */
export function databaseError(error: unknown, system: string, place: string): HubError {
  if (error instanceof HubError) return error;
  const { code, message } = driverErrorOf(error);
  const known = meanings[code] ?? (/no such (table|column)/.test(message) ? 'SOURCE_NOT_FOUND' : 'SOURCE_PROTOCOL');
  const text = `Expected ${place} to answer, got ${message} (${code}). ${advice[known] ?? ''}`;
  return new HubError(known, text.trim(), { source: system });
}

function driverErrorOf(error: unknown): { code: string; message: string } {
  const outer = typeof error === 'object' && error !== null ? error : {};
  const inner =
    'driverError' in outer && typeof outer.driverError === 'object' && outer.driverError !== null
      ? outer.driverError
      : outer;
  const number = 'errno' in inner ? Number(inner.errno) : 0;
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : (unnamed[number] ?? 'no code');
  const message =
    'message' in inner && typeof inner.message === 'string' && inner.message !== '' ? inner.message : code;
  return { code, message };
}
