import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

/** What the records of a stream look like and when that changed, and the breakers of the sources. */
export class Health1767225603000 implements MigrationInterface {
  readonly name = 'Health1767225603000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0003-health', runner)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['stream_shapes', 'drift_events', 'source_breakers']) {
      await runner.query(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}
