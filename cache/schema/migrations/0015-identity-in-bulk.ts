import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readStatements } from './read-statements.ts';

/**
 * Many parties at once get their profiles first and are judged afterwards. SQLite keeps keys once, in the order of
 * the index they are found by, and not in rows beside it.
 */
export class IdentityInBulk1767225615000 implements MigrationInterface {
  readonly name = 'IdentityInBulk1767225615000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of readStatements('0015-identity-in-bulk', runner)) await runner.query(statement);
  }

  /** Who was still to be judged is looked at from the beginning. The keys stay as they are kept: no statement differs. */
  async down(runner: QueryRunner): Promise<void> {
    const isMysql = runner.connection.options.type === 'mysql';
    const [insert, now] = isMysql
      ? ['INSERT IGNORE INTO', 'UTC_TIMESTAMP(6)']
      : ['INSERT OR IGNORE INTO', "(strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')"];
    await runner.query(`${insert} identity_dirty (party_id, marked_at) SELECT party_id, ${now} FROM identity_unjudged`);
    await runner.query('DROP TABLE IF EXISTS identity_unjudged');
  }
}
