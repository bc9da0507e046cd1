import { cpus, totalmem } from 'node:os';
import mysql from 'mysql2/promise';

/** What the figures were taken on. */
export async function describeMachine(serverUrl: string): Promise<Record<string, string>> {
  const connection = await mysql.createConnection(serverUrl);
  try {
    const [rows] = await connection.query(
      `SELECT VERSION() AS version, @@innodb_buffer_pool_size AS pool, @@innodb_flush_log_at_trx_commit AS flush`,
    );
    const [{ version, pool, flush }] = rows as [{ version: string; pool: number; flush: number }];
    return {
      processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      node: process.version,
      server: version,
      'buffer pool': `${Math.round(pool / 2 ** 20)} MiB`,
      durability: `innodb_flush_log_at_trx_commit = ${flush}`,
    };
  } finally {
    await connection.end();
  }
}
