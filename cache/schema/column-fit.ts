import { defends } from '../../config/defences.ts';
import type { FieldKind } from '../../schema/fields.ts';
import { RECORD_ID_PATTERN } from '../../schema/ids.ts';
import { DATE_PATTERN, INSTANT_PATTERN } from '../../schema/time.ts';
import type { Sql } from '../database/database.ts';
import { exceedsSqliteDecimal } from '../sql/row-codec.ts';
import { literalBytes, roomForValues } from '../sql/statement-size.ts';
import type { FieldValue, PageRecord, PageRow } from '../sync/page-record.ts';
import type { Dialect } from './columns.ts';
import { fieldsOf } from './tables.ts';

/** The longest raw record kept, in characters of JSON: well below the packet size of a MariaDB left at its defaults. */
export const LONGEST_RAW = 3_000_000;
export const LONGEST_KEY = 255;
export const LONGEST_VERSION = 32;

/**
 * Why the cache cannot keep this record as it is, or null. No database is left to cut, round or refuse a value:
 * what does not fit goes to quarantine.
 */
export function misfit(page: PageRecord, raw: string, cache: Pick<Sql, 'dialect' | 'mostBytes'>): string | null {
  const { key, version } = page.record;
  return (
    keyMisfit(key) ??
    (version !== null && version.length > LONGEST_VERSION
      ? `Expected a version of at most ${LONGEST_VERSION} characters, got ${version.length}. Check the cursor of the stream.`
      : null) ??
    (raw.length > LONGEST_RAW && defends('longest record')
      ? `Expected a record of at most ${LONGEST_RAW} characters of JSON, got ${raw.length}. Let the stream select fewer fields.`
      : null) ??
    rawMisfit(raw, cache) ??
    (page.outcome === 'mapped' ? rowsMisfit(page.rows, cache) : null)
  );
}

/** A record is written by a statement of its own at least: it must not be larger than the server takes. */
function rawMisfit(raw: string, cache: Pick<Sql, 'mostBytes'>): string | null {
  return packetMisfit(raw.length, () => literalBytes(raw), cache);
}

function packetMisfit(characters: number, exact: () => number, { mostBytes }: Pick<Sql, 'mostBytes'>): string | null {
  const room = roomForValues(mostBytes);
  // Three bytes a character at most: nearly all records need no counting.
  if (characters * 3 <= room || !defends('bounded statements')) return null;
  const bytes = exact();
  if (bytes <= room) return null;
  return `Expected a record that the cache database takes in one statement, at most ${room} bytes of its max_allowed_packet of ${mostBytes}, got ${bytes} bytes. Raise max_allowed_packet, or let the stream select fewer fields.`;
}

function rowsMisfit(rows: readonly PageRow[], cache: Pick<Sql, 'dialect' | 'mostBytes'>): string | null {
  for (const row of rows) {
    let characters = 0;
    const reason = keyMisfit(row.key);
    if (reason) return `${row.entity}: ${reason}`;
    for (const [name, kind] of fieldsOf(row.entity)) {
      const value = row.fields[name];
      const unfit = value === null || value === undefined ? null : valueMisfit(kind, value, cache.dialect);
      if (unfit) return `${row.entity}.${name}: ${unfit}`;
      characters += charactersOf(value);
    }
    const tooLarge = packetMisfit(characters, () => bytesOf(row), cache);
    if (tooLarge) return `${row.entity}: ${tooLarge}`;
  }
  return null;
}

/** About as many characters as are written for a value. */
function charactersOf(value: FieldValue | undefined): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? JSON.stringify(value).length : 8;
}

function bytesOf(row: PageRow): number {
  let bytes = literalBytes(row.key);
  for (const [name] of fieldsOf(row.entity)) {
    const value = row.fields[name];
    bytes += literalBytes(Array.isArray(value) ? JSON.stringify(value) : String(value ?? 'NULL'));
  }
  return bytes;
}

function keyMisfit(key: string): string | null {
  if (key === '') return 'Expected a key, got an empty one. Check the key of the stream.';
  if (exceeds(key, LONGEST_KEY)) return `Expected a key of at most ${LONGEST_KEY} characters, got ${codePoints(key)}.`;
  return isWellFormed(key) ? null : 'Expected a key of whole Unicode characters, got half a surrogate pair in it.';
}

function valueMisfit(kind: FieldKind, value: Exclude<FieldValue, null>, dialect: Dialect): string | null {
  switch (kind.type) {
    case 'text':
    case 'longText':
      if (typeof value !== 'string') return `expected text, got ${typeof value}`;
      if (kind.type === 'text' && exceeds(value, kind.length)) {
        return `expected at most ${kind.length} characters, got ${codePoints(value)}`;
      }
      return isWellFormed(value) ? null : 'expected whole Unicode characters, got half a surrogate pair';
    case 'integer':
      return Number.isSafeInteger(value) ? null : `expected a whole number of at most 15 digits, got ${value}`;
    case 'boolean':
      return typeof value === 'boolean' ? null : `expected true or false, got ${value}`;
    case 'decimal':
      return decimalMisfit(String(value), dialect);
    case 'date':
      return isDate(String(value)) ? null : `expected a date YYYY-MM-DD that exists, got ${value}`;
    case 'instant':
      return INSTANT_PATTERN.test(String(value)) && isDate(String(value).slice(0, 10))
        ? null
        : `expected an instant YYYY-MM-DDThh:mm:ss.ffffffZ that exists, got ${value}`;
    case 'enum':
      return kind.values.includes(String(value)) ? null : `expected one of ${kind.values.join(', ')}, got ${value}`;
    case 'reference':
      return RECORD_ID_PATTERN.test(String(value)) ? null : `expected a record id, got ${value}`;
    case 'references':
      return Array.isArray(value) && value.every((id) => RECORD_ID_PATTERN.test(id))
        ? null
        : 'expected a list of record ids';
  }
}

function decimalMisfit(value: string, dialect: Dialect): string | null {
  if (!/^-?\d{1,15}(\.\d{1,4})?$/.test(value)) {
    return `expected a decimal with at most 15 integer and 4 fraction digits, got ${value}`;
  }
  return dialect === 'sqlite' && exceedsSqliteDecimal(value)
    ? `expected a decimal within ±922337203685477.5807, the most a SQLite cache keeps exactly, got ${value}; a MySQL cache keeps it`
    : null;
}

function isDate(text: string): boolean {
  if (!DATE_PATTERN.test(text) || text.startsWith('0000')) return false;
  // Days up to 28 are in every month. The pattern lets 30 February through; a Date rolls it over into March.
  return text.slice(8) <= '28' || new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

/** Characters are code points; there are never more of them than UTF-16 units, which need no counting. */
function exceeds(text: string, length: number): boolean {
  return text.length > length && codePoints(text) > length;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
