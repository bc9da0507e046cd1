import { createHash } from 'node:crypto';
import type { Cache } from '../../cache/database/database.ts';

/** Columns and tables in which the result of a verify is written. */
const RESULTS = {
  tables: new Set(['verify_runs']),
  columns: /^(last_verify|completeness)/,
};

/** Table → a checksum over all its rows, but for what a verify may write: its result. */
export async function sumsBesideResults(cache: Cache): Promise<Record<string, string>> {
  const names = await cache.query(
    cache.dialect === 'mysql'
      ? 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
      : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
  );
  const sums: Record<string, string> = {};
  for (const name of names.map((row) => String(row.name)).sort()) {
    if (RESULTS.tables.has(name)) continue;
    const rows = (await cache.query(`SELECT * FROM \`${name}\``)).map((row) =>
      JSON.stringify(
        Object.entries(row).filter(([column]) => !RESULTS.columns.test(column)),
        (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
      ),
    );
    sums[name] = createHash('sha256').update(rows.sort().join('\n')).digest('hex');
  }
  return sums;
}
