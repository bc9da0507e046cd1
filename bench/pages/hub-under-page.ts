import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

interface HubUnderPage {
  /** Address of the source. */
  source: string;
  /** Its page that the hub reads, again and again. */
  page: string;
  seconds: number;
  port: number;
}

/** What a hub took while it read a page every two seconds. */
export interface HubFigures {
  /** The most memory the process ever had (resident set). */
  peakMiB: number;
  /** Milliseconds: the longest time and the 99th of a hundred until `/healthz` answered. */
  healthMost: number;
  healthP99: number;
  /** Milliseconds by which the event loop was late at most, as the process itself measured. */
  loopDelay: number;
  /** Whether the page was read. */
  passes: number;
}

/** Runs `customer360 serve` in a process of its own over a source of one page. */
export async function runHubUnderPage({ source, page, seconds, port }: HubUnderPage): Promise<HubFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'c360-bench-pages-'));
  const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
  const stream = { resource: page, key: 'id', quarantineThreshold: 1, records };
  const rest = { kind: 'rest', url: source, itemsPath: 'items', paging: { type: 'none' }, timeout: '20s' };
  const settings = {
    database: { url: `sqlite:${join(folder, 'cache.db')}` },
    gateway: { port },
    sources: { shop: { ...rest, schedule: '*/2 * * * * *', streams: { people: stream } } },
  };
  const file = join(folder, 'settings.yaml');
  writeFileSync(file, JSON.stringify(settings));
  const script = fileURLToPath(new URL('../../cli/customer360.mjs', import.meta.url));
  const hub = spawn(process.execPath, [script, 'serve', '--settings', file], { stdio: 'ignore' });
  const exited = once(hub, 'exit');
  try {
    const base = `http://127.0.0.1:${port}`;
    await untilUp(base);
    const took: number[] = [];
    for (const until = Date.now() + seconds * 1_000; Date.now() < until; await sleep(50)) {
      const began = performance.now();
      await (await fetch(`${base}/healthz`)).text();
      took.push(performance.now() - began);
    }
    const metrics = await (await fetch(`${base}/metrics`)).text();
    const sum = (name: RegExp) => [...metrics.matchAll(name)].reduce((total, [, value]) => total + Number(value), 0);
    const sorted = took.sort((a, b) => a - b);
    return {
      peakMiB: Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${hub.pid}/status`, 'utf8'))?.[1]) / 1_024,
      healthMost: sorted.at(-1) ?? Number.NaN,
      healthP99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
      loopDelay: sum(/^nodejs_eventloop_lag_max_seconds (\S+)/gm) * 1_000,
      passes: sum(/^customer360_sync_runs_last_hour\{[^}]*\} (\S+)/gm),
    };
  } finally {
    hub.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function untilUp(base: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const isUp = await fetch(`${base}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  throw new Error('Expected the hub to start within 30 s.');
}
