import { readFileSync } from 'node:fs';
import type { QueryRunner } from 'typeorm';

/** The statements of `<migration>-mysql.sql` or `<migration>-sqlite.sql` in this folder, whichever the runner speaks. */
export function readStatements(migration: string, runner: QueryRunner): string[] {
  const dialect = runner.connection.options.type === 'mysql' ? 'mysql' : 'sqlite';
  const text = readFileSync(new URL(`${migration}-${dialect}.sql`, import.meta.url), 'utf8');
  return text
    .split(/;\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
