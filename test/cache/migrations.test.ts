import { afterAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { migrations } from '../../cache/schema/migrate.ts';
import { tablesFor } from '../../cache/schema/tables.ts';
import { databases } from '../setup/databases.ts';
import { openPass, order } from './page-builder.ts';

describe.each(databases)('migrations on $name', (database) => {
  afterAll(() => database.drop());

  it('make exactly the tables that are defined', async () => {
    const source = await (await schemaSource(await database.open(), database.url)).initialize();
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await source.destroy();
    }
  });

  it('run once when several processes open an empty database at the same time', async () => {
    const first = await database.open();
    for (const { name } of await tableNames(first)) await first.execute(`DROP TABLE \`${name}\``);
    const caches = await Promise.all(Array.from({ length: 4 }, () => openCache({ url: database.url, poolSize: 1 })));
    try {
      const [row] = await first.query('SELECT COUNT(*) AS n FROM schema_migrations');
      expect(Number(row?.n)).toBe(migrations.length);
    } finally {
      await Promise.all(caches.map((cache) => cache.close()));
    }
  });

  it('keep the keys and profiles of identity', async () => {
    const cache = await database.open();
    await cache.execute("INSERT INTO identity_keys (link_key, party_id) VALUES ('email:a', 'p'), ('email:a', 'q')");
    await cache.execute("INSERT INTO identity_profiles (party_id, profile, made_with) VALUES ('p', '{}', 'm')");
    await cache.execute("DELETE FROM schema_migrations WHERE name = 'IdentityInBulk1767225615000'");
    await (await openCache({ url: database.url, poolSize: 1 })).close();
    expect(await cache.query('SELECT party_id AS id FROM identity_keys ORDER BY party_id')).toEqual([
      { id: 'p' },
      { id: 'q' },
    ]);
    expect(await cache.query('SELECT profile FROM identity_profiles')).toEqual([{ profile: '{}' }]);
  });

  it('refuse records whose ids were computed in another way', async () => {
    const cache = await database.open();
    const pass = await openPass(cache);
    await pass.save([order('1')]);
    await cache.execute("DELETE FROM schema_migrations WHERE name = 'NearIds1767225614000'");
    await expect(openCache({ url: database.url, poolSize: 1 })).rejects.toMatchObject({
      code: 'CACHE_SCHEMA_OLD',
      message: expect.stringContaining('empty database'),
    });
  });

  it('refuse a database that a newer version has made', async () => {
    const cache = await database.open();
    await cache.execute('INSERT INTO schema_migrations (`timestamp`, name) VALUES (?, ?)', [9, 'Later9000000000000']);
    await expect(openCache({ url: database.url, poolSize: 1 })).rejects.toMatchObject({
      code: 'CACHE_SCHEMA_OLD',
      message: expect.stringContaining('Later9000000000000'),
    });
  });
});

/** TypeORM reads the information schema of MariaDB, which writes defaults in another way, only when it is told to. */
async function schemaSource(cache: Cache, url: string): Promise<DataSource> {
  if (cache.dialect === 'sqlite') {
    return new DataSource({
      type: 'better-sqlite3',
      database: url.slice('sqlite:'.length),
      entities: tablesFor('sqlite'),
    });
  }
  const [server] = await cache.query<{ version: string }>('SELECT VERSION() AS version');
  const type = server?.version.includes('MariaDB') ? 'mariadb' : 'mysql';
  return new DataSource({ type, url, entities: tablesFor('mysql') });
}

async function tableNames(cache: Cache): Promise<{ name: string }[]> {
  return cache.query<{ name: string }>(
    cache.dialect === 'mysql'
      ? 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
      : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
  );
}
