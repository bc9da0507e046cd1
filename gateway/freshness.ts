import type { Cache } from '../cache/cache.ts';
import { readStreamPasses } from '../cache/stream-passes.ts';
import type { Settings } from '../config/settings.ts';
import { freshness, type SystemFreshness } from '../customer-360/freshness.ts';

export interface FreshnessReader {
  /** How current each system is, read from the database at most once a second, whoever asks. */
  current(): Promise<SystemFreshness[]>;
}

interface FreshnessDependencies {
  cache: Cache;
  settings: Pick<Settings, 'sources'>;
  /** Milliseconds; for tests. */
  now?: () => number;
}

const HELD_FOR = 1_000;

/** Freshness for every answer at the cost of one small query a second. */
export function createFreshnessReader({ cache, settings, now = Date.now }: FreshnessDependencies): FreshnessReader {
  let held: { at: number; passes: ReturnType<typeof readStreamPasses> } | undefined;
  return {
    async current() {
      const at = now();
      if (!held || at - held.at >= HELD_FOR || at < held.at) {
        const reading = { at, passes: readStreamPasses(cache) };
        held = reading;
        // a failed reading is not held: the next answer tries again
        reading.passes.catch(() => {
          if (held === reading) held = undefined;
        });
      }
      return freshness(await held.passes, settings.sources, at);
    },
  };
}
