import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What the process of the sources says. */
export type SourcesMessage = { type: 'ready'; settings: Record<string, unknown> } | { type: 'failed'; message: string };

/** What it is told. */
export type SourcesOrder = { type: 'change'; everyMs: number } | { type: 'stop' };

export interface DemoSourcesOptions {
  seed: number;
  scale: number;
  /** Where the finance system's file goes. */
  directory: string;
  /** Instead of a file: `mysql://…`. */
  financeUrl?: string;
}

export interface RunningSources {
  /** The settings of a hub over them. */
  settings: Record<string, unknown>;
  /** Lets something happen in one of them every so often, until `stop`. */
  startChanging(everyMs: number): void;
  stop(): Promise<void>;
}

/** Starts the demo's source systems in a process of their own. */
export async function startSources(options: DemoSourcesOptions): Promise<RunningSources> {
  const child = fork(fileURLToPath(new URL('../demo-sources.mjs', import.meta.url)), [JSON.stringify(options)]);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const settings = await new Promise<Record<string, unknown>>((resolve, reject) => {
    child.once('message', (message: SourcesMessage) => {
      if (message.type === 'ready') resolve(message.settings);
      else reject(new Error(`The demo's sources could not start: ${message.message}`));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The demo's sources ended at their start with exit code ${code}.`)));
  }).catch((error: unknown) => {
    // some of the systems may have started: as long as they run, this process does not end either
    child.kill('SIGKILL');
    throw error;
  });
  const order = (message: SourcesOrder) => {
    if (child.connected) child.send(message);
  };
  return {
    settings,
    startChanging: (everyMs) => order({ type: 'change', everyMs }),
    async stop() {
      order({ type: 'stop' });
      await ended;
    },
  };
}
