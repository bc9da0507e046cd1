import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** A database for one test, in which tables are made. */
export interface TypedTables {
  url: string;
  run(statement: string, parameters?: unknown[]): Promise<void>;
  ask(statement: string): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/** On the server of TEST_MYSQL_URL, without strict mode: legacy tables hold zero dates. */
export async function mysqlTables(server: string): Promise<TypedTables> {
  const name = `c360_types_${randomBytes(5).toString('hex')}`;
  const connection = await createConnection({ uri: server, multipleStatements: true, charset: 'utf8mb4' });
  await connection.query(
    `CREATE DATABASE ${name} CHARACTER SET utf8mb4; USE ${name}; SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'`,
  );
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async run(statement, parameters = []) {
      await connection.query(statement, parameters);
    },
    async ask(statement) {
      const [rows] = await connection.query<RowDataPacket[]>(statement);
      return rows;
    },
    async drop() {
      await connection.query(`DROP DATABASE ${name}`);
      await connection.end();
    },
  };
}

export async function sqliteTables(): Promise<TypedTables> {
  const folder = mkdtempSync(join(tmpdir(), 'c360-types-'));
  const file = join(folder, 'source.db');
  const database = new Database(file);
  return {
    url: `sqlite:${file}`,
    async run(statement, parameters = []) {
      if (parameters.length === 0) database.exec(statement);
      else database.prepare(statement).run(...parameters);
    },
    ask: async (statement) => database.prepare(statement).all() as Record<string, unknown>[],
    async drop() {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
