import type { Cache } from '../../cache/database/database.ts';
import { readStreamPasses, type StreamPassRow } from '../../cache/streams/stream-passes.ts';
import type { StreamName } from '../../cache/sync/sync-store.ts';
import { hubTime } from '../../config/clock/hub-time.ts';
import type { Log } from '../../config/observability/log.ts';
import type { Settings } from '../../config/settings/settings.ts';
import {
  type Consistency,
  completenessOfSystem,
  consistencyOf,
  type SystemCompleteness,
} from '../../customer-360/consistency.ts';
import { freshness, type SystemFreshness } from '../../customer-360/freshness.ts';
import { errorWithoutQuotes } from '../access/message-without-values.ts';
import { may, type Viewer } from '../access/viewer.ts';

/** How current a system's part of an answer is, and whether it was proved to be right. */
interface SystemState extends SystemFreshness {
  consistency: Consistency;
  completeness: SystemCompleteness;
}

/** How the passes of all streams went, as the database said at `at` (milliseconds). */
export interface PassesReading {
  at: number;
  passes: StreamPassRow[];
}

/** The age that an operation asked for, of the streams it is made of. */
export interface WantedAge {
  streams: readonly StreamName[];
  /** What the sources had at this moment (milliseconds) is to be in the answer. */
  notBefore: number;
}

type Shown = { freshness?: Omit<SystemState, 'error'>[] };

export interface FreshnessReader {
  /** How current each system is, and how consistent, read from the database at most once a second, whoever asks. */
  current(): Promise<SystemState[]>;
  /** The same for the extensions of an answer; nothing when it cannot be read: an answer is worth more than its age. */
  extension(viewer: Viewer): Promise<Shown>;
  /** The same of an answer that was asked to be of an age: of these systems, the streams that were asked for count. */
  extensionOf(reading: PassesReading, viewer: Viewer, wanted: WantedAge): Shown;
  /** Read from the database at `since` (milliseconds) or later. */
  passes(since: number): Promise<PassesReading>;
  /** The latest reading there is. */
  known(): PassesReading | undefined;
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
export function createFreshnessReader({ cache, settings, log, now = hubTime }: FreshnessDependencies): FreshnessReader {
  let computed: { at: number; passes: StreamPassRow[]; systems: SystemState[] } | undefined;
  let reading: { at: number; done: Promise<PassesReading> } | undefined;
  let latest: PassesReading | undefined;
  return { current, extension, extensionOf, passes, known: () => latest };

  function passes(since: number): Promise<PassesReading> {
    if (reading && reading.at >= since) return reading.done;
    const at = now();
    const done = readStreamPasses(cache).then((rows) => {
      const read = { at, passes: rows };
      if (!latest || latest.at <= at) latest = read;
      return read;
    });
    reading = { at, done };
    // a failed reading is not held: the next answer tries again
    done.catch(() => {
      if (reading?.done === done) reading = undefined;
    });
    return done;
  }

  async function current() {
    const at = now();
    // a clock that was put back makes no reading one of the future
    if (reading && reading.at > at) reading = undefined;
    const { passes: rows } = await passes(at - HELD_FOR + 1);
    // ages are whole seconds: what was worked out a moment ago is still right
    if (computed?.passes === rows && at >= computed.at && at - computed.at < COMPUTED_FOR) return computed.systems;
    const systems = statesOf(rows, settings.sources, at);
    computed = { at, passes: rows, systems };
    return systems;
  }

  function statesOf(rows: StreamPassRow[], sources: Settings['sources'], at: number): SystemState[] {
    return freshness(rows, sources, at).map((one) => {
      const streams = Object.keys(settings.sources[one.system]?.streams ?? {});
      const consistency = consistencyOf(one.system, streams, rows);
      return { ...one, consistency, completeness: completenessOfSystem(one.system, streams, rows) };
    });
  }

  async function extension(viewer: Viewer) {
    try {
      return shown(await current(), viewer);
    } catch (err) {
      log?.debug({ err }, 'Freshness could not be read');
      return {};
    }
  }

  function extensionOf({ passes: rows }: PassesReading, viewer: Viewer, { streams, notBefore }: WantedAge) {
    const at = now();
    const sources = Object.entries(settings.sources).map(([system, source]) => {
      const wanted = streams.filter((one) => one.system === system).map(({ stream }) => stream);
      if (wanted.length === 0) return [system, source] as const;
      const own = Object.entries(source.streams).filter(([name]) => wanted.includes(name));
      return [system, { ...source, streams: Object.fromEntries(own), staleAfter: at - notBefore }] as const;
    });
    return shown(statesOf(rows, Object.fromEntries(sources), at), viewer);
  }
}

/** What a source said when it failed names addresses: it is for those who run the hub. The same of the same states. */
function shown(systems: SystemState[], viewer: Viewer): Shown {
  if (may(viewer, 'sync:operate')) {
    return {
      freshness: systems.map((one) =>
        one.error === undefined ? one : { ...one, error: errorWithoutQuotes(one.error, viewer) },
      ),
    };
  }
  const known = withoutErrors.get(systems);
  if (known) return known;
  const fewer = { freshness: systems.map(({ error: _, ...rest }) => rest) };
  withoutErrors.set(systems, fewer);
  return fewer;
}

const withoutErrors = new WeakMap<SystemState[], Shown>();
