import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

/** Whom not to bring back. */
export class Privacy1767225610000 implements MigrationInterface {
  readonly name = 'Privacy1767225610000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0010-privacy', runner)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS erased_ids');
  }
}
