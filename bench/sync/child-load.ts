import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ChildLoad {
  url: string;
  orders: number;
  pageSize: number;
}

export interface ChildReport {
  seconds: number;
  /** The most memory the process ever had (resident set). */
  peakMiB: number;
}

/** Loads orders in a process of its own. */
export async function loadInChild(task: ChildLoad): Promise<ChildReport> {
  const script = fileURLToPath(new URL('./load-in-child.ts', import.meta.url));
  // The flag is set by cli/customer360.mjs for the hub itself.
  const options = ['--heap-growing-percent=100', '--import', 'tsx', script, JSON.stringify(task)];
  const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`Expected the load to succeed, but its process ended with ${code}.`);
  return JSON.parse(said) as ChildReport;
}

/** In the child: what it was told to do. */
export function taskOfChild(): ChildLoad {
  return JSON.parse(process.argv[2] ?? '{}') as ChildLoad;
}
