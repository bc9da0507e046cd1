import type { Cache } from '../cache/cache.ts';
import { readStreamPasses, type StreamPassRow } from '../cache/stream-passes.ts';
import type { Log } from '../config/log.ts';
import type { Settings } from '../config/settings.ts';
import { type Consistency, consistencyOf } from '../customer-360/consistency.ts';
import { freshness, type SystemFreshness } from '../customer-360/freshness.ts';
import { may, type Viewer } from './access/viewer.ts';

/** How current a system's part of an answer is, and whether it was proved to be right. */
interface SystemState extends SystemFreshness {
  consistency: Consistency;
}

export interface FreshnessReader {
  /** How current each system is, and how consistent, read from the database at most once a second, whoever asks. */
  current(): Promise<SystemState[]>;
  /** The same for the extensions of an answer; nothing when it cannot be read: an answer is worth more than its age. */
  extension(viewer: Viewer): Promise<{ freshness?: Omit<SystemState, 'error'>[] }>;
}

interface FreshnessDependencies {
  cache: Cache;
  settings: Pick<Settings, 'sources'>;
  log?: Log;
  /** Milliseconds; for tests. */
  now?: () => number;
}

const HELD_FOR = 1_000;
const COMPUTED_FOR = 100;

/** Freshness for every answer at the cost of one small query a second. */
export function createFreshnessReader({
  cache,
  settings,
  log,
  now = Date.now,
}: FreshnessDependencies): FreshnessReader {
  let computed: { at: number; passes: StreamPassRow[]; systems: SystemState[] } | undefined;
  let held: { at: number; passes: ReturnType<typeof readStreamPasses> } | undefined;
  return { current, extension };

  async function current() {
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
    // ages are whole seconds: what was worked out a moment ago is still right
    if (computed?.passes === passes && at >= computed.at && at - computed.at < COMPUTED_FOR) return computed.systems;
    const systems = freshness(passes, settings.sources, at).map((one) => ({
      ...one,
      consistency: consistencyOf(one.system, Object.keys(settings.sources[one.system]?.streams ?? {}), passes),
    }));
    computed = { at, passes, systems };
    return systems;
  }

  async function extension(viewer: Viewer) {
    try {
      const systems = await current();
      // what a source said when it failed names addresses: it is for those who run the hub
      return { freshness: may(viewer, 'sync:operate') ? systems : systems.map(({ error: _, ...shown }) => shown) };
    } catch (err) {
      log?.debug({ err }, 'Freshness could not be read');
      return {};
    }
  }
}
