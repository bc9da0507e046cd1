import { fork } from 'node:child_process';
import { Command, InvalidArgumentError } from 'commander';
import mysql from 'mysql2/promise';
import { type Figure, lineOf, median, meets } from './sync/bench-options.ts';
import { type Spent, spent } from './sync/cpu-time.ts';
import { describeMachine } from './sync/machine.ts';
import { withDatabase } from './sync/throwaway-database.ts';
import { fillSource } from './verify/order-table.ts';
import type { Step, StepResult } from './verify/step.ts';

const given = new Command('bench:verify')
  .description('Measures verify of a table on a MariaDB or MySQL server, as ratios within one run.')
  .option('--url <url>', 'the server; databases are made there and dropped', 'mysql://root@127.0.0.1:3306')
  .option('--rows <n>', 'rows of the table', number, 1_000_000)
  .option('--rounds <n>', 'repetitions, of which the median counts', number, 3)
  .option('--full', 'compares record by record as well')
  .option('--smoke', 'small and quick: shows that it runs, not how fast')
  .parse()
  .opts<{ url: string; rows: number; rounds: number; full?: true; smoke?: true }>();

const { rows, rounds } = given.smoke ? { rows: 5_000, rounds: 1 } : given;
process.exitCode = await withDatabase(given.url, (sourceUrl) =>
  withDatabase(given.url, (cacheUrl) => bench(sourceUrl, cacheUrl)),
);

/** 0 when every figure meets its bar (or it was only a smoke run), 1 otherwise. */
async function bench(sourceUrl: string, cacheUrl: string): Promise<number> {
  for (const [name, value] of Object.entries(await describeMachine(given.url))) say(`${name.padEnd(12)} ${value}`);
  const admin = await mysql.createConnection(cacheUrl);
  const run = (step: Step) => measured(admin, step, sourceUrl, cacheUrl);
  try {
    await fillSource(sourceUrl, rows);
    say(`\n${rows.toLocaleString('en-US')} rows`);
    await run('sync');
    const read: Measured[] = [];
    const equal: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      read.push(await run('read'));
      equal.push(await run('verify'));
    }
    expectOutcome(equal, 'EQUAL by CHECKSUM');
    if (given.full) await run('verify-full');
    await admin.query("UPDATE orders SET customer_reference = 'altered' WHERE source_key = ?", [
      `${1_000_000 + rows / 2}`,
    ]);
    const altered = await run('verify');
    expectOutcome([altered], 'DIFFERENT by CHECKSUM');
    const ratio = (of: (one: Measured) => number) => median(read.map(of)) / median(equal.map(of));
    say('');
    say(
      `CPU of both processes and the server: ${ratio((one) => one.own + one.server).toFixed(1)} times less than reading`,
    );
    return verdict([
      { name: 'reading in full / verify, by the clock', value: ratio((one) => one.seconds), bar: { least: 5 } },
      { name: 'peak memory of verify, MB', value: Math.max(...equal.map(({ peak }) => peak)), bar: { most: 200 } },
      { name: 'records read to find one that was altered', value: altered.readByKey, bar: { most: 2_000 } },
    ]);
  } finally {
    await admin.end();
  }
}

type Measured = StepResult & Pick<Spent, 'server'>;

/** Every step has a process of its own: its memory is that of this step. */
async function measured(admin: mysql.Connection, step: Step, sourceUrl: string, cacheUrl: string): Promise<Measured> {
  let result: StepResult | undefined;
  const { server } = await spent(admin, async () => {
    result = await inProcess(step, sourceUrl, cacheUrl);
  });
  if (!result) throw new Error(`Expected ${step} to tell what came of it.`);
  const { seconds, own, peak, records, readByKey, outcome } = result;
  say(
    `${step.padEnd(12)} ${seconds.toFixed(2).padStart(8)} s   CPU ${own.toFixed(1)} s, server ${server.toFixed(1)} s   ` +
      `peak ${peak.toFixed(0)} MB   ${outcome}, ${records} records, ${readByKey} read by key`,
  );
  return { ...result, server };
}

function inProcess(step: Step, sourceUrl: string, cacheUrl: string): Promise<StepResult> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./verify/step.ts', import.meta.url), [step, sourceUrl, cacheUrl]);
    child.on('message', (result) => resolve(result as StepResult));
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`Expected ${step} to end with 0, got ${code}.`)));
  });
}

function expectOutcome(results: readonly Measured[], outcome: string): void {
  const other = results.find((one) => one.outcome !== outcome);
  if (other) throw new Error(`Expected ${outcome}, got ${other.outcome}.`);
}

function verdict(figures: readonly Figure[]): number {
  for (const figure of figures) say(lineOf(figure));
  return given.smoke || figures.every(meets) ? 0 : 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number above 0.');
  return value;
}
