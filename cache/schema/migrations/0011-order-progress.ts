import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

/** What lists are filtered and ordered by across systems: how far orders are, and open complaints. */
export class OrderProgress1767225611001 implements MigrationInterface {
  readonly name = 'OrderProgress1767225611001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0011-order-progress', runner)) {
      await runner.query(statement).catch(ignoreExisting);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS order_progress');
  }
}

/** MySQL commits each statement by itself, and knows no IF NOT EXISTS for columns and indexes: a second try finds them. */
function ignoreExisting(error: unknown): void {
  const { code } = error as { code?: string };
  if (code !== 'ER_DUP_FIELDNAME' && code !== 'ER_DUP_KEYNAME') throw error;
}
