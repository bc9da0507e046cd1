import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import { keyParts } from '../../schema/ids.ts';
import type { PullRequest } from '../connector.ts';
import { after, allOf, atOrAfter, type Condition, withKeys } from './keyset.ts';
import type { SqlStream } from './settings.ts';
import type { SourceDatabase } from './source-database.ts';
import { type Stamp, stampsOf } from './stamps.ts';
import { type DriverRow, parameterOf, type SqlValue } from './wire.ts';

/** Some databases take no more parameters or constants in one list. */
const MAX_IN_LIST = 1_000;

/** Rows of one phase of a pass: those that carry no stamp, or those that carry one, in an order of columns. */
interface Phase {
  where: Condition[];
  /** Names of the columns, quoted and not. */
  order: string[];
}

interface RowPage {
  rows: DriverRow[];
  next: string | null;
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
}

/** The statements of one stream. */
export interface StreamReader {
  readonly extent: StreamExtent;
  pages(request: PullRequest, limit: number, signal: AbortSignal): AsyncIterable<RowPage>;
  /** Only key, stamp and delete flag, in the order of the key. */
  keyPages(limit: number, signal: AbortSignal): AsyncIterable<DriverRow[]>;
  rowsByKeys(keys: readonly string[], signal: AbortSignal): Promise<DriverRow[]>;
  count(signal: AbortSignal): Promise<number>;
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
  const from =
    stream.query === undefined ? tableOf(stream.resource, quote, system, name) : `(${stream.query}) AS source_rows`;
  const own: Condition[] = stream.where === undefined ? [] : [{ sql: stream.where, parameters: [] }];

  function select(
    columns: readonly string[] | null,
    where: Condition[],
    order: readonly string[],
    limit: number,
    signal: AbortSignal,
  ) {
    const list = columns === null ? '*' : [...new Set(columns)].map(quote).join(', ');
    const { sql, parameters } = allOf([...own, ...where]);
    const statement = `SELECT ${list} FROM ${from} WHERE ${sql} ORDER BY ${order.map(quote).join(', ')} LIMIT ${limit}`;
    return database.query(statement, parameters, signal);
  }

  const columns = stream.columns === undefined ? null : [...keys, ...stampColumns, ...flags, ...stream.columns];

  return {
    extent: { from, own, keys, columns },

    async *pages({ since, resume }, limit, signal) {
      const phases = phasesOf(stamps, keys, since, quote);
      let { phase: at, values } = resume === null ? { phase: 0, values: null } : positionOf(resume, system, name);
      for (; at < phases.length; at++, values = null) {
        const phase = phases[at];
        if (!phase) return;
        for (;;) {
          const beyond = values === null ? [] : [after(phase.order.map(quote), values)];
          // One more than asked for tells whether the phase goes on.
          const found = await select(columns, [...phase.where, ...beyond], phase.order, limit + 1, signal);
          const rows = found.slice(0, limit);
          const last = rows.at(-1);
          const full = found.length > limit;
          values = full && last ? phase.order.map((column) => parameterOf(last[column])) : null;
          const isEnd = !full && at === phases.length - 1;
          const position = full ? { phase: at, values } : { phase: at + 1, values: null };
          if (rows.length > 0 || isEnd) yield { rows, next: isEnd ? null : JSON.stringify(position) };
          if (!full) break;
        }
      }
    },

    async *keyPages(limit, signal) {
      const wanted = [...keys, ...stampColumns, ...flags];
      let position: Condition[] = [];
      for (;;) {
        const rows = await select(wanted, position, keys, limit, signal);
        yield rows;
        const last = rows.at(-1);
        if (rows.length < limit || !last) return;
        position = [
          after(
            keys.map(quote),
            keys.map((column) => parameterOf(last[column])),
          ),
        ];
      }
    },

    async rowsByKeys(wanted, signal) {
      const parts = wanted
        .map((key) => (keys.length === 1 ? [key] : keyParts(key)))
        .filter((key) => key.length === keys.length);
      const size = Math.floor(MAX_IN_LIST / keys.length);
      const rows: DriverRow[] = [];
      for (let i = 0; i < parts.length; i += size) {
        const chunk = parts.slice(i, i + size);
        rows.push(...(await select(columns, [withKeys(keys.map(quote), chunk)], keys, chunk.length + size, signal)));
      }
      return rows;
    },

    async count(signal) {
      const { sql, parameters } = allOf(own);
      const [row] = await database.query(`SELECT COUNT(*) AS total FROM ${from} WHERE ${sql}`, parameters, signal);
      return Number(row?.total ?? 0);
    },
  };
}

/**
 * A pass in phases. First the rows without a stamp, which tell no change and are read every time; then those with
 * one, in the order of (stamp, key). Of several stamps the later ones come first: a row moves on from `created` to
 * `changed` while the pass runs, never back, so it is met again rather than missed.
 */
function phasesOf(stamps: Stamp[], keys: string[], since: string | null, quote: (name: string) => string): Phase[] {
  if (stamps.length === 0) return [{ where: [], order: keys }];
  const empty = stamps.map((stamp) => isEmpty(stamp, quote));
  const stamped = stamps.map((stamp, i) => ({
    where: [...empty.slice(0, i), isFrom(stamp, since, quote)],
    order: [...stamp.columns, ...keys],
  }));
  const unstamped = since === null || defends('null sweep') ? [{ where: empty, order: keys }] : [];
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

function positionOf(resume: string, system: string, name: string): { phase: number; values: SqlValue[] | null } {
  try {
    const { phase, values } = JSON.parse(resume) as { phase: unknown; values: unknown };
    if (typeof phase === 'number' && (values === null || Array.isArray(values))) return { phase, values };
  } catch {
    // Told below, as for any text that is no position.
  }
  throw new HubError('SOURCE_CURSOR_EXPIRED', `Expected a position in ${name} of this version, got another.`, {
    source: system,
    stream: name,
  });
}
