import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startTestServer } from '../test/setup/mysql-server.ts';
import { cpuTimeOf } from './gateway/cpu-time.ts';
import { compareAnswers } from './load/compare-answers.ts';
import { type HubProcess, startHub } from './load/hub-process.ts';
import { type Landscape, startLandscape } from './load/landscape.ts';
import { createMinutes, lineOfMinute } from './load/minutes.ts';
import { createMixture, type Subjects } from './load/mixture.ts';
import { pacedLoad, requestsASecond } from './load/paced-load.ts';
import { readSubjects } from './load/subjects.ts';
import { subscribe } from './load/subscribers.ts';
import { type Figure, lineOf, meets } from './sync/bench-options.ts';
import { describeMachine } from './sync/machine.ts';
import { withDatabase } from './sync/throwaway-database.ts';

/*
 * `npm run bench:load`: a hub as it is run (`serve`, syncs every three seconds, on MariaDB or MySQL) while its sources
 * change all the time and many people ask it different things at a fixed rate. Ends with 1 where an answer was wrong
 * or a bar is missed; a minute is enough to see that it runs.
 *
 *   --minutes 30
 *   --rate 40             requests a second; 35 % of what the hub answers at most when left out
 *   --apart              one hub syncs, and another on the same database (`--no-sync`) is asked
 *   --change-every 200    milliseconds from one change in the sources to the next
 *   --scale 0.5  --seed 360
 *   --database mysql://…  a server to use instead of a private one
 */

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string' },
    apart: { type: 'boolean', default: false },
    'change-every': { type: 'string', default: '200' },
    scale: { type: 'string', default: '0.5' },
    seed: { type: 'string', default: '360' },
    database: { type: 'string' },
  },
});

const minutes = Number(options.minutes);
const seed = Number(options.seed);
/** Caches fill, code is compiled, the heap finds its size. */
const WARMING = 5;
const SHARE = 0.35;
const say = (line: string) => process.stdout.write(`${line}\n`);

const server = options.database ? null : await startTestServer({ PATH: process.env.PATH });
const serverUrl = options.database ?? server?.url;
const folder = mkdtempSync(join(tmpdir(), 'c360-load-'));
try {
  if (!serverUrl) throw new Error('Expected MariaDB or MySQL on this machine, or --database mysql://….');
  for (const [name, value] of Object.entries(await describeMachine(serverUrl))) say(`${name.padEnd(14)} ${value}`);
  const figures = await withDatabase(serverUrl, (hubUrl) =>
    withDatabase(serverUrl, (financeUrl) => measure(hubUrl, financeUrl)),
  );
  say('');
  for (const figure of figures) say(lineOf(figure));
  process.exitCode = figures.every(meets) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
  await server?.stop();
}

async function measure(databaseUrl: string, financeUrl: string): Promise<Figure[]> {
  say('The systems are started and read for the first time …');
  const landscape = await startLandscape({ folder, databaseUrl, financeUrl, scale: Number(options.scale), seed });
  const hubs: HubProcess[] = [];
  try {
    const syncing = await startHub('--settings', landscape.settingsFile);
    hubs.push(syncing);
    const hub = options.apart ? await startHub('--no-sync', '--settings', landscape.settingsFile) : syncing;
    if (hub !== syncing) hubs.push(hub);
    const subjects = await readSubjects(hub.url);
    landscape.startChanging(Number(options['change-every']));
    return await underLoad(hub, () => hubs.flatMap((one) => one.complaints()), landscape, subjects);
  } finally {
    for (const one of hubs) await one.stop();
    await landscape.stop();
  }
}

async function underLoad(
  hub: HubProcess,
  complaintsOfHubs: () => string[],
  landscape: Landscape,
  subjects: Subjects,
): Promise<Figure[]> {
  const most = { url: hub.url, connections: 8 };
  await requestsASecond({
    ...most,
    requests: createMixture(subjects, { seed: seed + 1, changes: false }),
    seconds: 10,
  });
  const bears = await requestsASecond({
    ...most,
    requests: createMixture(subjects, { seed: seed + 2, changes: false }),
    seconds: 10,
  });
  const rate = options.rate ? Number(options.rate) : Math.round(bears * SHARE);
  say(`It answers ${bears.toFixed(0)} requests a second at most; now ${rate} a second for ${minutes} minutes.`);
  say('   minute  asked  p50 ms  p99 ms  max ms  heap MiB  RSS MiB');

  const seen = createMinutes();
  const subscribers = await subscribe(hub.url, subjects);
  const cpuBefore = cpuTimeOf(hub.pid);
  const readings = readMemory(hub, seen);
  await pacedLoad({
    url: hub.url,
    requests: createMixture(subjects, { seed, changes: true }),
    rate,
    seconds: minutes * 60,
    over: seen.over,
  });
  await readings;
  const cpu = cpuTimeOf(hub.pid) - cpuBefore;
  subscribers.stop();
  // before the systems are stopped, of which the hubs would complain rightly
  const complaints = complaintsOfHubs();

  const all = seen.all();
  say(`      all${lineOfMinute(0, all, undefined).slice(9)}`);
  say('');
  for (const { kind, ...sum } of seen.kinds()) {
    say(`${kind.padEnd(26)} ${String(sum.asked).padStart(6)}  p50 ${sum.p50.toFixed(1)}  p99 ${sum.p99.toFixed(1)} ms`);
  }
  say(`\nCPU of the hub: ${(cpu / (minutes * 600)).toFixed(0)} % of a processor. Events: ${subscribers.events()}.`);

  // without systems nothing changes any more: what was kept all the while is compared with what the database has
  await landscape.stop();
  await sleep(15_000);
  const { compared, different } = await compareWithFresh(hub, landscape, subjects);
  const wrong = [...seen.wrong, ...subscribers.wrong, ...different, ...complaints];
  for (const line of wrong.slice(0, 20)) say(`wrong: ${line}`);

  const figures: Figure[] = [
    { name: 'answers that were wrong', value: seen.wrong.length + subscribers.wrong.length, bar: { most: 0 } },
    { name: 'warnings and errors in the logs', value: complaints.length, bar: { most: 0 } },
    { name: `kept answers that differ from the database, of ${compared}`, value: different.length, bar: { most: 0 } },
    { name: 'p99 as a multiple of p50', value: all.p99 / all.p50, bar: { most: 10 } },
  ];
  const heaps = seen.each().flatMap(({ memory }, index) => (memory && index >= WARMING ? [memory.heapUsed] : []));
  if (heaps.length > 1) {
    const growth = Math.max(...heaps) / Math.min(...heaps);
    figures.push({ name: `largest heap of the smallest, after ${WARMING} minutes`, value: growth, bar: { most: 1.1 } });
  }
  return figures;
}

/** At the end of each minute. */
async function readMemory(hub: HubProcess, seen: ReturnType<typeof createMinutes>): Promise<void> {
  const started = performance.now();
  for (let minute = 0; minute < minutes; minute++) {
    await sleep(Math.max(0, started + (minute + 1) * 60_000 - performance.now()));
    const memory = await hub.memory();
    seen.remember(minute, memory);
    const sum = seen.each()[minute];
    if (sum) say(lineOfMinute(minute, sum, memory));
  }
}

async function compareWithFresh(hub: HubProcess, landscape: Landscape, subjects: Subjects) {
  const fresh = await startHub('--no-sync', '--settings', landscape.forgetfulSettingsFile);
  try {
    return await compareAnswers(
      { kept: hub.url, fresh: fresh.url },
      createMixture(subjects, { seed, changes: false }),
      1_000,
    );
  } finally {
    await fresh.stop();
  }
}
