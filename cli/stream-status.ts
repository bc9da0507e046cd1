import { createBreakerStore, type SourceBreakerState } from '../cache/breaker-store.ts';
import type { Cache } from '../cache/cache.ts';
import { createStatusStore, type StreamStatus } from '../cache/status-store.ts';
import type { Settings } from '../config/settings.ts';
import { freshness, type SystemFreshness, streamAge } from '../customer-360/freshness.ts';
import { instantOf } from '../schema/time.ts';
import { ageText } from './age-text.ts';
import { table } from './terminal.ts';

type Breaker = Omit<SourceBreakerState, 'system'> | null;

/** How everything stands, as `status --json` prints it. */
export interface Status {
  systems: (SystemFreshness & { breaker: Breaker })[];
  /** Of the settings, in their order; what was never synced has no more than its name. */
  streams: ({
    system: string;
    stream: string;
    ageSeconds: number | null;
    lagSeconds: number | null;
  } & Partial<StreamStatus>)[];
}

interface StatusRequest {
  cache: Cache;
  settings: Pick<Settings, 'sources'>;
  /** Milliseconds. */
  now: number;
}

/** Reads how the sources and their streams stand. Asks the cache only. */
export async function readStatus({ cache, settings, now }: StatusRequest): Promise<Status> {
  const states = await createStatusStore(cache).streams();
  const breakers = new Map((await createBreakerStore(cache).list(instantOf(now))).map((one) => [one.system, one]));
  const streams = Object.entries(settings.sources).flatMap(([system, source]) =>
    Object.entries(source.streams).map(([stream, { schedule = source.schedule }]) => {
      const state = states.find((one) => one.system === system && one.stream === stream);
      return { system, stream, ...state, ...streamAge({ lastSuccessAt: state?.lastSuccessAt ?? null }, schedule, now) };
    }),
  );
  const systems = freshness(states, settings.sources, now).map((one) => ({
    ...one,
    breaker: withoutSystem(breakers.get(one.system)),
  }));
  return { systems, streams };
}

function withoutSystem(state: SourceBreakerState | undefined): Breaker {
  if (!state) return null;
  const { system: _, ...breaker } = state;
  return breaker;
}

/** The status in words: a table of sources, a table of streams, and what went wrong. */
export function describeStatus({ systems, streams }: Status): string {
  const sources = systems.map(({ system, status, ageSeconds, breaker }) => [
    system,
    status,
    ageText(ageSeconds),
    breaker === null ? null : breaker.state.toLowerCase().replace('_', '-'),
    breaker?.until?.slice(0, 19).replace('T', ' ') ?? null,
  ]);
  const rows = streams.map((one) => [
    `${one.system}/${one.stream}`,
    ageText(one.ageSeconds),
    one.lagSeconds === null || one.lagSeconds === 0 ? null : ageText(one.lagSeconds),
    one.lastOutcome ?? null,
    one.records ?? 0,
    one.quarantined ?? 0,
    one.drift ?? 0,
  ]);
  const parts = [
    table(['SOURCE', 'STATUS', 'AGE', 'BREAKER', 'LEFT ALONE UNTIL (UTC)'], sources),
    table(['STREAM', 'AGE', 'LATE BY', 'LAST PASS', 'RECORDS', 'QUARANTINE', 'DRIFT'], rows),
    errorsOf(streams).join('\n'),
    adviceOf(streams).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The last errors; one that all streams of a source met is said once. */
function errorsOf(streams: Status['streams']): string[] {
  const met = new Map<string, string[]>();
  for (const { system, stream, failures = 0, lastErrorCode, lastErrorMessage } of streams) {
    if (failures === 0 || !lastErrorCode) continue;
    const error = `${lastErrorCode}: ${lastErrorMessage ?? 'no details'}`;
    met.set(error, [...(met.get(error) ?? []), `${system}/${stream}`]);
  }
  return [...met].map(([error, names]) => `${names.join(', ')}\n  ${error}`);
}

function adviceOf(streams: Status['streams']): string[] {
  const some = (what: 'quarantined' | 'drift') => streams.some((one) => (one[what] ?? 0) > 0);
  return [
    ...(streams.every(({ lastAttemptAt }) => !lastAttemptAt) ? ['Nothing was synced yet: customer360 sync'] : []),
    ...(some('quarantined') ? ['What does not fit, and why: customer360 quarantine list'] : []),
    ...(some('drift') ? ['Which fields have changed: customer360 drift list'] : []),
  ];
}
