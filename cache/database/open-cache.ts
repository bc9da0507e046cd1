import { HubError } from '../../config/errors.ts';
import type { CacheProbe } from './cache-probe.ts';
import type { Cache, CacheSettings } from './database.ts';
import { lookAtClock } from './look-at-clock.ts';
import { inspectMysql, openMysql } from './open-mysql.ts';
import { inspectSqlite, openSqlite } from './open-sqlite.ts';

/**
 * Opens the cache database and brings its tables up to date. Throws CACHE_UNREACHABLE, CACHE_UNUSABLE,
 * CACHE_NOT_WRITABLE or CACHE_SCHEMA_OLD.
 */
export async function openCache(settings: CacheSettings): Promise<Cache> {
  const file = sqlitePath(settings.url);
  const cache = await (file === null ? openMysql(settings) : openSqlite(file));
  await lookAtClock(cache);
  return cache;
}

/** Tries what the hub will do with the cache database, and says what its settings do not allow. Changes nothing. */
export async function inspectCache(settings: CacheSettings): Promise<CacheProbe[]> {
  const file = sqlitePath(settings.url);
  return file === null ? inspectMysql(settings) : inspectSqlite(file);
}

/** The path of a SQLite file, or null for a server. */
function sqlitePath(url: string): string | null {
  if (/^(mysql|mariadb):\/\//.test(url)) return null;
  if (url.startsWith('sqlite:')) return url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
  // The rest of the URL may hold a password, so only its scheme is shown.
  throw new HubError(
    'CACHE_UNREACHABLE',
    `Expected database.url to be mysql://user:password@host:3306/database or sqlite:path, got one that begins with "${url.split(':')[0]}:".`,
  );
}
