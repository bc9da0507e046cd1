import { defends } from '../../config/defences.ts';
import type { Row, Sql, SqlParameter, SqlRows } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { atMostBytes, roomForValues } from './statement-size.ts';

/*
 * Statements over many rows, and what the dialects say differently.
 *
 * MySQL takes 65,535 placeholders a statement, and as many bytes as its `max_allowed_packet` says (`Sql.mostBytes`):
 * few statements are few round trips. SQLite has none to save: there, statements stay short and of one length, and are
 * prepared once.
 */
const MOST_PLACEHOLDERS: Record<Dialect, number> = { mysql: 30_000, sqlite: 5_000 };
const MOST_BYTES = 6_000_000;
/** Fewer different statements: the lists of keys are asked for in pieces of this size. */
const MOST_KEYS = 1_000;
/** A statement may name its list of keys this often. */
const LISTS_A_STATEMENT = 4;

export interface Upsert {
  table: string;
  columns: readonly string[];
  /** The columns of the primary key. */
  key: readonly string[];
  /** Columns left as they are when the row exists already. */
  keep?: readonly string[];
  rows: SqlRows;
}

/** Inserts rows, or overwrites those with the same key. Rows come sorted by key, so that two writers cannot deadlock. */
export async function upsert(sql: Sql, { table, columns, key, keep = [], rows }: Upsert): Promise<void> {
  const overwritten = columns.filter((column) => !key.includes(column) && !keep.includes(column));
  const head = `INSERT INTO \`${table}\` (${columns.map(quote).join(', ')}) VALUES `;
  const tail = onConflict(sql.dialect, key, overwritten);
  const row = `(${placeholders(columns.length)})`;
  const most = Math.floor(MOST_PLACEHOLDERS[sql.dialect] / columns.length);
  const room = defends('bounded statements') ? Math.min(roomForValues(sql.mostBytes), MOST_BYTES) : MOST_BYTES;
  for (const part of statementsWorth(rows, most, room)) {
    // To fill in tens of thousands of placeholders one by one costs MySQL's driver twice what the values themselves do.
    if (sql.dialect === 'mysql') await sql.execute(`${head}?${tail}`, [part]);
    else await sql.execute(head + part.map(() => row).join(', ') + tail, part.flat());
  }
}

/** Runs a query for a list of keys of any length; `statement` is given the placeholders. Rows come in no order. */
export async function queryByKeys<R extends Row = Row>(
  sql: Sql,
  keys: readonly string[],
  statement: (list: string) => string,
  before: readonly SqlParameter[] = [],
): Promise<R[]> {
  const rows: R[] = [];
  for (const part of piecesOf(keys, sql)) {
    rows.push(...(await sql.query<R>(statement(placeholders(part.length)), [...before, ...part])));
  }
  return rows;
}

/** Runs a statement that changes rows for a list of keys of any length; resolves to how many it changed. */
export async function executeByKeys(
  sql: Sql,
  keys: readonly string[],
  statement: (list: string) => string,
  before: readonly SqlParameter[] = [],
): Promise<number> {
  let changed = 0;
  for (const part of piecesOf(keys, sql)) {
    changed += await sql.execute(statement(placeholders(part.length)), [...before, ...part]);
  }
  return changed;
}

/** The database's clock as a stored instant. */
export function databaseNow(dialect: Dialect): string {
  return dialect === 'mysql' ? 'UTC_TIMESTAMP(6)' : "(strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')";
}

/** The database's clock and a placeholder's milliseconds, as a stored instant. */
export function databaseNowPlus(dialect: Dialect): string {
  return dialect === 'mysql'
    ? '(UTC_TIMESTAMP(6) + INTERVAL (? * 1000) MICROSECOND)'
    : "(strftime('%Y-%m-%dT%H:%M:%f', 'now', '+' || (? / 1000.0) || ' seconds') || '000Z')";
}

/** Makes a SELECT keep its rows locked; SQLite's write transactions are alone as it is. */
export function forUpdate(dialect: Dialect): string {
  return dialect === 'mysql' ? ' FOR UPDATE' : '';
}

function onConflict(dialect: Dialect, key: readonly string[], overwritten: readonly string[]): string {
  if (dialect === 'mysql') {
    const columns = overwritten.length > 0 ? overwritten : key;
    return ` ON DUPLICATE KEY UPDATE ${columns.map((c) => `${quote(c)} = VALUES(${quote(c)})`).join(', ')}`;
  }
  const target = ` ON CONFLICT (${key.map(quote).join(', ')}) DO `;
  if (overwritten.length === 0) return `${target}NOTHING`;
  return `${target}UPDATE SET ${overwritten.map((c) => `${quote(c)} = excluded.${quote(c)}`).join(', ')}`;
}

/** Of a row that takes more than `room` by itself, `misfit` (column-fit.ts) has seen that it fits all the same. */
function* statementsWorth(rows: SqlRows, most: number, room: number): Generator<SqlRows> {
  let part: (readonly SqlParameter[])[] = [];
  let bytes = 0;
  for (const row of rows) {
    const sent = atMostBytes([row]);
    if (part.length === most || (part.length > 0 && bytes + sent > room)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(row);
    bytes += sent;
  }
  if (part.length > 0) yield part;
}

/** Lists of keys that one statement can name. */
export function* piecesOf(keys: readonly string[], { mostBytes }: Pick<Sql, 'mostBytes'>): Generator<string[]> {
  const room = roomForValues(mostBytes) / LISTS_A_STATEMENT;
  let part: string[] = [];
  let bytes = 0;
  for (const key of keys) {
    const sent = atMostBytes(key);
    if (part.length === MOST_KEYS || (part.length > 0 && bytes + sent > room)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(key);
    bytes += sent;
  }
  if (part.length > 0) yield part;
}

function placeholders(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}

function quote(column: string): string {
  return `\`${column}\``;
}
