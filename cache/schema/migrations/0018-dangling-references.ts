import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many references of each stream and field lead nowhere, as they were counted last. */
export class DanglingReferences1767225618000 implements MigrationInterface {
  readonly name = 'DanglingReferences1767225618000';

  async up(runner: QueryRunner): Promise<void> {
    const isMysql = runner.connection.options.type === 'mysql';
    await runner.query(isMysql ? MYSQL : SQLITE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dangling_references');
  }
}

const MYSQL = `CREATE TABLE IF NOT EXISTS dangling_references (
  \`system\` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  stream varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  entity varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  field varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  records bigint NOT NULL,
  samples longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  counted_at datetime(6) NOT NULL,
  PRIMARY KEY (\`system\`, stream, entity, field)
) ENGINE=InnoDB`;

const SQLITE = `CREATE TABLE IF NOT EXISTS dangling_references (
  system text NOT NULL,
  stream text NOT NULL,
  entity text NOT NULL,
  field text NOT NULL,
  records integer NOT NULL,
  samples text NOT NULL,
  counted_at text NOT NULL,
  PRIMARY KEY (system, stream, entity, field)
)`;
