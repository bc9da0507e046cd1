import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type BenchOptions, type Figure, lineOf, meets } from './sync/bench-options.ts';
import { measureGatewayLatency } from './sync/gateway-latency.ts';
import { measureInitialLoad } from './sync/initial-load.ts';
import { describeMachine } from './sync/machine.ts';
import { measureSqliteLoad } from './sync/sqlite-load.ts';
import { measureTableSizes } from './sync/table-sizes.ts';

interface Part {
  title: string;
  measure(options: BenchOptions): Promise<{ figures: Figure[] }>;
}

const parts: Record<string, Part> = {
  load: { title: 'Initial load of orders with 3 lines each (rows: orders and lines)', measure: measureInitialLoad },
  sizes: { title: 'Tables of three sizes: memory, and passes that find nothing or little', measure: measureTableSizes },
  gateway: { title: 'The gateway while a full load goes on in its database', measure: measureGatewayLatency },
  sqlite: { title: 'Initial load of the same orders on SQLite', measure: measureSqliteLoad },
};

const given = new Command('bench:sync')
  .description('Measures the sync pass on a MariaDB or MySQL server, as ratios within one run.')
  .option('--url <url>', 'the server; databases are made there and dropped', 'mysql://root@127.0.0.1:3306')
  .option('--only <parts>', `some of ${Object.keys(parts).join(',')}`, Object.keys(parts).join(','))
  .option('--orders <n>', 'orders of the loads whose speed is measured', number, 100_000)
  .option('--rounds <n>', 'repetitions of such a load, of which the median counts', number, 3)
  .option('--large <n>', 'orders of the largest table', number, 1_000_000)
  .option('--page-size <n>', 'records a page', number, 1_000)
  .option('--smoke', 'small and quick: shows that it runs, not how fast')
  .option('--json', 'everything measured as JSON, on standard output')
  .parse()
  .opts<{
    url: string;
    only: string;
    orders: number;
    rounds: number;
    large: number;
    pageSize: number;
    smoke?: true;
    json?: true;
  }>();

process.exitCode = await bench();

/** 0 when every figure meets its bar (or it was only a smoke run), 1 otherwise. */
async function bench(): Promise<number> {
  const say = (line: string) => given.json ?? process.stdout.write(`${line}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'c360-bench-'));
  const { pageSize, url: serverUrl, orders, rounds, large } = given;
  const full = { orders, rounds, large, passes: 15, customers: 1_000, seconds: 20 };
  const smoke = { orders: 2_000, rounds: 1, large: 10_000, passes: 3, customers: 50, seconds: 2 };
  const options: BenchOptions = { ...(given.smoke ? smoke : full), pageSize, serverUrl, folder, say };
  const machine = await describeMachine(serverUrl);
  for (const [name, value] of Object.entries(machine)) say(`${name.padEnd(12)} ${value}`);
  const results: Record<string, { figures: Figure[] }> = {};
  try {
    for (const name of given.only.split(',')) {
      const part = parts[name];
      if (!part) throw new Error(`Expected --only to name some of ${Object.keys(parts).join(',')}, got ${name}.`);
      say(`\n${part.title}`);
      results[name] = await part.measure(options);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const figures = Object.values(results).flatMap((result) => result.figures);
  say('');
  for (const figure of figures) say(lineOf(figure));
  if (given.json) process.stdout.write(`${JSON.stringify({ machine, results }, null, 2)}\n`);
  return given.smoke || figures.every(meets) ? 0 : 1;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number above 0.');
  return value;
}
