import { rmSync } from 'node:fs';
import { join } from 'node:path';
import mysql, { type Connection } from 'mysql2/promise';
import { openCache } from '../../cache/database/open-cache.ts';
import { type BenchOptions, type Figure, median } from './bench-options.ts';
import { nothingSpent, type Spent, spent, together } from './cpu-time.ts';
import { loadFiles, writeFiles } from './load-data.ts';
import { createOrderSource, ROWS_PER_ORDER } from './order-source.ts';
import { runPass } from './run-pass.ts';
import { withDatabase } from './throwaway-database.ts';
import { openTypeorm } from './typeorm-upsert.ts';

const contenders = ['hub', 'loadData', 'typeorm'] as const;
type Contender = (typeof contenders)[number];

/**
 * The first load of an empty cache, against the fastest way to fill the same tables by hand and against TypeORM's.
 * The two are given ready-made rows; only the hub also maps, validates, hashes, checks its lease and keeps checkpoints.
 */
export async function measureInitialLoad(options: BenchOptions) {
  const { orders, rounds, say } = options;
  const folder = join(options.folder, 'load-data');
  const seen: Record<Contender, Spent[]> = { hub: [], loadData: [], typeorm: [] };
  try {
    await writeFiles(folder, orders);
    for (let round = 0; round < rounds; round++) {
      const sums = new Set<string>();
      for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
        const { took, checksum } = await load(contender, options, folder);
        seen[contender].push(took);
        sums.add(checksum);
        say(`  ${contender.padEnd(8)} ${textOf(took, orders)}`);
      }
      if (sums.size > 1) throw new Error(`Expected all to leave the same rows, got the checksums ${[...sums]}.`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const rate = (contender: Contender) =>
    median(seen[contender].map(({ seconds }) => (orders * ROWS_PER_ORDER) / seconds));
  const figures: Figure[] = [
    { name: 'initial load, rows/s of LOAD DATA', value: rate('hub') / rate('loadData'), bar: { least: 0.5 } },
    { name: 'initial load, rows/s of TypeORM', value: rate('hub') / rate('typeorm'), bar: { least: 2 } },
  ];
  return { figures, orders, rowsPerSecond: Object.fromEntries(contenders.map((name) => [name, rate(name)])), seen };
}

async function load(contender: Contender, options: BenchOptions, folder: string) {
  const { serverUrl, orders, pageSize } = options;
  return withDatabase(serverUrl, async (url) => {
    // The hub's own migrations make the tables for all three.
    const cache = await openCache({ url, poolSize: 4 });
    const connection = await mysql.createConnection({ uri: url, flags: ['+LOCAL_FILES'] });
    try {
      const took = await loadBy[contender]({ cache, connection, url, orders, pageSize, folder });
      return { took, checksum: await checksumOf(connection) };
    } finally {
      await connection.end();
      await cache.close();
    }
  });
}

interface Load {
  cache: Awaited<ReturnType<typeof openCache>>;
  connection: Connection;
  url: string;
  orders: number;
  pageSize: number;
  folder: string;
}

const loadBy: Record<Contender, (load: Load) => Promise<Spent>> = {
  hub: ({ cache, connection, orders, pageSize }) =>
    spent(connection, () => runPass(cache, createOrderSource({ orders, pageSize }))),
  loadData: ({ connection, folder }) => spent(connection, () => loadFiles(connection, folder)),
  async typeorm({ connection, url, orders }) {
    const typeorm = await openTypeorm(url);
    let took = nothingSpent;
    await typeorm.upsertAll(orders, async (work) => {
      took = together(took, await spent(connection, work));
    });
    await typeorm.close();
    return took;
  },
};

/** Over what all three must leave alike; source records also say when and by which run they were written. */
async function checksumOf(connection: Connection): Promise<string> {
  const [rows] = await connection.query('CHECKSUM TABLE orders, order_lines');
  return (rows as { Checksum: string }[]).map((row) => row.Checksum).join('/');
}

function textOf({ seconds, own, server }: Spent, orders: number): string {
  const rows = Math.round((orders * ROWS_PER_ORDER) / seconds);
  return `${rows.toLocaleString('en')} rows/s in ${seconds.toFixed(1)} s; CPU ${own.toFixed(1)} s, server ${server.toFixed(1)} s`;
}
