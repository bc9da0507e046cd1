import Database from 'better-sqlite3';
import type { Books } from './books.ts';
import type { LegacyWrite } from './finance-rows.ts';
import { createStatements, type LegacyTableName, legacyTables } from './finance-tables.ts';

/** The books in a SQLite file. Readers are not held up by writes (WAL). */
export function openSqliteBooks(file: string): Books {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('busy_timeout = 5000');
  const statements = new Map<LegacyTableName, Database.Statement>();

  function statementFor(table: LegacyTableName): Database.Statement {
    const kept = statements.get(table);
    if (kept) return kept;
    const columns = Object.keys(legacyTables[table].columns);
    const marks = columns.map((column) => `@${column}`);
    const made = database.prepare(
      `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${marks.join(', ')})`,
    );
    statements.set(table, made);
    return made;
  }

  return {
    async create() {
      for (const statement of createStatements('sqlite')) database.exec(statement);
    },
    async write(rows: Iterable<LegacyWrite>) {
      database.transaction(() => {
        for (const [table, row] of rows) statementFor(table).run(row);
      })();
    },
    async close() {
      database.close();
    },
  };
}
