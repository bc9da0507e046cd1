import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { type BenchOptions, type Figure, median } from './bench-options.ts';
import { loadInChild } from './child-load.ts';
import { createOrderSource, type OrderSource } from './order-source.ts';
import { runPass } from './run-pass.ts';
import { withDatabase } from './throwaway-database.ts';

/** Changes of one pass; the last is ten times the one before, as is what it should cost. */
const CHANGES = [10, 100, 1_000, 10_000];

interface Loaded {
  orders: number;
  peakMiB: number;
  cache: Cache;
  source: OrderSource;
}

/**
 * What grows with the table and what does not: the memory of a full load, a pass that finds nothing changed, and
 * passes that find some changes. Three tables, each ten times as large as the one before.
 */
export async function measureTableSizes(options: BenchOptions) {
  const { large } = options;
  return withLoaded(options, [large / 100, large / 10, large].map(Math.round), [], async (tables) => {
    const [small, middle, big] = tables;
    if (!small || !middle || !big) throw new Error('Expected three tables.');
    const unchanged = await unchangedPasses(options, [small, big]);
    const changes = await changingPasses(options, middle);
    const perChange = changes.map(({ count, milliseconds }) => (milliseconds - (unchanged.at(-1) ?? 0)) / count);
    const figures: Figure[] = [
      {
        name: `memory at ${big.orders} orders against ${middle.orders}`,
        value: big.peakMiB / middle.peakMiB,
        bar: { most: 1.3 },
      },
      { name: `memory at ${big.orders} orders, MiB`, value: big.peakMiB, bar: { most: 300 } },
      {
        name: `nothing changed in ${big.orders} orders against ${small.orders}`,
        value: (unchanged[1] ?? Number.NaN) / (unchanged[0] ?? Number.NaN),
        bar: { most: 1.5 },
      },
      {
        name: `a change among ${changes.at(-1)?.count} against one among ${changes.at(-2)?.count}`,
        value: (perChange.at(-1) ?? Number.NaN) / (perChange.at(-2) ?? Number.NaN),
        bar: { most: 1.5 },
      },
    ];
    return { figures, memory: tables.map(({ orders, peakMiB }) => ({ orders, peakMiB })), unchanged, changes };
  });
}

/** All tables at once, so that their passes can take turns. */
async function withLoaded<T>(
  options: BenchOptions,
  sizes: readonly number[],
  loaded: readonly Loaded[],
  work: (tables: readonly Loaded[]) => Promise<T>,
): Promise<T> {
  const [orders, ...others] = sizes;
  if (orders === undefined) return work(loaded);
  const { serverUrl, pageSize, say } = options;
  return withDatabase(serverUrl, async (url) => {
    const { seconds, peakMiB } = await loadInChild({ url, orders, pageSize });
    say(`  full load of ${orders} orders: ${seconds.toFixed(1)} s, at most ${peakMiB.toFixed(0)} MiB`);
    const cache = await openCache({ url, poolSize: 4 });
    try {
      const table = { orders, peakMiB, cache, source: createOrderSource({ orders, pageSize }) };
      return await withLoaded(options, others, [...loaded, table], work);
    } finally {
      await cache.close();
    }
  });
}

/** Milliseconds of a pass that finds nothing changed, a median for each table; they take turns. */
async function unchangedPasses({ passes, say }: BenchOptions, tables: readonly Loaded[]): Promise<number[]> {
  const seen = tables.map((): number[] => []);
  for (let pass = 0; pass < passes + 1; pass++) {
    for (const [at, { cache, source }] of tables.entries()) {
      const took = await timed(cache, source, 0);
      // The first of each finds everything cold.
      if (pass > 0) seen[at]?.push(took);
    }
  }
  const medians = seen.map(median);
  for (const [at, { orders }] of tables.entries()) {
    say(`  a pass that finds nothing changed in ${orders} orders: ${medians[at]?.toFixed(1)} ms`);
  }
  return medians;
}

async function changingPasses({ passes, say }: BenchOptions, { orders, cache, source }: Loaded) {
  const measured: { count: number; milliseconds: number }[] = [];
  for (const count of CHANGES.filter((changes) => changes <= orders)) {
    const seen: number[] = [];
    for (let pass = 0; pass < Math.min(passes, 5); pass++) {
      source.change(count);
      seen.push(await timed(cache, source, count));
    }
    measured.push({ count, milliseconds: median(seen) });
    say(`  a pass with ${count} changes in ${orders} orders: ${median(seen).toFixed(1)} ms`);
  }
  return measured;
}

async function timed(cache: Cache, source: OrderSource, changes: number): Promise<number> {
  const started = performance.now();
  const { changed } = await runPass(cache, source);
  if (changed !== changes) throw new Error(`Expected a pass to find ${changes} changes, got ${changed}.`);
  return performance.now() - started;
}
