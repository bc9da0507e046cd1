import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import { keyParts } from '../../schema/ids.ts';
import { createStreamColumns, type StreamColumns } from './columns/stream-columns.ts';
import { after, allOf, atOrAfter, type Condition, withKeys } from './keyset.ts';
import { placeText } from './place.ts';
import type { SqlStream } from './settings.ts';
import type { Queries, SourceDatabase } from './source-database.ts';
import { type Stamp, stampsOf } from './stamps.ts';
import type { DriverRow, SqlValue } from './wire.ts';

/** Some databases take no more parameters or constants in one list. */
const MAX_IN_LIST = 1_000;

/** Rows of one phase of a pass: those that carry no stamp, or those that carry one, in an order of columns. */
interface Phase {
  where: Condition[];
  order: string[];
  /** What tells the changes of these rows; null for none. */
  stamp: Stamp | null;
}

interface Walk extends Omit<Phase, 'stamp'> {
  columns: readonly string[] | null;
  start: SqlValue[] | null;
  limit: number;
}

/** Where a read goes on: in which of its phases, after which row of it. */
export interface Place {
  phase: number;
  values: SqlValue[] | null;
}

interface RowPage {
  rows: DriverRow[];
  next: Place | null;
}

/** Rows of a read as the database counts them. */
interface RowCount {
  total: number;
  /** Of these, changed at or after the version that was asked for. */
  newer: number;
}

/** What the statements of a stream are made of. */
export interface StreamExtent {
  /** The table or view, quoted. */
  from: string;
  /** Which of its rows belong to the stream. */
  own: readonly Condition[];
  keys: readonly string[];
  /** Those that are read, in this order; null for all. */
  columns: readonly string[] | null;
  /** What the database says of them now. */
  describe(signal: AbortSignal): Promise<StreamColumns>;
}

/** The statements of one stream. */
export interface StreamReader {
  readonly extent: StreamExtent;
  /** Rows with a version at or after `since` and those without one; `from` is null for the beginning. */
  pages(read: Window & { from: Place | null; limit: number }, signal: AbortSignal): AsyncIterable<RowPage>;
  /** Only key, stamp and delete flag, in the order of the key. */
  keyPages(asked: Queries, limit: number, signal: AbortSignal): AsyncIterable<DriverRow[]>;
  rowsByKeys(keys: readonly string[], signal: AbortSignal): Promise<DriverRow[]>;
  /** All rows of the stream. */
  count(asked: Queries, signal: AbortSignal): Promise<number>;
  /** The rows that `pages` reads. */
  countWindow(read: Window & { newerThan: string | null }, signal: AbortSignal): Promise<RowCount>;
  /** The greatest change stamp that is an integer, as text; null for none. */
  highestStamp(asked: Queries, signal: AbortSignal): Promise<string | null>;
}

interface Window {
  asked: Queries;
  since: string | null;
}

