import type { SourceColumn } from './columns/column-form.ts';
import { mysqlShown } from './columns/mysql-columns.ts';
import type { Condition } from './keyset.ts';
import type { SqlDialect } from './sql-dialect.ts';

/** An SQL expression of a value's text, the very text that `plainRow` makes of it; NULL where that makes null. */
export interface ValueText {
  /** The column. */
  name: string;
  sql: string;
  /** The same, but zero dates, which records show as nothing, are there with their zeros: keys keep them. */
  whole: string;
  /** It may hold characters that JSON writes in another way. */
  escaped: boolean;
  nullable: boolean;
}

/** The text of a column's value on MySQL and MariaDB. */
export function mysqlText(column: SourceColumn, quote: SqlDialect['quote']): ValueText {
  const { name, kind, nullable } = column;
  const value = quote(name);
  const shown = mysqlShown(kind, value);
  const plain = (sql: string) => ({ name, sql, whole: sql, escaped: false, nullable });
  const asChar = `CAST(${value} AS CHAR)`;
  const withoutZero = (zero: string) => ({ ...plain(`NULLIF(${asChar}, '${zero}')`), whole: asChar, nullable: true });
  switch (kind) {
    case 'whole':
    case 'decimal':
    case 'time':
      // CONCAT writes it just as CAST does, and sooner.
      return plain(value);
    case 'filled whole':
    case 'filled decimal':
    case 'bit':
      return plain(`CAST(${shown} AS CHAR)`);
    case 'float':
    case 'double':
    case 'year':
    case 'geometry':
      return plain(shown);
    case 'date':
      return withoutZero('0000-00-00');
    case 'datetime':
      return withoutZero(zeroTime(column.precision));
    case 'bytes':
      return plain(`LOWER(HEX(${value}))`);
    case 'json':
      return { ...plain(asChar), escaped: true };
    case 'text':
    case 'listed text':
      return characters(column, value);
    case 'nothing':
      return { ...plain('NULL'), nullable: true };
  }
}

function characters({ name, charset, length, nullable }: SourceColumn, value: string): ValueText {
  const text = charset === 'utf8mb4' ? value : `CONVERT(${value} USING utf8mb4)`;
  // A column wide enough for a date but not for prose may hold zero dates, which are read as nothing.
  if (length < 10 || length > 26) return { name, sql: text, whole: text, escaped: true, nullable };
  const sql = `NULLIF(NULLIF(${text}, '0000-00-00'), '${zeroTime(0)}')`;
  return { name, sql, whole: text, escaped: true, nullable: true };
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
export function sqliteText({ name }: Pick<SourceColumn, 'name'>, quote: SqlDialect['quote']): ValueText {
  const value = quote(name);
  return { name, sql: `plain_text(${value})`, whole: `whole_text(${value})`, escaped: true, nullable: true };
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
