import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { runHubUnderPage } from './pages/hub-under-page.ts';
import { measureReadSpeed } from './pages/read-speed.ts';
import { type Figure, lineOf, meets } from './sync/bench-options.ts';

const given = new Command('bench:pages')
  .description(
    'Measures how answers of HTTP sources are read: records a CPU second, and a hub that reads a huge record.',
  )
  .option('--rounds <n>', 'repetitions, of which the median counts', number, 7)
  .option('--pages <n>', 'pages a round', number, 60)
  .option('--megabytes <n>', 'size of the page with one record', number, 60)
  .option('--seconds <n>', 'how long a hub reads it, again and again', number, 30)
  .option('--port <n>', 'where the hub listens meanwhile', number, 4_390)
  .option('--smoke', 'small and quick: shows that it runs, not how fast')
  .parse()
  .opts<{ rounds: number; pages: number; megabytes: number; seconds: number; port: number; smoke?: true }>();

process.exitCode = await bench();

/** 0 when every figure meets its bar (or it was only a smoke run), 1 otherwise. */
async function bench(): Promise<number> {
  const { rounds, pages, megabytes, seconds, port } = given.smoke
    ? { ...given, rounds: 1, pages: 3, seconds: 3 }
    : given;
  const script = fileURLToPath(new URL('./pages/page-server.ts', import.meta.url));
  const server = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const figures: Figure[] = [];
  try {
    const [source] = await firstLine(server.stdout);
    say('From the socket to parsed records');
    for (const records of [500, 5_000]) {
      const url = `${source}/orders?n=${records}`;
      const speed = { url, records, pages: Math.ceil((pages * 500) / records), rounds, say };
      figures.push(...(await measureReadSpeed(speed)));
    }
    say(`A hub that reads a page with one record of ${megabytes} MB every two seconds`);
    const quiet = await runHubUnderPage({ source: source ?? '', page: '/small', seconds, port });
    const busy = await runHubUnderPage({ source: source ?? '', page: `/large?mb=${megabytes}`, seconds, port });
    for (const [name, hub] of Object.entries({ 'a small record': quiet, 'the large record': busy })) {
      say(
        `  ${name.padEnd(18)} ${hub.peakMiB.toFixed(0)} MiB at most; /healthz within ${hub.healthMost.toFixed(0)} ms, p99 ` +
          `${hub.healthP99.toFixed(1)} ms; event loop late by ${hub.loopDelay.toFixed(0)} ms at most; ${hub.passes} passes`,
      );
    }
    figures.push({
      name: 'memory above that of a small record, MiB',
      value: busy.peakMiB - quiet.peakMiB,
      bar: { most: 300 },
    });
    figures.push({ name: 'longest wait for /healthz, ms', value: busy.healthMost, bar: { most: 2_000 } });
  } finally {
    server.kill();
  }
  say('');
  for (const figure of figures) say(lineOf(figure));
  return given.smoke || figures.every(meets) ? 0 : 1;
}

async function firstLine(output: NodeJS.ReadableStream): Promise<string[]> {
  for await (const line of createInterface({ input: output })) return [line];
  throw new Error('Expected the source to start.');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number above 0.');
  return value;
}
