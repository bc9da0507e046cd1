import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

const tables = ['customer_insight', 'customer_insight_months', 'insight_models', 'insight_progress'];

/** What the numbers say of each customer, by month, and the models behind them. */
export class Insight1767225608000 implements MigrationInterface {
  readonly name = 'Insight1767225608000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0008-insight', runner)) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`DROP TABLE IF EXISTS ${table}`);
  }
}
