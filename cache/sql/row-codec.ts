import type { FieldKind } from '../../schema/fields.ts';
import type { Entity } from '../../schema/records.ts';
import type { Row, SqlParameter } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { columnName, fieldsOf } from '../schema/tables.ts';
import type { FieldValue } from '../sync/page-record.ts';

/*
 * The one place where canonical values become SQL parameters and back.
 *
 *            canonical                       MySQL                         SQLite
 * decimal    "51006.16"                      DECIMAL(19,4) "51006.1600"    510061600 (whole ten-thousandths)
 * instant    "2026-03-01T09:30:00.000000Z"   "2026-03-01 09:30:00.000000"  as canonical
 * boolean    true                            1                             1
 * references ["…", "…"]                      JSON text                     JSON text
 */

/** What SQLite's 64-bit integers hold as ten-thousandths: ±922337203685477.5807. MySQL holds all of DECIMAL(19,4). */
const SQLITE_DECIMAL_LIMIT = 2n ** 63n - 1n;

/** A canonical row as read: the columns every row has, and its fields under their own names. */
export interface DecodedRow {
  id: string;
  originId: string;
  system: string;
  sourceKey: string;
  [field: string]: FieldValue;
}

const rowColumnNames = { id: 'id', originId: 'origin_id', system: 'system', sourceKey: 'source_key' } as const;

/** A column as it must be selected so that `decodeValue` gets every digit. `sql` is a column or an expression. */
export function selectValue(kind: FieldKind, sql: string, dialect: Dialect): string {
  return kind.type === 'decimal' && dialect === 'sqlite' ? `CAST(${sql} AS TEXT)` : sql;
}

/** Fields of a row that are read: all, all but the long texts, or those named. */
export type RowColumns = 'whole' | 'short' | ReadonlySet<string>;

/**
 * The select list of an entity's row: id, originId, system, sourceKey and the fields chosen, each under its canonical name.
 * `alias` is the table's alias in the FROM clause. A short row is without its long texts: sorted or joined with them,
 * rows go through temporary tables that MariaDB writes to disk.
 */
export function selectList(entity: Entity, alias: string, dialect: Dialect, columns: RowColumns = 'whole'): string {
  const own = Object.entries(rowColumnNames).map(([name, column]) => `\`${alias}\`.\`${column}\` AS \`${name}\``);
  const isChosen = (name: string, { type }: FieldKind) =>
    typeof columns === 'string' ? columns === 'whole' || type !== 'longText' : columns.has(name);
  const chosen = fieldsOf(entity).filter(([name, kind]) => isChosen(name, kind));
  const fields = chosen.map(
    ([name, kind]) => `${selectValue(kind, `\`${alias}\`.\`${columnName(name)}\``, dialect)} AS \`${name}\``,
  );
  return [...own, ...fields].join(', ');
}

/**
 * A row selected by `selectList`, made canonical as it is: a copy of every row read would be garbage at once. Fields
 * that were not selected are left out; what was selected beside them stays.
 */
export function decodeRow(entity: Entity, row: Row, dialect: Dialect): DecodedRow {
  const decoded = row as DecodedRow;
  for (const [name, kind] of writtenOtherwise(entity, dialect)) {
    const value = row[name];
    if (value !== null && value !== undefined) decoded[name] = decodeValue(kind, value, dialect);
  }
  return decoded;
}

/** The fields of an entity that the dialect's driver gives otherwise than they are written canonically. */
function writtenOtherwise(entity: Entity, dialect: Dialect): Fields {
  const known = otherwise[dialect].get(entity);
  if (known) return known;
  const same = new Set<FieldKind['type']>(['text', 'longText', 'date', 'enum', 'reference']);
  if (dialect === 'sqlite') same.add('instant');
  const fields = fieldsOf(entity).filter(([, kind]) => !same.has(kind.type));
  otherwise[dialect].set(entity, fields);
  return fields;
}

type Fields = ReturnType<typeof fieldsOf>;
const otherwise: Record<Dialect, Map<Entity, Fields>> = { mysql: new Map(), sqlite: new Map() };

/** A canonical value as the parameter that stores it or compares with its column. */
export function encodeValue(kind: FieldKind, value: FieldValue | undefined, dialect: Dialect): SqlParameter {
  if (value === null || value === undefined) return null;
  switch (kind.type) {
    case 'boolean':
      return value ? 1 : 0;
    case 'decimal':
      return dialect === 'sqlite' ? toTenThousandths(String(value)).toString() : String(value);
    case 'instant':
      return dialect === 'mysql' ? String(value).replace('T', ' ').replace('Z', '') : String(value);
    case 'integer':
      return Number(value);
    case 'references':
      return JSON.stringify(value);
    default:
      return String(value);
  }
}

