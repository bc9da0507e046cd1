import type { Cache } from '../cache/cache.ts';
import { readStreamPasses } from '../cache/stream-passes.ts';
import type { Settings } from '../config/settings.ts';
import { type Consistency, consistencyOf } from '../customer-360/consistency.ts';
import { freshness, type SystemFreshness } from '../customer-360/freshness.ts';

/** How current a system's part of an answer is, and whether it was proved to be right. */
interface SystemState extends SystemFreshness {
  consistency: Consistency;
}

export interface FreshnessReader {
  /** How current each system is, and how consistent, read from the database at most once a second, whoever asks. */
  current(): Promise<SystemState[]>;
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
      const passes = await held.passes;
      return freshness(passes, settings.sources, at).map((one) => ({
        ...one,
        consistency: consistencyOf(one.system, Object.keys(settings.sources[one.system]?.streams ?? {}), passes),
      }));
    },
  };
}
