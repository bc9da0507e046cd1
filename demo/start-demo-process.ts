import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DemoOptions, DemoSources } from './start-demo-sources.ts';

/** What the parent asks of the process that runs the sources. Each order is answered by its number. */
export type Order =
  | { kind: 'start'; options: DemoOptions }
  | { kind: 'change'; count: number }
  | { kind: 'startChanging'; everyMs: number }
  | { kind: 'stop' };

export type Facts = Pick<DemoSources, 'settings' | 'settingsFile' | 'env' | 'truth'>;

export type Reply = { number: number; facts?: Facts } | { number: number; failure: string };

const entry = fileURLToPath(new URL('./demo-process.ts', import.meta.url));
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * The same as `startDemoSources`, in a process of its own: the sources share neither processor core nor memory with
 * the hub that reads them. The process ends with `stop`, or when this one is gone.
 */
export async function startDemoProcess(options: DemoOptions): Promise<DemoSources> {
  const child = fork(entry, [], { execArgv: ['--import', loader], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const order = createOrders(child);
  const facts = await startIn(child, order, options);
  return {
    ...facts,
    change: async (count) => {
      await order({ kind: 'change', count });
    },
    startChanging: async ({ everyMs }) => {
      await order({ kind: 'startChanging', everyMs });
    },
    async stop() {
      if (!child.connected) return;
      const ended = once(child, 'exit');
      await order({ kind: 'stop' }).catch(() => undefined);
      await ended;
    },
  };
}

async function startIn(child: ChildProcess, order: GiveOrder, options: DemoOptions): Promise<Facts> {
  try {
    const { facts } = await order({ kind: 'start', options });
    if (!facts) throw new TypeError('Expected the facts of the started sources, got none.');
    return facts;
  } catch (error) {
    child.kill();
    throw error;
  }
}

type GiveOrder = (order: Order) => Promise<{ facts?: Facts }>;

/** Sends orders and waits for their replies; all that are open fail when the process ends. */
function createOrders(child: ChildProcess): GiveOrder {
  const waiting = new Map<number, (reply: Reply) => void>();
  let count = 0;
  child.on('message', (reply: Reply) => {
    waiting.get(reply.number)?.(reply);
    waiting.delete(reply.number);
  });
  const failAll = (failure: string) => {
    for (const [number, settle] of waiting) settle({ number, failure });
    waiting.clear();
  };
  child.on('exit', (code) => failAll(`The demo's sources ended with code ${code}.`));
  child.on('error', (error) => failAll(`The demo's sources could not be started: ${error.message}`));

  return async (order) => {
    count += 1;
    const number = count;
    const replied = new Promise<Reply>((resolve) => waiting.set(number, resolve));
    child.send({ number, order });
    const reply = await replied;
    if ('failure' in reply) throw new Error(reply.failure);
    return reply;
  };
}
