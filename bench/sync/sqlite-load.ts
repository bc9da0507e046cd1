import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openCache } from '../../cache/database/open-cache.ts';
import { type BenchOptions, type Figure, median } from './bench-options.ts';
import { createOrderSource, ROWS_PER_ORDER } from './order-source.ts';
import { runPass } from './run-pass.ts';
import { storedColumns, storedRows } from './stored-rows.ts';

/** The first load of a cache in a SQLite file, against bare INSERT OR REPLACE, one transaction a page. */
export async function measureSqliteLoad({ orders, rounds, pageSize, folder, say }: BenchOptions) {
  const seen = { hub: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const file = (name: string) => join(folder, `${name}-${round}.db`);
    const cache = await openCache({ url: `sqlite:${file('hub')}`, poolSize: 1 });
    const started = performance.now();
    await runPass(cache, createOrderSource({ orders, pageSize }));
    seen.hub.push((performance.now() - started) / 1_000);
    await cache.close();
    seen.bare.push(await loadBare(file('bare'), orders, pageSize));
    say(`  hub ${seen.hub.at(-1)?.toFixed(1)} s, bare ${seen.bare.at(-1)?.toFixed(1)} s`);
  }
  const rate = (seconds: number[]) => (orders * ROWS_PER_ORDER) / median(seconds);
  const figures: Figure[] = [
    { name: 'initial load on SQLite, rows/s of bare inserts', value: rate(seen.hub) / rate(seen.bare), bar: null },
  ];
  return { figures, orders, rowsPerSecond: { hub: rate(seen.hub), bare: rate(seen.bare) }, seen };
}

/** Seconds for the inserts alone, into tables that the hub has made and set up. */
async function loadBare(file: string, orders: number, pageSize: number): Promise<number> {
  await (await openCache({ url: `sqlite:${file}`, poolSize: 1 })).close();
  const database = new Database(file);
  for (const setting of ['synchronous = NORMAL', 'cache_size = -131072', 'wal_autocheckpoint = 8000']) {
    database.pragma(setting);
  }
  const inserts = Object.entries(storedColumns).map(([table, columns]) => {
    const names = columns.map((column) => `"${column}"`).join(', ');
    const statement = `INSERT OR REPLACE INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`;
    return { table, insert: database.prepare(statement) };
  });
  let seconds = 0;
  for await (const tables of storedRows(orders, pageSize, 'sqlite')) {
    const started = performance.now();
    database.transaction(() => {
      for (const { table, insert } of inserts) for (const row of tables[table] ?? []) insert.run(row);
    })();
    seconds += (performance.now() - started) / 1_000;
  }
  database.close();
  return seconds;
}
