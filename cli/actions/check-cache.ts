import type { Cache } from '../../cache/database/database.ts';
import { inspectCache, openCache } from '../../cache/database/open-cache.ts';
import type { StreamCompleteness } from '../../cache/streams/completeness.ts';
import { readStreamPasses } from '../../cache/streams/stream-passes.ts';
import type { CheckResult } from '../../connectors/connector.ts';
import type { HubSettings } from '../read-settings.ts';
import { describeDangling, readDangling } from './dangling-references.ts';

/** A result of `check`. `source` is the system, the service, or `cache`. */
export interface CheckLine extends CheckResult {
  source: string;
  /** It works, with what the detail says. */
  warning?: true;
}

/** How long `check` counts references, in milliseconds. */
const COUNT_WITHIN = 20_000;

/** What the cache holds of the sources: whether all of each stream was read, and references that lead nowhere. */
export async function checkRecords(
  { database, sources }: HubSettings,
  systems: readonly string[],
): Promise<CheckLine[]> {
  const cache = await openCache(database);
  try {
    return [...(await completenessOfStreams(cache, sources, systems)), ...(await references(cache, sources, systems))];
  } finally {
    await cache.close();
  }
}

async function completenessOfStreams(cache: Cache, sources: HubSettings['sources'], systems: readonly string[]) {
  const passes = await readStreamPasses(cache);
  return systems.flatMap((system) =>
    Object.keys(sources[system]?.streams ?? {}).map((stream): CheckLine => {
      const pass = passes.find((one) => one.system === system && one.stream === stream);
      const completeness = pass?.completeness ?? null;
      const isUnknown = completeness?.status === 'UNKNOWN';
      return {
        source: system,
        probe: `${stream}: completeness`,
        ok: true,
        ...(isUnknown && { warning: true as const }),
        detail: describeCompleteness(completeness),
      };
    }),
  );
}

/** `COUNTED: all 1204 records that the source counts`; for UNKNOWN, why. */
function describeCompleteness(completeness: StreamCompleteness | null): string {
  if (completeness === null) return 'not known before the first full read: run customer360 sync';
  const { status, total, came, reason } = completeness;
  if (status === 'COUNTED') return `COUNTED: all ${total} records that the source counts were read`;
  if (status === 'ENDED') return `ENDED: ${came} records were read, to the end of the list`;
  return `UNKNOWN: ${came} records were read, and whether they are all is not proved, because ${reason}. See docs/completeness.md`;
}

async function references(cache: Cache, sources: HubSettings['sources'], systems: readonly string[]) {
  const found = (await readDangling({ cache, sources, within: COUNT_WITHIN })) ?? [];
  return found
    .filter(({ system }) => systems.includes(system))
    .map(
      (one): CheckLine => ({
        source: one.system,
        probe: `${one.stream}: references`,
        ok: true,
        warning: true,
        detail: `${describeDangling(one)}. The records may not have arrived yet, be in quarantine, or have their key in another spelling (\`type: integer\`).`,
      }),
    );
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
