import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { post } from '../gateway/load.ts';
import type { Answer, Request } from './mixture.ts';

/** One request that was answered, or failed. */
export interface Outcome {
  kind: string;
  /** Milliseconds since the load began when it was due. */
  due: number;
  /** From then until it was answered. */
  milliseconds: number;
  wrong: string | null;
}

export interface PacedLoad {
  url: string;
  requests: (n: number) => Request;
  /** Requests a second. */
  rate: number;
  seconds: number;
  /** Called when one is over. */
  over(outcome: Outcome): void;
}

/**
 * Asks at a fixed rate, whether answers come or not, and counts from when a request was due: what waits because the hub
 * stands still is as late as it would be for those who asked.
 */
export async function pacedLoad({ url, requests, rate, seconds, over }: PacedLoad): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const started = performance.now();
  const asked: Promise<void>[] = [];
  for (let n = 0; n < seconds * rate; n++) {
    const due = (n * 1_000) / rate;
    const early = started + due - performance.now();
    if (early > 0) await sleep(early);
    const request = requests(n);
    asked.push(
      ask(url, agent, request).then((wrong) => {
        over({ kind: request.kind, due, milliseconds: performance.now() - started - due, wrong });
      }),
    );
  }
  await Promise.all(asked);
  agent.destroy();
}

/** As fast as the hub answers over a few connections: what it bears at most. */
export async function requestsASecond({
  url,
  requests,
  seconds,
  connections,
}: Pick<PacedLoad, 'url' | 'requests' | 'seconds'> & { connections: number }): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const started = performance.now();
  let count = 0;
  const worker = async () => {
    while (performance.now() - started < seconds * 1_000) {
      await ask(url, agent, requests(count++));
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return count / ((performance.now() - started) / 1_000);
}

/** What is wrong with the answer; null: nothing. */
async function ask(url: string, agent: Agent, { body, wrong }: Request): Promise<string | null> {
  try {
    return wrong(JSON.parse(await post(url, agent, body, [200, 400])) as Answer);
  } catch (error) {
    return String(error);
  }
}
