import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type BenchOptions, type Figure, meets } from './sync/bench-options.ts';
import { measureInitialLoad } from './sync/initial-load.ts';
import { describeMachine } from './sync/machine.ts';

interface Part {
  title: string;
  measure(options: BenchOptions): Promise<{ figures: Figure[] }>;
}

const parts: Record<string, Part> = {
  load: { title: 'Initial load of orders with 3 lines each (rows: orders and lines)', measure: measureInitialLoad },
};

const given = new Command('bench:sync')
  .description('Measures the sync pass on a MariaDB or MySQL server, as ratios within one run.')
  .option('--url <url>', 'the server; databases are made there and dropped', 'mysql://root@127.0.0.1:3306')
  .option('--only <parts>', `some of ${Object.keys(parts).join(',')}`, Object.keys(parts).join(','))
  .option('--orders <n>', 'orders of the load that is measured', number, 100_000)
  .option('--rounds <n>', 'repetitions, of which the median counts', number, 3)
  .option('--page-size <n>', 'records a page', number, 1_000)
  .option('--smoke', 'small and quick: shows that it runs, not how fast')
  .option('--json', 'everything measured as JSON, on standard output')
  .parse()
  .opts<{ url: string; only: string; orders: number; rounds: number; pageSize: number; smoke?: true; json?: true }>();

process.exitCode = await bench();

/** 0 when every figure meets its bar (or it was only a smoke run), 1 otherwise. */
async function bench(): Promise<number> {
  const say = (line: string) => given.json ?? process.stdout.write(`${line}\n`);
  const folder = mkdtempSync(join(tmpdir(), 'c360-bench-'));
  const { orders, rounds } = given.smoke ? { orders: 2_000, rounds: 1 } : given;
  const options = { orders, rounds, pageSize: given.pageSize, serverUrl: given.url, folder, say };
  const machine = await describeMachine(given.url);
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

function lineOf(figure: Figure): string {
  const { name, value, bar } = figure;
  const wanted = 'least' in bar ? `at least ${bar.least}` : `at most ${bar.most}`;
  return `${name.padEnd(60)} ${value.toFixed(2).padStart(6)}   ${wanted}: ${meets(figure) ? 'met' : 'MISSED'}`;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number above 0.');
  return value;
}
