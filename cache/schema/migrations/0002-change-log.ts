import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

/** The log of changes, and the counter that its sequences come from. */
export class ChangeLog1767225602000 implements MigrationInterface {
  readonly name = 'ChangeLog1767225602000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0002-change-log', runner)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS change_log');
    await runner.query('DROP TABLE IF EXISTS change_sequence');
  }
}
