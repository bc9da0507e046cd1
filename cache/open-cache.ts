import { HubError } from '../config/errors.ts';
import type { Cache } from './cache.ts';
import { openMysql } from './open-mysql.ts';
import { openSqlite } from './open-sqlite.ts';

export interface CacheSettings {
  /** `mysql://user:password@host:3306/database`, `sqlite:./customer360.db` or `sqlite::memory:`. */
  url: string;
  poolSize: number;
}

/** Opens the cache database and brings its tables up to date. Throws CACHE_UNREACHABLE or CACHE_SCHEMA_OLD. */
export async function openCache({ url, poolSize }: CacheSettings): Promise<Cache> {
  if (/^(mysql|mariadb):\/\//.test(url)) return openMysql({ url, poolSize });
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, ''));
  // The rest of the URL may hold a password, so only its scheme is shown.
  throw new HubError(
    'CACHE_UNREACHABLE',
    `Expected database.url to be mysql://user:password@host:3306/database or sqlite:path, got one that begins with "${url.split(':')[0]}:".`,
  );
}
