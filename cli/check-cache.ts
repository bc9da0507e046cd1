import { inspectCache } from '../cache/open-cache.ts';
import type { CheckResult } from '../connectors/connector.ts';
import type { HubSettings } from './read-settings.ts';

/** A result of `check`. `source` is the system, the service, or `cache`. */
export interface CheckLine extends CheckResult {
  source: string;
  /** It works, with what the detail says. */
  warning?: true;
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
