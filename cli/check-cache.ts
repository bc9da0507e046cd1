import { inspectCache, openCache } from '../cache/open-cache.ts';
import type { CheckResult } from '../connectors/connector.ts';
import { describeDangling, readDangling } from './dangling-references.ts';
import type { HubSettings } from './read-settings.ts';

/** A result of `check`. `source` is the system, the service, or `cache`. */
export interface CheckLine extends CheckResult {
  source: string;
  /** It works, with what the detail says. */
  warning?: true;
}

/** How long `check` counts references, in milliseconds. */
const COUNT_WITHIN = 20_000;

/** References that lead nowhere, by stream and field, where the tables of the cache are there and up to date. */
export async function checkReferences({ database, sources }: HubSettings, system?: string): Promise<CheckLine[]> {
  const cache = await openCache(database);
  try {
    const found = await readDangling({ cache, sources, within: COUNT_WITHIN });
    return (found ?? [])
      .filter((one) => system === undefined || one.system === system)
      .map((one) => ({
        source: one.system,
        probe: `${one.stream}: references`,
        ok: true,
        warning: true as const,
        detail: `${describeDangling(one)}. The records may not have arrived yet, be in quarantine, or have their key in another spelling (\`type: integer\`).`,
      }));
  } finally {
    await cache.close();
  }
}

/** What the hub will do with the cache database, tried; nothing that stays is changed in it. */
export async function checkCache({ database }: HubSettings): Promise<CheckLine[]> {
  const probes = await inspectCache(database);
  return probes.map(({ probe, is, detail }) => ({
    source: 'cache',
    probe,
    ok: is !== 'failed',
    ...(is === 'warning' && { warning: true as const }),
    detail,
  }));
}
