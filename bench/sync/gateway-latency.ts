import { setTimeout as sleep } from 'node:timers/promises';
import { openCache } from '../../cache/database/open-cache.ts';
import { makeCompany } from '../gateway/company.ts';
import { fillDatabase } from '../gateway/fill-database.ts';
import { makeQuestions, type Question } from '../gateway/questions.ts';
import { startContender } from '../gateway/start-contender.ts';
import type { BenchOptions, Figure } from './bench-options.ts';
import { loadInChild } from './child-load.ts';
import { withDatabase } from './throwaway-database.ts';

/** Requests a second: what many people at once ask, and far from what the gateway can do at most. */
const RATE = 20;

/**
 * How much longer the gateway's answers take while a full load goes on in the same database. The gateway, the load and
 * whoever asks are processes of their own; questions are asked at a fixed rate, whether answers come or not.
 */
export async function measureGatewayLatency(options: BenchOptions) {
  const { serverUrl, orders, pageSize, seconds, say } = options;
  const size = { seed: 360, customers: options.customers };
  return withDatabase(serverUrl, async (url) => {
    const company = makeCompany(size);
    const [question] = makeQuestions(company, size.seed);
    if (!question) throw new Error('Expected the question of one customer.');
    const cache = await openCache({ url, poolSize: 4 });
    await fillDatabase(cache, company);
    await cache.close();
    const gateway = await startContender('hub.ts', { ...size, databaseUrl: url, subgraphs: {}, gateway: {} });
    try {
      await latencies(gateway.url, question, Math.ceil(seconds / 2));
      const before = await latencies(gateway.url, question, seconds);
      let loading = true;
      const load = loadInChild({ url, orders, pageSize }).finally(() => {
        loading = false;
      });
      const during = await latencies(gateway.url, question, seconds, () => loading);
      const { seconds: loaded } = await load;
      const after = await latencies(gateway.url, question, seconds);
      const quiet = percentile([...before, ...after], 99);
      const busy = percentile(during, 99);
      say(
        `  ${question.name} at ${RATE} a second, p99: ${quiet.toFixed(1)} ms, ${busy.toFixed(1)} ms during a full load (${loaded.toFixed(0)} s)`,
      );
      const figures: Figure[] = [{ name: "gateway's p99 during a full load", value: busy / quiet, bar: { most: 3 } }];
      const all = { before, during, after };
      const summary = Object.fromEntries(
        Object.entries(all).map(([when, seen]) => [
          when,
          { asked: seen.length, p50: percentile(seen, 50), p99: percentile(seen, 99) },
        ]),
      );
      return { figures, ...summary };
    } finally {
      await gateway.stop();
    }
  });
}

/** Milliseconds from when each question was due until it was answered. */
async function latencies(
  url: string,
  { query, cases }: Question,
  seconds: number,
  whileTrue: () => boolean = () => true,
): Promise<number[]> {
  const asked: Promise<number>[] = [];
  const started = performance.now();
  for (let n = 0; n < seconds * RATE && whileTrue(); n++) {
    const due = started + (n * 1_000) / RATE;
    await sleep(Math.max(0, due - performance.now()));
    const body = JSON.stringify({ query, variables: cases[n % cases.length]?.variables });
    asked.push(ask(url, body).then(() => performance.now() - due));
  }
  return Promise.all(asked);
}

async function ask(url: string, body: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const answer = (await response.json()) as { errors?: unknown };
  if (!response.ok || answer.errors) throw new Error(`Expected an answer, got ${JSON.stringify(answer).slice(0, 300)}`);
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}
