import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

/** API keys, and the record of who read whose personal data. */
export class Access1767225609000 implements MigrationInterface {
  readonly name = 'Access1767225609000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0009-access', runner)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS api_keys');
    await runner.query('DROP TABLE IF EXISTS access_audit');
  }
}
