import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

/** The tables as the first version had them. MySQL commits each statement by itself, so each can be run again. */
export class FirstTables1767225600000 implements MigrationInterface {
  readonly name = 'FirstTables1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0001-first-tables', runner)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0001-first-tables', runner)) {
      const table = /^CREATE TABLE IF NOT EXISTS (\S+)/.exec(statement)?.[1];
      if (table) await runner.query(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}
