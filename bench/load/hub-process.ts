import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Bytes, after everything that is no longer needed was collected. */
export interface MemoryReading {
  heapUsed: number;
  rss: number;
}

export interface HubProcess {
  url: string;
  pid: number;
  memory(): Promise<MemoryReading>;
  /** Warnings and errors of its log so far. */
  complaints(): readonly string[];
  stop(): Promise<void>;
}

/** Runs a command of the hub to its end. */
export async function runHub(...args: string[]): Promise<void> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../cli/customer360.mjs', import.meta.url)), ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-4_000);
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0)
    throw new Error(`Expected customer360 ${args.join(' ')} to succeed, but it ended with ${code}:\n${said}`);
}

/** Starts `customer360 serve` in a process of its own and waits until it answers. */
export async function startHub(...args: string[]): Promise<HubProcess> {
  // The second flag is set by cli/customer360.mjs for the hub itself.
  const child = fork(fileURLToPath(new URL('./hub.ts', import.meta.url)), ['serve', ...args], {
    execArgv: ['--expose-gc', '--heap-growing-percent=100', '--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const complaints: string[] = [];
  const url = await addressOf(child, complaints);
  return {
    url,
    pid: child.pid ?? 0,
    async memory() {
      const told = once(child, 'message') as Promise<[MemoryReading]>;
      child.send('memory');
      const [reading] = await told;
      return reading;
    },
    complaints: () => complaints,
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The hub's log is one JSON line an event; among them is the address it serves at. */
function addressOf(child: ChildProcess, complaints: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stderr) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        const { level, url } = readLine(line);
        if (level !== 'info' && level !== 'debug') complaints.push(line);
        if (url) resolve(url);
      });
    }
    child.once('exit', (code) => {
      reject(new Error(`The hub ended with ${code} before it served:\n${complaints.join('\n')}`));
    });
  });
}

/** A line that is no event of the log, such as a warning of Node, counts as a complaint. */
function readLine(line: string): { level?: string; url?: string } {
  try {
    return JSON.parse(line) as { level?: string; url?: string };
  } catch {
    return {};
  }
}
