import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type DemoSources, startDemoSources } from '../../demo/start-demo-sources.ts';

export interface SmallCompany {
  sources: DemoSources;
  folder: string;
  cacheFile: string;
  /** A settings file with a cache of its own over the running sources. */
  settingsFile: string;
  /** Another settings file in which some texts are replaced. */
  altered(name: string, ...changes: [from: string | RegExp, to: string][]): string;
  stop(): Promise<void>;
}

/** The demo's four systems with few records, and settings that point at them. */
export async function startSmallCompany(): Promise<SmallCompany> {
  const folder = mkdtempSync(join(tmpdir(), 'c360-cli-'));
  const sources = await startDemoSources({ scale: 0.01, today: '2026-06-15', directory: folder });
  const cacheFile = join(folder, 'cache.db');
  const text = stringify({
    ...sources.settings,
    database: { url: `sqlite:${cacheFile}` },
    gateway: { port: 0 },
  });
  const write = (name: string, content: string) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  return {
    sources,
    folder,
    cacheFile,
    settingsFile: write('customer360.yaml', text),
    altered: (name, ...changes) =>
      write(
        name,
        changes.reduce((changed, [from, to]) => changed.replace(from, to), text),
      ),
    async stop() {
      await sources.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
