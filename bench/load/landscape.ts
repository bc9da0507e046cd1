import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startSources } from '../../cli/demo/demo-sources.ts';
import { runHub } from './hub-process.ts';

interface LandscapeOptions {
  folder: string;
  databaseUrl: string;
  /** Of the finance system: a database of its own on the same server. */
  financeUrl: string;
  scale: number;
  seed: number;
}

export interface Landscape {
  /** Settings of a hub that reads the systems every few seconds. */
  settingsFile: string;
  /** Of one on the same database that keeps nothing in memory. */
  forgetfulSettingsFile: string;
  startChanging(everyMs: number): void;
  stop(): Promise<void>;
}

/** Every pass finds what happened in the last seconds; what was deleted is found twice an hour. */
const eagerly = { schedule: '*/3 * * * * *', reconcileSchedule: '30 13,43 * * * *' };

/** The demo's four systems, read into the cache once, with the numbers of every customer worked out. */
export async function startLandscape({
  folder,
  databaseUrl,
  financeUrl,
  scale,
  seed,
}: LandscapeOptions): Promise<Landscape> {
  const running = await startSources({ seed, scale, directory: folder, financeUrl });
  const { sources, ...others } = running.settings as { sources: Record<string, object> };
  const eager = Object.entries(sources).map(([name, source]) => [name, { ...source, ...eagerly }]);
  const common = { ...others, sources: Object.fromEntries(eager), database: { url: databaseUrl } };
  const write = (name: string, gateway: object) => {
    const file = join(folder, name);
    writeFileSync(file, stringify({ ...common, gateway: { port: 0, ...gateway } }), { mode: 0o600 });
    return file;
  };
  const settingsFile = write('customer360.yaml', {});
  const forgetfulSettingsFile = write('forgetful.yaml', { recordCache: 0, answerCache: 0 });
  try {
    await runHub('sync', '--settings', settingsFile);
    await runHub('insight', 'refresh', '--settings', settingsFile);
  } catch (error) {
    await running.stop();
    throw error;
  }
  const { startChanging, stop } = running;
  return { settingsFile, forgetfulSettingsFile, startChanging, stop };
}