export function createStreamReader(
  database: SourceDatabase,
  system: string,
  name: string,
  stream: SqlStream,
): StreamReader {
  const { quote } = database.dialect;
  const keys = [stream.key].flat();
  const stamps = readStamps(stream, system, name);
  const stampColumns = stamps.flatMap(({ columns }) => columns);
  const flags = typeof stream.deletes === 'object' ? [stream.deletes.flag] : [];
  const table = stream.query === undefined ? tableOf(stream.resource, quote, system, name) : 'source_rows';
  const from = stream.query === undefined ? table : `(${stream.query}) AS source_rows`;
  const own: Condition[] = stream.where === undefined ? [] : [{ sql: stream.where, parameters: [] }];

  const columns =
    stream.columns === undefined ? null : [...new Set([...keys, ...stampColumns, ...flags, ...stream.columns])];
  const described = createStreamColumns(database, { from, table, columns, system, name });

  /**
   * Rows in an order of columns, a page at a time, with the place of the last one (null: there are no more). Each page
   * begins at that place and not after it: a collation may take "a" and "A" for the same place, and neither is lost.
   */
  async function* walk(
    { columns, where, order, start, limit }: Walk,
    { asked, known }: { asked: Queries; known: StreamColumns },
    signal: AbortSignal,
  ): AsyncGenerator<{ rows: DriverRow[]; at: SqlValue[] | null }> {
    const places = order.map((column) => known.placeOf(column));
    const hidden = places.map(({ selected }) => selected).filter((name) => !order.includes(name));
    const list = [known.list(columns), ...places.flatMap(({ sql }) => sql ?? [])].join(', ');
    const sorted = order.map((column) => known.sortedBy(column)).join(', ');
    const placeIn = (row: DriverRow) => places.map(({ selected, placeOf }) => placeOf(row[selected]));
    const nameOf = (row: DriverRow) => placeIn(row).map(placeText).join('\u0000');
    let at = start;
    let seen = new Set(at === null ? [] : [at.map(placeText).join('\u0000')]);
    let again = seen.size;
    for (;;) {
      const onFrom = defends('equal keys') ? atOrAfter : after;
      const beyond = at === null ? [] : [onFrom(order.map(quote), at)];
      // One more than asked for tells whether it goes on.
      const wanted = limit + 1 + again;
      const { sql, parameters } = allOf([...own, ...where, ...beyond]);
      const statement = `SELECT ${list} FROM ${from} WHERE ${sql} ORDER BY ${sorted} LIMIT ${wanted}`;
      const found = await asked.query(statement, parameters, signal);
      const fresh = found.filter((row) => !seen.has(nameOf(row)));
      const isMore = fresh.length > limit || found.length === wanted;
      if (fresh.length === 0 && isMore) {
        again = wanted;
        continue;
      }
      const rows = fresh.slice(0, limit);
      const last = rows.at(-1);
      const known = found.filter((row) => seen.has(nameOf(row)));
      at = isMore && last ? placeIn(last) : null;
      seen = new Set([...known, ...rows].map(nameOf));
      again = Math.max(1, known.length);
      for (const row of rows) for (const name of hidden) delete row[name];
      yield { rows, at };
      if (at === null) return;
    }
  }

  async function rowsOf(wanted: readonly string[], known: StreamColumns, signal: AbortSignal): Promise<DriverRow[]> {
    const parts = wanted
      .map((key) => (keys.length === 1 ? [key] : keyParts(key)))
      .filter((key) => key.length === keys.length)
      .map((key) => key.map((part, i) => known.formOf(keys[i] ?? '').valuesOf(part)))
      // A text that is no value of its column is the key of no row.
      .filter((key) => key.every((values) => values.length > 0));
    const rows: DriverRow[] = [];
    for (const some of inLists(parts)) {
      const where = [withKeys(keys.map(quote), some)];
      // Several rows may have a key that their collation takes for the one that is asked for.
      const pages = walk(
        { columns, where, order: keys, start: null, limit: MAX_IN_LIST },
        { asked: database, known },
        signal,
      );
      for await (const page of pages) rows.push(...page.rows);
    }
    return rows;
  }

  return {
    extent: { from, own, keys, columns, describe: described.now },

    async *pages({ asked, since, from: place, limit }, signal) {
      const known = await described.now(signal);
      const phases = phasesOf(stamps, keys, since, quote);
      let { phase: at, values } = place ?? { phase: 0, values: null };
      for (; at < phases.length; at++, values = null) {
        const phase = phases[at];
        if (!phase) return;
        for await (const { rows, at: reached } of walk(
          { columns, ...phase, start: values, limit },
          { asked, known },
          signal,
        )) {
          const isEnd = reached === null && at === phases.length - 1;
          const reachedAt = reached === null ? { phase: at + 1, values: null } : { phase: at, values: reached };
          if (rows.length > 0 || isEnd) yield { rows, next: isEnd ? null : reachedAt };
        }
      }
    },

    async *keyPages(asked, limit, signal) {
      const wanted = [...keys, ...stampColumns, ...flags];
      const known = await described.now(signal);
      const pages = walk({ columns: wanted, where: [], order: keys, start: null, limit }, { asked, known }, signal);
      for await (const { rows } of pages) yield rows;
    },

    async rowsByKeys(wanted, signal) {
      return described.lately((known) => rowsOf(wanted, known, signal), signal);
    },

    async count(asked, signal) {
      const { sql, parameters } = allOf(own);
      const [row] = await asked.query(`SELECT COUNT(*) AS total FROM ${from} WHERE ${sql}`, parameters, signal);
      return Number(row?.total ?? 0);
    },

    async countWindow({ asked, since, newerThan }, signal) {
      const count = { total: 0, newer: 0 };
      for (const { where, stamp } of phasesOf(stamps, keys, since, quote)) {
        const newer =
          stamp && newerThan !== null
            ? atOrAfter(stamp.columns.map(quote), stamp.valuesOf(newerThan))
            : { sql: '1 = 0', parameters: [] };
        const rows = allOf([...own, ...where]);
        const [row] = await asked.query(
          `SELECT COUNT(*) AS total, SUM(CASE WHEN ${newer.sql} THEN 1 ELSE 0 END) AS newer FROM ${from} WHERE ${rows.sql}`,
          [...newer.parameters, ...rows.parameters],
          signal,
        );
        count.total += Number(row?.total ?? 0);
        count.newer += Number(row?.newer ?? 0);
      }
      return count;
    },

    async highestStamp(asked, signal) {
      const { sql, parameters } = allOf(own);
      const list = stampColumns.map((column, i) => `CAST(MAX(${quote(column)}) AS CHAR) AS highest${i}`);
      const [row = {}] = await asked.query(`SELECT ${list.join(', ')} FROM ${from} WHERE ${sql}`, parameters, signal);
      const numbers = Object.values(row).flatMap((text) => /^\d+/.exec(String(text ?? ''))?.[0] ?? []);
      return numbers.reduce<string | null>((a, b) => (a === null || BigInt(b) > BigInt(a) ? b : a), null);
    },
  };
}

