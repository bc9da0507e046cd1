import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['stream_states', 'sync_runs', 'verify_runs'];

/** Whether a read gave all records of the source. Runs before this one do not say; a stream does with its next full read. */
export class Completeness1767225617000 implements MigrationInterface {
  readonly name = 'Completeness1767225617000';

  async up(runner: QueryRunner): Promise<void> {
    const types = runner.connection.options.type === 'mysql' ? mysqlTypes : sqliteTypes;
    for (const table of tables) {
      await addColumn(runner, table, 'completeness', types.code);
      await addColumn(runner, table, 'completeness_reason', types.message);
      await addColumn(runner, table, 'completeness_total', types.integer);
      await addColumn(runner, table, 'completeness_came', types.integer);
    }
    await addColumn(runner, 'stream_states', 'completeness_at', types.instant);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE stream_states DROP COLUMN completeness_at');
    for (const table of tables) {
      for (const column of ['completeness', 'completeness_reason', 'completeness_total', 'completeness_came']) {
        await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column}`);
      }
    }
  }
}

const mysqlTypes = {
  code: 'varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  message: 'varchar(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  integer: 'bigint',
  instant: 'datetime(6)',
};
const sqliteTypes = { code: 'text', message: 'text', integer: 'integer', instant: 'text' };

/** MySQL commits each change of a table by itself: a migration that was interrupted goes on where it stopped. */
async function addColumn(runner: QueryRunner, table: string, column: string, type: string): Promise<void> {
  if (await runner.hasColumn(table, column)) return;
  await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type} NULL`);
}
