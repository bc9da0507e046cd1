import { mysqlRowText, mysqlText, sqliteRowText, sqliteText, type ValueText } from './checksum-text.ts';
import type { ColumnForm, SourceColumn } from './columns/column-form.ts';
import { mysqlForm } from './columns/mysql-columns.ts';
import { sqliteForm } from './columns/sqlite-columns.ts';
import type { Condition } from './keyset.ts';

/** Where the kinds of database differ: all of it is here. */
export interface SqlDialect {
  name: 'mysql' | 'sqlite';
  quote(identifier: string): string;
  /** A statement with one column `now`: the server's clock in UTC. */
  now: string;
  /** A statement for all tables and views with their columns, one row a column. */
  columns: string;
  /** A statement that begins a transaction which shows the database as it is now, until it ends. */
  beginSnapshot: string;
  /** A statement with one row, where a table is of an engine that has such transactions; as `columnsOf`. */
  hasSnapshots: string;
  /** Each value has a type of its own, whatever its column says. */
  typesItsValues: boolean;
  /** How a column is read and compared; `column` is undefined where the database does not say. */
  formOf(column: SourceColumn | undefined, quoted: string): ColumnForm;
  /**
   * A statement for the columns of one table or view with the character sets of their texts, in their order; for its
   * name, and its schema or null for the database's own.
   */
  columnsOf: string;
  /** `textChecksum` of a text. */
  checksumOf(sql: string): string;
  /** In hexadecimal. */
  sha256Of(sql: string): string;
  /** How a value of this column is written as text. */
  textOf(column: SourceColumn): ValueText;
  /** The JSON text of a row of these columns, as the cache keeps it. */
  rowText(columns: readonly ValueText[]): Condition;
}

const quoteMysql = (identifier: string) => `\`${identifier.replaceAll('`', '``')}\``;
const quoteSqlite = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`;

export const mysqlDialect: SqlDialect = {
  name: 'mysql',
  quote: quoteMysql,
  now: 'SELECT UTC_TIMESTAMP(6) AS now',
  columns: `SELECT c.TABLE_NAME AS resource, c.COLUMN_NAME AS field, c.COLUMN_TYPE AS type,
      COALESCE(k.ORDINAL_POSITION, 0) AS keyPart, t.TABLE_ROWS AS estimate
    FROM information_schema.COLUMNS c
    JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
    LEFT JOIN information_schema.KEY_COLUMN_USAGE k ON k.TABLE_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME
      AND k.COLUMN_NAME = c.COLUMN_NAME AND k.CONSTRAINT_NAME = 'PRIMARY'
    WHERE c.TABLE_SCHEMA = DATABASE()
    ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`,
  beginSnapshot: 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
  hasSnapshots: `SELECT 1 AS yes FROM information_schema.TABLES
    WHERE TABLE_NAME = ? AND TABLE_SCHEMA = COALESCE(?, DATABASE()) AND ENGINE = 'InnoDB'`,
  typesItsValues: false,
  formOf: (column, quoted) => mysqlForm(column?.kind ?? 'text', quoted),
  columnsOf: `SELECT COLUMN_NAME AS field, CHARACTER_SET_NAME AS charset
    FROM information_schema.COLUMNS
    WHERE TABLE_NAME = ? AND TABLE_SCHEMA = COALESCE(?, DATABASE()) AND EXTRA NOT LIKE '%INVISIBLE%'
    ORDER BY ORDINAL_POSITION`,
  checksumOf: (sql) => `CAST(CONV(LEFT(SHA1(${sql}), 15), 16, 10) AS UNSIGNED)`,
  sha256Of: (sql) => `SHA2(${sql}, 256)`,
  textOf: (column) => mysqlText(column, quoteMysql),
  rowText: mysqlRowText,
};

export const sqliteDialect: SqlDialect = {
  name: 'sqlite',
  quote: quoteSqlite,
  now: "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now') AS now",
  columns: `SELECT m.name AS resource, p.name AS field, p.type AS type, p.pk AS keyPart, NULL AS estimate
    FROM sqlite_master m JOIN pragma_table_info(m.name) p
    WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite@_%' ESCAPE '@'
    ORDER BY m.name, p.cid`,
  beginSnapshot: 'BEGIN',
  hasSnapshots: 'SELECT 1 AS yes WHERE ? IS NOT NULL OR ? IS NULL',
  typesItsValues: true,
  formOf: (_, quoted) => sqliteForm(quoted),
  columnsOf: `SELECT name AS field FROM pragma_table_xinfo(?, COALESCE(?, 'main')) WHERE hidden <> 1 ORDER BY cid`,
  // Functions of ours, see sqlite-functions.ts.
  checksumOf: (sql) => `text_checksum(${sql})`,
  sha256Of: (sql) => `sha256(${sql})`,
  textOf: (column) => sqliteText(column, quoteSqlite),
  rowText: sqliteRowText,
};
