import type { Condition } from './keyset.ts';
import type { SqlDialect } from './sql-dialect.ts';
import type { DriverRow } from './wire.ts';

/** A column with its type, as the database tells it. */
export interface SourceColumn {
  name: string;
  /** `varchar`, `decimal`, …; in lower case. */
  type: string;
  /** With everything that belongs to it: `int(5) unsigned zerofill`. */
  fullType: string;
  nullable: boolean;
  charset: string | null;
  /** Characters, or bits. */
  length: number;
  /** Digits of the seconds' fraction. */
  precision: number;
}

/** An SQL expression of a value's text, the very text that `plainRow` makes of it; NULL where that makes null. */
export interface ValueText {
  /** The column. */
  name: string;
  sql: string;
  /** It may hold characters that JSON writes in another way. */
  escaped: boolean;
  nullable: boolean;
}

export function sourceColumn(row: DriverRow): SourceColumn {
  return {
    name: String(row.field),
    type: String(row.kind ?? '').toLowerCase(),
    fullType: String(row.type ?? '').toLowerCase(),
    nullable: String(row.nullable ?? 'YES') !== 'NO',
    charset: row.charset === null || row.charset === undefined ? null : String(row.charset),
    length: Number(row.length ?? 0),
    precision: Number(row.fraction ?? 0),
  };
}

/**
 * The text of a column's value on MySQL and MariaDB; null for types that the driver writes in another way than the
 * server: floating point, where each has its own idea of the digits, and those that are rare.
 */
export function mysqlText(column: SourceColumn, quote: SqlDialect['quote']): ValueText | null {
  const { name, type, fullType, nullable } = column;
  const value = quote(name);
  const asChar = `CAST(${value} AS CHAR)`;
  if (fullType.includes('zerofill')) return null;
  switch (type) {
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
    case 'decimal':
    case 'time':
      // CONCAT writes it just as CAST does, and sooner.
      return { name, sql: value, escaped: false, nullable };
    case 'date':
      return { name, sql: `NULLIF(${asChar}, '0000-00-00')`, escaped: false, nullable: true };
    case 'datetime':
    case 'timestamp':
      return { name, sql: `NULLIF(${asChar}, '${zeroTime(column.precision)}')`, escaped: false, nullable: true };
    case 'char':
    case 'varchar':
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
    case 'enum':
    case 'set':
      return characters(column, value);
    case 'binary':
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      // As `binaryText`: one byte of 0 or 1 is a flag.
      return {
        name,
        sql: `IF(LENGTH(${value}) = 1 AND ORD(${value}) <= 1, CAST(ORD(${value}) AS CHAR), LOWER(HEX(${value})))`,
        escaped: false,
        nullable,
      };
    case 'bit':
      return column.length === 1 ? { name, sql: `CAST(${value} + 0 AS CHAR)`, escaped: false, nullable } : null;
    default:
      return null;
  }
}

function characters({ name, charset, length, nullable }: SourceColumn, value: string): ValueText {
  const text = charset === 'utf8mb4' ? value : `CONVERT(${value} USING utf8mb4)`;
  // A column wide enough for a date but not for prose may hold zero dates, which are read as nothing.
  if (length < 10 || length > 26) return { name, sql: text, escaped: true, nullable };
  return { name, sql: `NULLIF(NULLIF(${text}, '0000-00-00'), '${zeroTime(0)}')`, escaped: true, nullable: true };
}

function zeroTime(precision: number): string {
  return `0000-00-00 00:00:00${precision > 0 ? `.${'0'.repeat(precision)}` : ''}`;
}

/**
 * The JSON text of a row, as the cache keeps it, on MySQL and MariaDB: one CONCAT, as flat as can be, since the server
 * spends most of its time in it. Names and signs come as parameters.
 */
export function mysqlRowText(columns: readonly ValueText[]): Condition {
  const pieces: string[] = [];
  const parameters: string[] = [];
  let constant = '{';
  for (const [i, { name, sql, escaped, nullable }] of columns.entries()) {
    constant += `${i === 0 ? '' : ','}${JSON.stringify(name)}:`;
    const bare = !escaped && !nullable;
    const value = escaped ? `JSON_QUOTE(${sql})` : bare ? sql : `CONCAT('"', ${sql}, '"')`;
    pieces.push('?', nullable ? `COALESCE(${value}, 'null')` : value);
    parameters.push(bare ? `${constant}"` : constant);
    constant = bare ? '"' : '';
  }
  // Bytes are joined more than twice as fast as text, whose character sets the server compares value by value.
  return { sql: `CONCAT(CAST('' AS BINARY), ${pieces.join(', ')}, ?)`, parameters: [...parameters, `${constant}}`] };
}

/** On SQLite a function of ours is given the values as the driver gives them, whatever the type of their column. */
export function sqliteText({ name }: SourceColumn, quote: SqlDialect['quote']): ValueText {
  return { name, sql: `plain_text(${quote(name)})`, escaped: true, nullable: true };
}

export function sqliteRowText(columns: readonly ValueText[]): Condition {
  const values = columns.map(({ sql }) => sql.replace(/^plain_text/, ''));
  return { sql: `row_text(?, ${values.join(', ')})`, parameters: [JSON.stringify(columns.map(({ name }) => name))] };
}

/** The text of a key, its parts joined as `compoundKey` joins them. */
export function keyText(parts: readonly string[], dialect: SqlDialect['name']): string {
  if (parts.length === 1) return parts[0] ?? "''";
  // Within MySQL's quotes a backslash stands for itself only when doubled.
  const backslash = dialect === 'mysql' ? "'\\\\'" : "'\\'";
  const twice = dialect === 'mysql' ? "'\\\\\\\\'" : "'\\\\'";
  const slash = dialect === 'mysql' ? "'\\\\/'" : "'\\/'";
  const escaped = parts.map((part) => `REPLACE(REPLACE(${part}, ${backslash}, ${twice}), '/', ${slash})`);
  return `CONCAT_WS('/', ${escaped.join(', ')})`;
}
