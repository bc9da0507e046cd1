import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { withMysqlWords } from './mysql-words.ts';

/** A kind of database the tests run on; a test file has its own databases of it. */
export interface TestDatabase {
  name: string;
  /** Of the database that `open` made last: for a second cache on it, as a second process would open it. */
  readonly url: string;
  /** A fresh, empty, migrated database. */
  open(): Promise<Cache>;
  /** Closes what `open` opened and drops its databases. For afterAll or afterEach. */
  drop(): Promise<void>;
}

/** SQLite files always; MySQL or MariaDB where there is a server whose login may create databases. */
export function testDatabases(serverUrl: string | undefined): TestDatabase[] {
  return [sqliteFiles(), ...(serverUrl ? [mysqlServer(serverUrl)] : [])];
}

function sqliteFiles(): TestDatabase {
  const folders: string[] = [];
  return testDatabase('SQLite', {
    async create() {
      const folder = mkdtempSync(join(tmpdir(), 'c360-test-'));
      folders.push(folder);
      return `sqlite:${join(folder, 'cache.db')}`;
    },
    async remove() {
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
    },
  });
}

function mysqlServer(serverUrl: string): TestDatabase {
  const names: string[] = [];
  const admin = async (statement: (name: string) => string, affected: string[]) => {
    const connection = await createConnection(serverUrl);
    try {
      for (const name of affected) await connection.query(statement(name));
    } finally {
      await connection.end();
    }
  };
  return testDatabase('MySQL', {
    async create() {
      const name = `c360_cache_test_${randomBytes(6).toString('hex')}`;
      await admin((n) => `CREATE DATABASE ${n} CHARACTER SET utf8mb4`, [name]);
      names.push(name);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    remove: () => admin((name) => `DROP DATABASE IF EXISTS ${name}`, names.splice(0)),
  });
}

function testDatabase(name: string, database: { create(): Promise<string>; remove(): Promise<void> }): TestDatabase {
  const opened: Cache[] = [];
  let url = '';
  return {
    name,
    get url() {
      if (url === '') throw new Error('Expected open() to have been called before url is read.');
      return url;
    },
    async open() {
      url = await database.create();
      const cache = await openCache({ url, poolSize: 4 });
      opened.push(cache);
      return cache.dialect === 'mysql' ? withMysqlWords(cache) : cache;
    },
    async drop() {
      await Promise.all(opened.splice(0).map((cache) => cache.close()));
      await database.remove();
    },
  };
}