/** A stored value in canonical form. */
export function decodeValue(kind: FieldKind, value: unknown, dialect: Dialect): FieldValue {
  if (value === null || value === undefined) return null;
  switch (kind.type) {
    case 'boolean':
      return Number(value) !== 0;
    case 'decimal':
      return dialect === 'sqlite' ? fromTenThousandths(BigInt(String(value))) : normaliseDecimal(String(value));
    case 'instant':
      return dialect === 'mysql' ? `${String(value).replace(' ', 'T')}Z` : String(value);
    case 'integer':
      return Number(value);
    case 'references':
      return JSON.parse(String(value)) as string[];
    default:
      return String(value);
  }
}

/**
 * The select expression for an exact SUM over a decimal column, or an expression of such; read the result with `decodeSum`. On SQLite it sums
 * units and ten-thousandths apart, so that no total overflows 64 bits.
 */
export function sumOf(column: string, dialect: Dialect): string {
  if (dialect === 'mysql') return `SUM(${column})`;
  return `(SUM((${column}) / 10000) || ':' || SUM((${column}) % 10000))`;
}

/** The value of `sumOf`, or of a plain SUM (on SQLite: cast to text), as a decimal string; "0" for no rows. */
export function decodeSum(value: unknown, dialect: Dialect): string {
  if (value === null || value === undefined) return '0';
  if (dialect === 'mysql') return normaliseDecimal(String(value));
  const [units = '0', rest] = String(value).split(':');
  return rest === undefined
    ? fromTenThousandths(BigInt(units))
    : fromTenThousandths(BigInt(units) * 10_000n + BigInt(rest));
}

/** COUNT(*) and other whole numbers, which MySQL hands over as text. */
export function decodeCount(value: unknown): number {
  return value === null || value === undefined ? 0 : Number(value);
}

/** A mapped value as it reads when it comes back from the cache, so that the two can be compared as they are. */
export function canonicalValue(kind: FieldKind, value: FieldValue | undefined): FieldValue {
  if (value === null || value === undefined) return null;
  return kind.type === 'decimal' ? normaliseDecimal(String(value)) : value;
}

/** A decimal without needless zeros: "51006.1600" → "51006.16", "10.0000" → "10", "-0" → "0". */
function normaliseDecimal(decimal: string): string {
  if (storedDecimal.test(decimal)) return withoutZeros(decimal);
  if (normalDecimal.test(decimal)) return decimal;
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(decimal) ?? unreadable(decimal);
  const digits = fraction === '' ? whole : `${whole}.${fraction}`;
  return digits === '0' ? '0' : `${sign}${digits}`;
}

/** As DECIMAL(19,4) is read, which is most of what is decoded. */
const storedDecimal = /^-?(?:0|[1-9]\d*)\.\d{4}$/;

function withoutZeros(decimal: string): string {
  let end = decimal.length;
  while (decimal.charCodeAt(end - 1) === ZERO) end--;
  if (decimal.charCodeAt(end - 1) === POINT) end--;
  const digits = decimal.slice(0, end);
  return digits === '-0' ? '0' : digits;
}

const [ZERO, POINT] = [48, 46];

/** What the mapping writes is so already. */
const normalDecimal = /^(?:0|-?(?:[1-9]\d*(?:\.\d*[1-9])?|0\.\d*[1-9]))$/;

export function exceedsSqliteDecimal(decimal: string): boolean {
  const amount = toTenThousandths(decimal);
  return amount > SQLITE_DECIMAL_LIMIT || amount < -SQLITE_DECIMAL_LIMIT;
}

function toTenThousandths(decimal: string): bigint {
  const [, sign, whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d{0,4})0*)?$/.exec(decimal) ?? unreadable(decimal);
  const amount = BigInt(whole) * 10_000n + BigInt(fraction.padEnd(4, '0'));
  return sign === '-' ? -amount : amount;
}

function fromTenThousandths(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(5, '0');
  return normaliseDecimal(`${amount < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`);
}

function unreadable(decimal: string): never {
  throw new TypeError(`Expected a decimal with at most four fraction digits such as 51006.16, got "${decimal}".`);
}