/**
 * A pass in phases. First the rows without a stamp, which tell no change and are read every time; then those with
 * one, in the order of (stamp, key). Of several stamps the later ones come first: a row moves on from `created` to
 * `changed` while the pass runs, never back, so it is met again rather than missed.
 */
function phasesOf(stamps: Stamp[], keys: string[], since: string | null, quote: (name: string) => string): Phase[] {
  if (stamps.length === 0) return [{ where: [], order: keys, stamp: null }];
  const empty = stamps.map((stamp) => isEmpty(stamp, quote));
  const stamped = stamps.map((stamp, i) => ({
    where: [...empty.slice(0, i), isFrom(stamp, since, quote)],
    order: [...stamp.columns, ...keys],
    stamp,
  }));
  const unstamped = since === null || defends('null sweep') ? [{ where: empty, order: keys, stamp: null }] : [];
  return [...unstamped, ...stamped.reverse()];
}

function isEmpty({ columns, floor }: Stamp, quote: (name: string) => string): Condition {
  const column = quote(columns[0] ?? '');
  if (floor === null) return { sql: `${column} IS NULL`, parameters: [] };
  return { sql: `${column} IS NULL OR ${column} < ?`, parameters: floor };
}

function isFrom({ columns, floor, valuesOf }: Stamp, since: string | null, quote: (name: string) => string): Condition {
  if (since !== null) return atOrAfter(columns.map(quote), valuesOf(since));
  const column = quote(columns[0] ?? '');
  return floor === null
    ? { sql: `${column} IS NOT NULL`, parameters: [] }
    : { sql: `${column} >= ?`, parameters: floor };
}

function readStamps(stream: SqlStream, system: string, name: string): Stamp[] {
  if (!stream.cursor) return [];
  try {
    return stampsOf(stream.cursor);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HubError('SETTINGS_INVALID', `sources.${system}.streams.${name}.cursor: ${reason}.`, {
      source: system,
      stream: name,
    });
  }
}

/** `KUNDE` or `altsys.KUNDE`: the name of a table or view and nothing else. */
function tableOf(resource: string, quote: (name: string) => string, system: string, name: string): string {
  const parts = resource.split('.');
  if (parts.length <= 2 && parts.every((part) => /^[\p{L}\p{N}_$][\p{L}\p{N}_$ -]{0,63}$/u.test(part))) {
    return parts.map(quote).join('.');
  }
  const message = `sources.${system}.streams.${name}.resource: expected the name of a table or view, got "${resource}". A statement goes into query.`;
  throw new HubError('SETTINGS_INVALID', message, { source: system, stream: name });
}

/** Keys in parts that no database finds too long. */
function* inLists(keys: readonly SqlValue[][][]): Generator<SqlValue[][][]> {
  let list: SqlValue[][][] = [];
  let size = 0;
  for (const key of keys) {
    const values = key.reduce((sum, part) => sum + part.length, 0);
    if (size > 0 && size + values > MAX_IN_LIST) {
      yield list;
      list = [];
      size = 0;
    }
    list.push(key);
    size += values;
  }
  if (list.length > 0) yield list;
}
