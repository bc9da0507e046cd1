/** Where the kinds of database differ: all of it is here. */
export interface SqlDialect {
  name: 'mysql' | 'sqlite';
  quote(identifier: string): string;
  /** A statement with one column `now`: the server's clock in UTC. */
  now: string;
  /** A statement for all tables and views with their columns, one row a column. */
  columns: string;
}

export const mysqlDialect: SqlDialect = {
  name: 'mysql',
  quote: (identifier) => `\`${identifier.replaceAll('`', '``')}\``,
  now: 'SELECT UTC_TIMESTAMP(6) AS now',
  columns: `SELECT c.TABLE_NAME AS resource, c.COLUMN_NAME AS field, c.COLUMN_TYPE AS type,
      COALESCE(k.ORDINAL_POSITION, 0) AS keyPart, t.TABLE_ROWS AS estimate
    FROM information_schema.COLUMNS c
    JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
    LEFT JOIN information_schema.KEY_COLUMN_USAGE k ON k.TABLE_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME
      AND k.COLUMN_NAME = c.COLUMN_NAME AND k.CONSTRAINT_NAME = 'PRIMARY'
    WHERE c.TABLE_SCHEMA = DATABASE()
    ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`,
};

export const sqliteDialect: SqlDialect = {
  name: 'sqlite',
  quote: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  now: "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now') AS now",
  columns: `SELECT m.name AS resource, p.name AS field, p.type AS type, p.pk AS keyPart, NULL AS estimate
    FROM sqlite_master m JOIN pragma_table_info(m.name) p
    WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite@_%' ESCAPE '@'
    ORDER BY m.name, p.cid`,
};
