import { Agent, request } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { Question } from './questions.ts';

interface Answer {
  data?: unknown;
  errors?: unknown;
}

export interface LoadResult {
  requests: number;
  seconds: number;
}

/** Asks each set of variables once. Says which answer is wrong, or null when all are right. */
export async function findWrongAnswer(url: string, question: Question): Promise<string | null> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const queue = question.cases.entries();
  const wrong: string[] = [];
  const worker = async () => {
    for (const [, { variables, data }] of queue) {
      const answer = await post(url, agent, bodyOf(question, variables)).then(
        (text) => JSON.parse(text) as Answer,
        (error: unknown): Answer => ({ errors: String(error) }),
      );
      if (answer.errors || !isDeepStrictEqual(answer.data, data)) {
        wrong.push(`${question.name} ${JSON.stringify(variables)}: ${difference(answer, data)}`);
      }
      if (wrong.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  agent.destroy();
  return wrong[0] ?? null;
}

function difference({ data, errors }: Answer, expected: unknown): string {
  if (errors) return JSON.stringify(errors).slice(0, 300);
  const [got, wanted] = [JSON.stringify(data), JSON.stringify(expected)];
  let at = 0;
  while (at < wanted.length && got[at] === wanted[at]) at += 1;
  const from = Math.max(0, at - 60);
  return `expected …${wanted.slice(from, at + 60)}…, got …${got.slice(from, at + 60)}…`;
}

/** Asks for some seconds over a number of kept connections, the sets of variables one after the other. */
export async function load(url: string, question: Question, connections: number, seconds: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const bodies = question.cases.map(({ variables }) => bodyOf(question, variables));
  const started = performance.now();
  const end = started + seconds * 1_000;
  let requests = 0;
  const worker = async () => {
    while (performance.now() < end) {
      const body = bodies[requests % bodies.length] ?? '';
      requests += 1;
      await post(url, agent, body);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return { requests, seconds: (performance.now() - started) / 1_000 };
}

function bodyOf({ query }: Question, variables: Record<string, unknown>): string {
  return JSON.stringify({ query, variables });
}

/** The text of an answer whose status is as expected. */
export function post(url: string, agent: Agent, body: string, expected = [200]): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (expected.includes(response.statusCode ?? 0)) resolve(text);
        else
          reject(
            new Error(`Expected status ${expected.join(' or ')}, got ${response.statusCode}: ${text.slice(0, 300)}`),
          );
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
