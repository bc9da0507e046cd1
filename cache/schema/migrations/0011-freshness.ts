import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

/** Which streams somebody waits for. */
export class Freshness1767225611000 implements MigrationInterface {
  readonly name = 'Freshness1767225611000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0011-freshness', runner)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS catch_up_requests');
  }
}
