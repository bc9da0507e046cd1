import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource } from '../sync-jobs/fake-source.ts';
import { orderStream } from '../sync-jobs/harness.ts';

jest.setTimeout(60_000);

const refused = { outcome: 'FAILED', error: { code: 'CACHE_NOT_WRITABLE' } };

describe.each(databases)('a cache database that takes no changes, on $name', (database) => {
  let admin: Cache;
  let cache: Cache;
  const login = `c360_${randomBytes(6).toString('hex')}`;

  beforeAll(async () => {
    admin = await database.open();
    cache = database.name === 'SQLite' ? admin : await openAsOther(database.url);
  });
  afterAll(async () => {
    if (cache !== admin) {
      await cache.close();
      await admin.execute(`DROP USER '${login}'@'%'`);
    }
    await database.drop();
  });

  /** Those who may administer a server write to it even when it is read only. */
  async function openAsOther(url: string): Promise<Cache> {
    const other = new URL(url);
    await admin.execute(`CREATE USER '${login}'@'%' IDENTIFIED BY '${login}'`);
    await admin.execute(`GRANT ALL ON \`${other.pathname.slice(1)}\`.* TO '${login}'@'%'`);
    other.username = login;
    other.password = login;
    return openCache({ url: other.href, poolSize: 4 });
  }

  async function refuseChanges(): Promise<void> {
    if (admin.dialect === 'mysql') await admin.execute('SET GLOBAL read_only = 1');
    else await admin.transaction((sql) => sql.query('PRAGMA max_page_count = 1'));
  }

  async function takeChanges(): Promise<void> {
    if (admin.dialect === 'mysql') await admin.execute('SET GLOBAL read_only = 0');
    else await admin.transaction((sql) => sql.query('PRAGMA max_page_count = 1000000'));
  }

  it('FAULTS 32: read only, or with a full disk, it costs the pass and no record', async () => {
    const source = createFakeSource({ pageSize: 40 });
    const stream = orderStream(source, cache, { system: 'full' });
    for (let key = 1; key <= 100; key += 1) source.put(`k${key}`, { number: `A-${key}` });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', changed: 100 });

    for (let key = 1; key <= 400; key += 1) source.put(`n${key}`, { number: 'x'.repeat(60) });
    source.put('k1', { number: 'changed' });
    const before = await stream.orders();
    await refuseChanges();
    try {
      expect(await stream.sync()).toMatchObject(refused);
      // It still reads; on SQLite the first pages may have found room.
      const shown = await stream.orders();
      expect(Object.keys(shown).length).toBeGreaterThanOrEqual(100);
      if (admin.dialect === 'mysql') expect(shown).toEqual(before);
    } finally {
      await takeChanges();
    }
    await cache.execute('UPDATE stream_states SET lease_expires_at = NULL');
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(await stream.orders()).toEqual(stream.truth());
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
  });
});
