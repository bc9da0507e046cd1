import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

const tables = [
  'identity_profiles',
  'identity_pairs',
  'identity_decisions',
  'identity_actions',
  'identity_merges',
  'identity_models',
];

/**
 * Comparing parties by all they have: profiles, pairs, models, and what stewards decide. Every party is looked at
 * again; customer ids stay with their parties.
 */
export class Identity1767225607000 implements MigrationInterface {
  readonly name = 'Identity1767225607000';

  async up(runner: QueryRunner): Promise<void> {
    const isMysql = runner.connection.options.type === 'mysql';
    for (const statement of readStatements('0007-identity', runner)) await runner.query(statement);
    // MySQL cannot add a column only where there is none, and commits each statement by itself.
    if (!(await runner.hasColumn('customer_links', 'confidence'))) {
      const type = isMysql ? 'decimal(19,4)' : 'integer';
      await runner.query(`ALTER TABLE customer_links ADD COLUMN confidence ${type} NULL`);
    }
    const [insert, now] = isMysql
      ? ['INSERT IGNORE INTO', 'UTC_TIMESTAMP(6)']
      : ['INSERT OR IGNORE INTO', "(strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')"];
    await runner.query(`${insert} identity_dirty (party_id, marked_at) SELECT id, ${now} FROM parties`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`DROP TABLE IF EXISTS ${table}`);
    await runner.query('ALTER TABLE customer_links DROP COLUMN confidence');
  }
}
