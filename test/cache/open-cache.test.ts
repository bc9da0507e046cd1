import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { databases } from '../setup/databases.ts';

describe.each(databases)('the cache on $name', (database) => {
  let cache: Cache;
  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  const count = async (where: Pick<Cache, 'query'> = cache): Promise<number> =>
    Number((await where.query('SELECT COUNT(*) AS n FROM identity_dirty'))[0]?.n);
  const mark = (sql: Pick<Cache, 'execute'>, party: string): Promise<number> =>
    sql.execute('INSERT INTO identity_dirty (party_id, marked_at) VALUES (?, ?)', [
      party,
      '2026-03-01 00:00:00.000000',
    ]);

  it('shows no uncommitted rows to reads outside the transaction, and none of one that failed', async () => {
    const before = await count();
    const work = cache.transaction(async (sql) => {
      await mark(sql, 'x');
      expect(await count(sql)).toBe(before + 1);
      expect(await count()).toBe(before);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await count()).toBe(before);
  });

  it('tells how many rows a statement changed', async () => {
    expect(await mark(cache, 'changed-1')).toBe(1);
    expect(await mark(cache, 'changed-2')).toBe(1);
    expect(await cache.execute("DELETE FROM identity_dirty WHERE party_id LIKE 'changed-%'")).toBe(2);
  });

  it('does work again that lost a deadlock', async () => {
    const second = await openCache({ url: database.url, poolSize: 2 });
    try {
      await mark(cache, 'lock-a');
      await mark(cache, 'lock-b');
      let attempts = 0;
      const both = (on: Cache, first: string, then: string) =>
        on.transaction(async (sql) => {
          attempts += 1;
          const touch = (party: string) =>
            sql.execute('UPDATE identity_dirty SET marked_at = marked_at WHERE party_id = ?', [party]);
          await touch(first);
          await sleep(100);
          await touch(then);
        });
      await Promise.all([both(cache, 'lock-a', 'lock-b'), both(second, 'lock-b', 'lock-a')]);
      expect(attempts).toBeGreaterThanOrEqual(cache.dialect === 'mysql' ? 3 : 2);
    } finally {
      await second.close();
    }
  });

  it('counts right while two processes add to one number', async () => {
    const second = await openCache({ url: database.url, poolSize: 2 });
    try {
      await cache.execute("INSERT INTO stream_states (`system`, stream, failures) VALUES ('erp', 'n', 0)");
      const add = (on: Cache) =>
        on.transaction(async (sql) => {
          await sql.execute("UPDATE stream_states SET failures = failures + 1 WHERE stream = 'n'");
          await sql.query('SELECT 1 AS one');
        });
      await Promise.all(Array.from({ length: 30 }, (_, i) => add(i % 2 ? cache : second)));
      const [row] = await cache.query("SELECT failures FROM stream_states WHERE stream = 'n'");
      expect(Number(row?.failures)).toBe(30);
    } finally {
      await second.close();
    }
  });

  it('tells of a refused statement without the values in it', async () => {
    const refused = cache.query('SELECT nothing_like_it FROM parties WHERE email = ?', ['secret@example.com']);
    await expect(refused).rejects.toThrow('nothing_like_it');
    const error = await refused.catch((caught: unknown) => caught);
    expect(`${JSON.stringify(error, Object.getOwnPropertyNames(error))}`).not.toContain('secret@example.com');
  });

  it('can be closed twice', async () => {
    const second = await openCache({ url: database.url, poolSize: 1 });
    await second.close();
    await second.close();
  });
});

describe('opening the cache', () => {
  const folder = mkdtempSync(join(tmpdir(), 'c360-open-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps a database in memory for as long as it is open', async () => {
    const cache = await openCache({ url: 'sqlite::memory:', poolSize: 1 });
    await Promise.all([
      cache.transaction((sql) =>
        sql.execute("INSERT INTO identity_dirty (party_id, marked_at) VALUES ('a', '2026-03-01T00:00:00.000000Z')"),
      ),
      cache.query('SELECT 1 AS one'),
    ]);
    expect(await cache.query('SELECT party_id FROM identity_dirty')).toEqual([{ party_id: 'a' }]);
    await cache.close();
  });

  it('says so, instead of waiting for ever, when a transaction uses the cache it belongs to', async () => {
    const cache = await openCache({ url: 'sqlite::memory:', poolSize: 1 });
    await expect(cache.transaction(() => cache.query('SELECT 1 AS one'))).rejects.toThrow('Inside a transaction');
    await cache.close();
  });

  it.each([
    ['a server that is not there', 'mysql://someone:hunter2@127.0.0.1:1/cache', 'ECONNREFUSED'],
    ['no database name', 'mysql://someone:hunter2@127.0.0.1', 'without a readable host or database name'],
    ['another kind of database', 'postgres://someone:hunter2@127.0.0.1/cache', 'begins with "postgres:"'],
    ['a file that is no database', `sqlite:${join(folder, 'text.db')}`, 'text.db'],
    ['a folder', `sqlite:${folder}`, folder],
  ])('tells what is wrong with %s, and no password', async (_what, url, expected) => {
    writeFileSync(
      join(folder, 'text.db'),
      'this is a text, not a database, and long enough to be seen as one. '.repeat(99),
    );
    const error = await openCache({ url, poolSize: 1 }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'CACHE_UNREACHABLE', message: expect.stringContaining(expected) });
    expect(String(error)).not.toContain('hunter2');
  });
});
