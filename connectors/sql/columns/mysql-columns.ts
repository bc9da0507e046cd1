import { defends } from '../../../config/defences.ts';
import { exactNumberOf, plainText, type SqlValue } from '../wire.ts';
import type { ColumnForm, ColumnKind, SourceColumn } from './column-form.ts';

/** What a MySQL or MariaDB server says of a column of its answer. */
export interface MysqlField {
  name: string;
  columnType: number;
  flags: number;
  /** In bytes; for texts in utf8mb4. */
  columnLength: number;
  decimals: number;
  /** The number of its character set; 63: none, it is bytes. */
  characterSet: number;
}

const flag = { notNull: 1, unsigned: 32, zerofill: 64, enum: 256, set: 2048 };
const BYTES = 63;
const MOST_BYTES_OF_A_CHARACTER = 4;

/** The number that a type has in the protocol. */
const kinds: Readonly<Record<number, ColumnKind>> = {
  // DECIMAL, NEWDECIMAL
  0: 'decimal',
  246: 'decimal',
  // TINYINT, SMALLINT, INT, BIGINT, MEDIUMINT
  1: 'whole',
  2: 'whole',
  3: 'whole',
  8: 'whole',
  9: 'whole',
  4: 'float',
  5: 'double',
  // What is NULL in every row.
  6: 'nothing',
  // TIMESTAMP, DATETIME
  7: 'datetime',
  12: 'datetime',
  // DATE, NEWDATE
  10: 'date',
  14: 'date',
  11: 'time',
  13: 'year',
  16: 'bit',
  // VECTOR
  242: 'bytes',
  245: 'json',
  // ENUM, SET
  247: 'listed text',
  248: 'listed text',
  255: 'geometry',
  // VARCHAR; TINYBLOB, MEDIUMBLOB, LONGBLOB and BLOB, which are TEXT too; VARCHAR and CHAR of an answer.
  15: 'text',
  249: 'text',
  250: 'text',
  251: 'text',
  252: 'text',
  253: 'text',
  254: 'text',
};

/** null for a type that is not known here: how its values would have to be read is not known either. */
export function mysqlColumn(field: MysqlField): SourceColumn | null {
  const kind = kindOf(kinds[field.columnType], field);
  if (kind === null) return null;
  return {
    name: field.name,
    kind,
    nullable: (field.flags & flag.notNull) === 0,
    charset: null,
    length: field.columnLength / MOST_BYTES_OF_A_CHARACTER,
    precision: kind === 'datetime' && field.decimals <= 6 ? field.decimals : 0,
  };
}

function kindOf(kind: ColumnKind | undefined, { flags, characterSet }: MysqlField): ColumnKind | null {
  if (kind === undefined) return null;
  if (kind === 'text') {
    if ((flags & (flag.enum | flag.set)) !== 0) return 'listed text';
    return characterSet === BYTES ? 'bytes' : 'text';
  }
  if ((flags & flag.zerofill) === 0 || (kind !== 'whole' && kind !== 'decimal')) return kind;
  return kind === 'whole' ? 'filled whole' : 'filled decimal';
}

/**
 * An SQL expression of what the hub takes a value for, the same for the records that are read and for the checksums
 * of their text. The column itself where the driver gives the very text that the server has.
 */
export function mysqlShown(kind: ColumnKind, column: string): string {
  if (!defends('held values')) return column;
  switch (kind) {
    case 'filled whole':
    case 'bit':
      return `CAST(${column} AS UNSIGNED)`;
    case 'filled decimal':
      return `(${column} + 0)`;
    case 'float':
      return floatText(column);
    case 'double':
      return `CAST(${column} + 0E0 AS CHAR)`;
    case 'year':
      // A number of the driver's would be 0 for the year 0000.
      return `CAST(${column} AS CHAR)`;
    case 'geometry':
      return `CONCAT(IF(ST_SRID(${column}) = 0, '', CONCAT('SRID=', ST_SRID(${column}), ';')), ST_AsText(${column}))`;
    default:
      return column;
  }
}

/** Digits that tell each single-precision number from all others. */
const FLOAT_DIGITS = [6, 7, 8, 9];

/**
 * The server writes a FLOAT with six digits, whatever it holds. This is the shortest number that the column would
 * hold as the very same value and that lies within half a cent of it; else all digits of that value as a DOUBLE.
 */
function floatText(column: string): string {
  const held = `(${column} + 0E0)`;
  // Half of the way to the next number that the column could hold; LOG2 may be off by the last bit.
  const half = `POW(2, CEIL(LOG2(ABS(${held})) - 1E-9) - 25)`;
  const shorter = FLOAT_DIGITS.map((digits) => {
    const rounded = `ROUND(${held}, ${digits - 1} - FLOOR(LOG10(ABS(${held}))))`;
    return `WHEN ABS(${rounded} - ${held}) < LEAST(0.005, ${half}) THEN CAST(${rounded} AS CHAR)`;
  });
  return `CASE WHEN ${column} = 0 THEN '0' ${shorter.join(' ')} ELSE CAST(${held} AS CHAR) END`;
}

export function mysqlForm(kind: ColumnKind, column: string): ColumnForm {
  const shown = mysqlShown(kind, column);
  if (!defends('typed keys')) return { shown, place: null, placeOf: String, valuesOf: (text) => [text] };
  const valuesOf = (text: string) => listOf(sqlValueOf(kind, text));
  if (kind === 'listed text') {
    // ENUM and SET sort by the numbers of their members and are compared by their text, unless with a number.
    return { shown, place: `CAST(${column} AS UNSIGNED)`, placeOf: (value) => wholeOf(String(value)), valuesOf };
  }
  return { shown, place: null, placeOf: (value) => placeOf(kind, value), valuesOf };
}

function placeOf(kind: ColumnKind, value: unknown): SqlValue {
  const text = plainText(value);
  // A text that the server has written itself is a value of its type.
  return text === null ? null : (sqlValueOf(kind, text) ?? text);
}

const hex = /^(?:[0-9a-f]{2})*$/;
const digits = /^-?\d{1,20}$/;
const written: Partial<Record<ColumnKind, RegExp>> = {
  date: /^\d{4}-\d\d-\d\d$/,
  datetime: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?$/,
  time: /^-?\d{2,3}:\d\d:\d\d(\.\d{1,6})?$/,
  year: /^\d{4}$/,
};

/** The value that is shown as this text; null where none is. */
function sqlValueOf(kind: ColumnKind, text: string): SqlValue {
  switch (kind) {
    case 'whole':
    case 'filled whole':
    case 'bit':
      return digits.test(text) ? wholeOf(text) : null;
    case 'decimal':
    case 'filled decimal':
      return exactNumberOf(text);
    case 'float':
      return finite(Math.fround(Number(text)));
    case 'double':
      return finite(Number(text));
    case 'bytes':
      return hex.test(text) ? Buffer.from(text, 'hex') : null;
    case 'date':
    case 'datetime':
    case 'time':
    case 'year':
      return written[kind]?.test(text) ? text : null;
    default:
      return text;
  }
}

function wholeOf(text: string): SqlValue {
  return digits.test(text) ? BigInt(text) : null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function listOf(value: SqlValue): SqlValue[] {
  return value === null ? [] : [value];
}
