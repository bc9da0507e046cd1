import mysql from 'mysql2/promise';
import type { Cache, Sql } from '../../cache/database/database.ts';
import { serverCpu } from '../sync/cpu-time.ts';

/** A cache whose statements are counted, and what its database costs in CPU time. */
export interface WatchedDatabase {
  cache: Cache;
  statements(): number;
  /**
   * CPU seconds so far: of SQLite within this process, whose time is the process's as well, or of the server, not a
   * number where that is on another machine.
   */
  seconds(): Promise<number>;
  end(): Promise<void>;
}

export async function watchDatabase(cache: Cache, url: string): Promise<WatchedDatabase> {
  let statements = 0;
  let inProcess = 0;
  const connection = cache.dialect === 'mysql' ? await mysql.createConnection(url) : null;
  const countSince = (before: NodeJS.CpuUsage) => {
    const { user, system } = process.cpuUsage(before);
    inProcess += (user + system) / 1e6;
  };
  const counted = async <T>(send: () => Promise<T>): Promise<T> => {
    statements += 1;
    const before = process.cpuUsage();
    const result = await send();
    countSince(before);
    return result;
  };
  const watch = (sql: Sql): Sql => ({
    dialect: sql.dialect,
    mostBytes: sql.mostBytes,
    query: (statement, parameters) => counted(() => sql.query(statement, parameters)),
    execute: (statement, parameters) => counted(() => sql.execute(statement, parameters)),
  });
  return {
    cache: {
      ...watch(cache),
      transaction: async (work) => {
        let done = process.cpuUsage();
        const result = await cache.transaction(async (sql) => {
          const made = await work(watch(sql));
          done = process.cpuUsage();
          return made;
        });
        // The commit is what is left.
        countSince(done);
        return result;
      },
      close: () => cache.close(),
    },
    statements: () => statements,
    seconds: async () => (connection ? await serverCpu(connection) : inProcess),
    end: async () => connection?.end(),
  };
}
