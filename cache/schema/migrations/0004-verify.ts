import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

/**
 * The history of verify, and a checksum over the canonical rows of every source record. Records written before have
 * none: verify reads them one by one until a full pass has written them again.
 */
export class Verify1767225604000 implements MigrationInterface {
  readonly name = 'Verify1767225604000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0004-verify', runner)) await runner.query(statement);
    // MySQL cannot add a column only where there is none, and commits each statement by itself.
    if (await runner.hasColumn('source_records', 'rows_checksum')) return;
    const type = runner.connection.options.type === 'mysql' ? 'bigint' : 'integer';
    await runner.query(`ALTER TABLE source_records ADD COLUMN rows_checksum ${type} NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS verify_runs');
    await runner.query('ALTER TABLE source_records DROP COLUMN rows_checksum');
  }
}
