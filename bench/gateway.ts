import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { openCache } from '../cache/database/open-cache.ts';
import { startTestServer } from '../test/setup/mysql-server.ts';
import { makeCompany } from './gateway/company.ts';
import { type Contender, contenders } from './gateway/contenders.ts';
import { cpuTimeOf } from './gateway/cpu-time.ts';
import { fillDatabase } from './gateway/fill-database.ts';
import { findWrongAnswer, load } from './gateway/load.ts';
import { makeQuestions, type Question } from './gateway/questions.ts';
import { type RunningProcess, startContender } from './gateway/start-contender.ts';
import { type Measurement, tablesOf } from './gateway/table.ts';

/*
 * `npm run bench:gateway`: what one answer costs, here and at its peers, on the same data and in one run. The figure to
 * trust on a busy machine is CPU milliseconds a request: of the server's processes, and of what they make work.
 *
 *   --customers 10000  --seconds 8  --warm-up 3  --rounds 2  --connections 1,32  --questions Q1,Q2,Q3,Q4
 *   --only <part of a name>,…     some contenders
 *   --database mysql://…          a server to use instead of a private one; the data in it is kept and used again
 */

const { values: options } = parseArgs({
  options: {
    customers: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '360' },
    seconds: { type: 'string', default: '8' },
    'warm-up': { type: 'string', default: '3' },
    rounds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '1,32' },
    questions: { type: 'string', default: 'Q1,Q2,Q3,Q4' },
    only: { type: 'string' },
    database: { type: 'string' },
  },
});

const size = { seed: Number(options.seed), customers: Number(options.customers) };
const say = (line: string) => process.stdout.write(`${line}\n`);

const company = makeCompany(size);
const questions = makeQuestions(company, size.seed).filter(({ name }) => options.questions.split(',').includes(name));
const server = options.database ? null : await startTestServer({ PATH: process.env.PATH });
const database = await prepareDatabase(options.database ?? server?.url ?? '');
const peersInstalled = existsSync(new URL('./node_modules', import.meta.url));
const running: RunningProcess[] = [];
let subgraphsPid = 0;
try {
  const measurements = await measureAll();
  say(`\n${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}, ${size.customers} customers\n`);
  say(tablesOf(measurements, 'limit: hand-written SQL'));
} finally {
  for (const each of running) await each.stop();
  await server?.stop();
}

async function measureAll(): Promise<Measurement[]> {
  const wanted = options.only?.split(',');
  const field = contenders.filter(({ name }) => !wanted || wanted.some((part) => name.includes(part)));
  const started = new Map<Contender, RunningProcess>();
  const out = new Set<string>();
  const subgraphs = await startSubgraphs(field);
  for (const contender of field) {
    const { name, script, gateway = {} } = contender;
    if (script.startsWith('./peers/') && !peersInstalled) {
      say(`${name} is left out: npm install --prefix bench installs the peers`);
      continue;
    }
    const task = { ...size, databaseUrl: database.url, subgraphs: subgraphs?.urls ?? {}, gateway };
    const process = await startContender(script, task);
    running.push(process);
    started.set(contender, process);
  }
  for (const [contender, { url }] of started) {
    for (const question of questions) {
      const wrong = await findWrongAnswer(url, question);
      if (wrong !== null) exclude(contender, question, wrong);
    }
  }
  const measurements: Measurement[] = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const order = round % 2 === 0 ? [...started] : [...started].reverse();
    for (const question of questions) {
      for (const connections of options.connections.split(',').map(Number)) {
        for (const [contender, process] of order) {
          if (out.has(`${contender.name} ${question.name}`)) continue;
          const measured = await measure(contender, process, question, connections).catch((error: unknown) =>
            exclude(contender, question, String(error)),
          );
          if (!measured) continue;
          measurements.push(measured);
          const cpu = ((measured.server + measured.beside) / measured.requests).toFixed(3);
          say(`${question.name} ${String(connections).padStart(2)}  ${contender.name.padEnd(36)} ${cpu} ms CPU`);
        }
      }
    }
  }
  for (const [contender, { url }] of started) {
    for (const question of questions) {
      const wrong = await findWrongAnswer(url, question);
      if (wrong !== null) exclude(contender, question, wrong);
    }
  }
  return measurements.filter(({ contender, question }) => !out.has(`${contender} ${question}`));

  /** Whoever answers a question wrongly, or not at all, has no figures for it. */
  function exclude({ name }: Contender, { name: question }: Question, why: string): void {
    const key = `${name} ${question}`;
    if (!out.has(key)) say(`${name} is out of ${question}: ${why}`);
    out.add(key);
  }
}

/** The four subgraphs, in one process of their own, when a gateway is there to need them. */
async function startSubgraphs(field: readonly Contender[]) {
  if (!peersInstalled || !field.some(({ beside }) => beside === 'subgraphs')) return null;
  const task = { ...size, databaseUrl: '', subgraphs: {}, gateway: {} };
  const process = await startContender('./peers/subgraphs.mjs', task);
  running.push(process);
  subgraphsPid = process.pid;
  return { urls: JSON.parse(process.url) as Record<string, string> };
}

async function measure(
  contender: Contender,
  { url, pid }: RunningProcess,
  question: Question,
  connections: number,
): Promise<Measurement> {
  await load(url, question, connections, Number(options['warm-up']));
  const besidePid = { database: database.pid, subgraphs: subgraphsPid, nothing: 0 }[contender.beside];
  const besideTime = () => (besidePid === 0 ? 0 : cpuTimeOf(besidePid));
  const before = { server: cpuTimeOf(pid), beside: besideTime() };
  const { requests, seconds } = await load(url, question, connections, Number(options.seconds));
  return {
    contender: contender.name,
    question: question.name,
    connections,
    requests,
    seconds,
    server: cpuTimeOf(pid) - before.server,
    beside: besideTime() - before.beside,
  };
}

/** A database with the company in it, filled unless it is there already. */
async function prepareDatabase(serverUrl: string): Promise<{ url: string; pid: number }> {
  if (serverUrl === '') throw new Error('Expected MariaDB or MySQL on this machine, or --database mysql://….');
  const name = `bench_gateway_${size.customers}_${size.seed}`;
  const url = `${serverUrl.replace(/\/$/, '')}/${name}`;
  const connection = await createConnection(serverUrl);
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET utf8mb4`);
  const [found] = await connection.query('SELECT @@pid_file AS file, @@datadir AS folder');
  await connection.end();
  const cache = await openCache({ url, poolSize: 4 });
  const [filled] = await cache.query('SELECT COUNT(*) AS n FROM stream_states');
  if (Number(filled?.n) === 0) {
    say(`Filling ${name} with ${size.customers} customers`);
    await fillDatabase(cache, company);
    await cache.query(
      'ANALYZE TABLE customers, customer_links, customer_forwards, parties, orders, order_lines, shipments, shipment_lines, invoices, invoice_lines, payments, payment_allocations, interactions, service_cases',
    );
  }
  await cache.close();
  return { url, pid: pidIn(found) };
}

/** The server says in which file its process id stands, as seen from its data folder. */
function pidIn(found: unknown): number {
  const [place] = found as { file: string; folder: string }[];
  return place ? Number(readFileSync(resolve(place.folder, place.file), 'utf8')) : 0;
}
