import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { createStatusStore } from '../../cache/streams/status-store.ts';
import { createLog } from '../../config/observability/log.ts';
import { runRefresh } from '../actions/refresh-insight.ts';
import { selectStreams } from '../actions/select-streams.ts';
import { syncStreams } from '../actions/sync-streams.ts';
import { type Hub, openHub } from '../compose.ts';
import { readSettings } from '../read-settings.ts';
import { nameOf } from '../terminal/progress.ts';
import { aborted, stopSignal } from '../terminal/stop-signal.ts';
import { terminal } from '../terminal/terminal.ts';
import { describeDemo } from './demo-screen.ts';
import { type RunningSources, startSources } from './demo-sources.ts';

export interface DemoCommandOptions {
  scale: number;
  seed: number;
  port: number;
  data?: string;
  keep?: boolean;
  changes: boolean;
  debug?: boolean;
}

const CHANGE_EVERY = 2_000;

/** Starts the sources, reads them for the first time, then serves and keeps in step until a signal comes. */
export async function runDemo(options: DemoCommandOptions): Promise<void> {
  const signal = stopSignal();
  const folder = prepareFolder(options);
  terminal.err(`Making a company (seed ${options.seed}, scale ${options.scale}) and starting its four systems …`);
  try {
    const sources = await startSources({ seed: options.seed, scale: options.scale, directory: folder });
    try {
      await runHub({ options, folder, sources, signal });
    } finally {
      await sources.stop();
    }
  } finally {
    if (!options.keep && options.data === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

interface RunHub {
  options: DemoCommandOptions;
  folder: string;
  sources: RunningSources;
  signal: AbortSignal;
}

async function runHub({ options, folder, sources, signal }: RunHub): Promise<void> {
  const settingsFile = writeSettings(folder, sources, options.port);
  const settings = readSettings(settingsFile, {});
  const hub = await openHub(settings, createLog({ level: options.debug ? 'debug' : 'warn' }));
  try {
    await serveDemo({ hub, sources, settingsFile, signal, changes: options.changes });
  } finally {
    await hub.close();
  }
}

interface ServeDemo {
  hub: Hub;
  sources: RunningSources;
  settingsFile: string;
  signal: AbortSignal;
  changes: boolean;
}

async function serveDemo({ hub, sources, settingsFile, signal, changes }: ServeDemo): Promise<void> {
  const started = Date.now();
  // A taken port is said before the work and not after it.
  const gateway = await hub.gateway();
  try {
    const url = await gateway.listen();
    terminal.err(`${url} answers already, from what has been read so far. Reading everything for the first time …`);
    const streams = selectStreams(hub.settings, undefined);
    const totals = await countRecords(hub, signal);
    const runs = await syncStreams({ hub, streams, signal, terminal, totals });
    if (signal.aborted) return;
    terminal.err('Working out what the numbers say of each customer …');
    await runRefresh({ hub, signal, terminal, changed: false });
    const schedule = hub.schedule();
    try {
      await schedule.start();
      if (changes) sources.startChanging(CHANGE_EVERY);
      const streamsNow = await createStatusStore(hub.cache).streams();
      const seconds = Math.round((Date.now() - started) / 1_000);
      terminal.out(
        describeDemo({ url, settings: hub.settings, settingsFile, streams: streamsNow, runs, seconds, changes }),
      );
      await aborted(signal);
      terminal.err('Stopping …');
    } finally {
      await schedule.stop();
    }
  } finally {
    await gateway.close();
  }
}

/** How many records the sources have, for the bars; a source that does not tell has a bar without a scale. */
async function countRecords({ settings, connectors }: Hub, signal: AbortSignal): Promise<Map<string, number>> {
  const totals = new Map<string, number>();
  if (!terminal.moving) return totals;
  await Promise.all(
    Object.entries(settings.sources).map(async ([system, source]) => {
      const found = (await connectors[system]?.discover(signal).catch(() => [])) ?? [];
      const counts = new Map(found.map(({ resource, count }) => [resource, count]));
      for (const [stream, { resource }] of Object.entries(source.streams)) {
        const count = counts.get(resource);
        if (count) totals.set(nameOf({ system, stream }), count);
      }
    }),
  );
  return totals;
}

/** The demo always begins anew: its sources do, and an old cache would be a cache of other sources. */
function prepareFolder({ data, keep }: DemoCommandOptions): string {
  if (data === undefined && !keep) return mkdtempSync(join(tmpdir(), 'customer360-demo-'));
  const folder = resolve(data ?? '.customer360');
  mkdirSync(folder, { recursive: true });
  for (const file of ['cache.db', 'cache.db-wal', 'cache.db-shm', 'finance.db', 'finance.db-wal', 'finance.db-shm']) {
    rmSync(join(folder, file), { force: true });
  }
  return folder;
}

/** The demo's settings with everything filled in, so that other commands can be pointed at the running demo. */
function writeSettings(folder: string, sources: RunningSources, port: number): string {
  const file = join(folder, 'customer360.yaml');
  const own = { database: { url: `sqlite:${join(folder, 'cache.db')}` }, gateway: { port } };
  writeFileSync(file, stringify({ ...sources.settings, ...own }), { mode: 0o600 });
  return file;
}
