import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

/** The raw text of what sources have deleted. */
export class Tombstones1767225613000 implements MigrationInterface {
  readonly name = 'Tombstones1767225613000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0013-tombstones', runner)) await runner.query(statement);
  }

  /** What was forgotten stays so. */
  async down(): Promise<void> {}
}
