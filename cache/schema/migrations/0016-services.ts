import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a line of an order is a service. The values come as the mapping that knows them is followed. */
export class Services1767225616000 implements MigrationInterface {
  readonly name = 'Services1767225616000';

  async up(runner: QueryRunner): Promise<void> {
    const type = runner.connection.options.type === 'mysql' ? 'tinyint' : 'integer';
    await runner.query(`ALTER TABLE order_lines ADD COLUMN service ${type} NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE order_lines DROP COLUMN service');
  }
}
