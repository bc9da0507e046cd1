import { createPool } from 'mysql2/promise';
import type { Books } from './books.ts';
import type { LegacyWrite } from './finance-rows.ts';
import { createStatements, type LegacyRow, type LegacyTableName, legacyTables } from './finance-tables.ts';

const ROWS_A_STATEMENT = 500;

/** The books in a MySQL or MariaDB database, as the compose file has them. */
export function openMysqlBooks(url: string): Books {
  const pool = createPool({ uri: url, charset: 'utf8mb4', timezone: 'Z', connectionLimit: 2 });

  return {
    async create() {
      for (const statement of createStatements('mysql')) await pool.query(statement);
    },
    async write(rows: Iterable<LegacyWrite>) {
      const connection = await pool.getConnection();
      try {
        await connection.beginTransaction();
        for (const [table, batch] of batches(rows)) {
          const columns = Object.keys(legacyTables[table].columns);
          const values = batch.map((row) => columns.map((column) => row[column] ?? ''));
          await connection.query(`REPLACE INTO ${table} (${columns.join(', ')}) VALUES ?`, [values]);
        }
        await connection.commit();
      } catch (error) {
        await connection.rollback();
        throw error;
      } finally {
        connection.release();
      }
    },
    close: () => pool.end(),
  };
}

/** Rows of one table gathered into statements of a bearable size. */
function* batches(rows: Iterable<LegacyWrite>): Iterable<[LegacyTableName, LegacyRow[]]> {
  const waiting = new Map<LegacyTableName, LegacyRow[]>();
  for (const [table, row] of rows) {
    const batch = waiting.get(table) ?? [];
    batch.push(row);
    waiting.set(table, batch);
    if (batch.length === ROWS_A_STATEMENT) {
      yield [table, batch];
      waiting.delete(table);
    }
  }
  yield* waiting;
}
