import type { Cache } from '../../cache/database/database.ts';
import { createBreakerStore, type SourceBreakerState } from '../../cache/streams/breaker-store.ts';
import { createStatusStore, type StreamStatus } from '../../cache/streams/status-store.ts';
import type { Settings } from '../../config/settings/settings.ts';
import {
  type Consistency,
  completenessOfSystem,
  consistencyOf,
  type SystemCompleteness,
} from '../../customer-360/consistency.ts';
import { freshness, type SystemFreshness, streamAge } from '../../customer-360/freshness.ts';
import { instantOf, millisecondsOf } from '../../schema/time.ts';
import { ageText } from '../terminal/age-text.ts';
import { table } from '../terminal/terminal.ts';
import { describeDangling, readDangling, type ShownDangling } from './dangling-references.ts';
import { describeErrors, type StreamError } from './describe-errors.ts';

type Breaker = Omit<SourceBreakerState, 'system'> | null;

/** How everything stands, as `status --json` prints it. */
export interface Status {
  systems: (SystemFreshness & { breaker: Breaker; consistency: Consistency; completeness: SystemCompleteness })[];
  /** Of the settings, in their order; what was never synced has no more than its name. */
  streams: ({
    system: string;
    stream: string;
    ageSeconds: number | null;
    lagSeconds: number | null;
    /** Since it was last compared with its source; null where it never was. */
    verifiedSeconds: number | null;
    /** References of its records that lead nowhere; null where there are too many records to count them now. */
    danglingReferences: Omit<ShownDangling, 'system' | 'stream'>[] | null;
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
  const dangling = await readDangling({ cache, sources: settings.sources, within: COUNT_WITHIN });
  const breakers = new Map((await createBreakerStore(cache).list(instantOf(now))).map((one) => [one.system, one]));
  const streams = Object.entries(settings.sources).flatMap(([system, source]) =>
    Object.entries(source.streams).map(([stream, { schedule = source.schedule }]) => {
      const state = states.find((one) => one.system === system && one.stream === stream);
      const verifiedAt = state?.lastVerifyAt ?? null;
      const verifiedSeconds = verifiedAt === null ? null : (now - millisecondsOf(verifiedAt)) / 1_000;
      const age = streamAge({ lastSuccessAt: state?.lastSuccessAt ?? null }, schedule, now);
      const danglingReferences = danglingOf(dangling, { system, stream });
      return { system, stream, ...state, ...age, verifiedSeconds, danglingReferences };
    }),
  );
  const systems = freshness(states, settings.sources, now).map((one) => {
    const names = Object.keys(settings.sources[one.system]?.streams ?? {});
    return {
      ...one,
      breaker: withoutSystem(breakers.get(one.system)),
      consistency: consistencyOf(one.system, names, states),
      completeness: completenessOfSystem(one.system, names, states),
    };
  });
  return { systems, streams };
}

/** How long `status` counts references that lead nowhere, in milliseconds; then it shows what was counted last. */
const COUNT_WITHIN = 5_000;

function danglingOf(all: readonly ShownDangling[] | null, of: { system: string; stream: string }) {
  if (all === null) return null;
  return all
    .filter(({ system, stream }) => system === of.system && stream === of.stream)
    .map(({ system: _, stream: __, ...one }) => one);
}

function withoutSystem(state: SourceBreakerState | undefined): Breaker {
  if (!state) return null;
  const { system: _, ...breaker } = state;
  return breaker;
}

/** The status in words: a table of sources, a table of streams, and what went wrong, wrapped to so many columns. */
export function describeStatus({ systems, streams }: Status, columns: number | null): string {
  const sources = systems.map(({ system, status, ageSeconds, breaker, consistency }) => [
    system,
    status,
    ageText(ageSeconds),
    breakerText(breaker),
    consistency.status,
  ]);
  const rows = streams.map((one) => [
    `${one.system}/${one.stream}`,
    ageText(one.ageSeconds),
    one.lagSeconds === null || one.lagSeconds === 0 ? null : ageText(one.lagSeconds),
    one.lastOutcome ?? null,
    one.records ?? 0,
    one.quarantined ?? 0,
    one.drift ?? 0,
    one.completeness?.status.toLowerCase() ?? null,
    ageText(one.verifiedSeconds),
    one.lastVerifyDifferences ?? null,
  ]);
  const parts = [
    table(['SOURCE', 'STATUS', 'AGE', 'BREAKER', 'PROVED'], sources),
    table(
      ['STREAM', 'AGE', 'LATE BY', 'LAST PASS', 'RECORDS', 'QUARANTINE', 'DRIFT', 'COMPLETE', 'VERIFIED', 'DIFFERENT'],
      rows,
    ),
    describeErrors(errorsOf(streams), columns),
    doubtsOf(streams).join('\n'),
    danglingText(streams).join('\n'),
    adviceOf(streams).join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function errorsOf(streams: Status['streams']): StreamError[] {
  return streams.flatMap(({ system, stream, failures = 0, lastErrorCode, lastErrorMessage }) =>
    failures > 0 && lastErrorCode
      ? [{ name: `${system}/${stream}`, code: lastErrorCode, message: lastErrorMessage ?? 'no details' }]
      : [],
  );
}

/** Which streams may not have been read completely, and why. */
function doubtsOf(streams: Status['streams']): string[] {
  const streamsByReason = new Map<string, string[]>();
  for (const { system, stream, completeness } of streams) {
    if (completeness?.status !== 'UNKNOWN' || completeness.reason === null) continue;
    const known = streamsByReason.get(completeness.reason) ?? [];
    streamsByReason.set(completeness.reason, [...known, `${system}/${stream}`]);
  }
  return [...streamsByReason].map(
    ([reason, names]) => `Whether all records came is unknown, because ${reason}: ${names.join(', ')}.`,
  );
}

/** Which references lead nowhere, a line a field. */
function danglingText(streams: Status['streams']): string[] {
  const lines = streams.flatMap(({ system, stream, danglingReferences }) =>
    (danglingReferences ?? []).map((one) => `  ${system}/${stream}: ${describeDangling({ system, stream, ...one })}`),
  );
  return lines.length === 0 ? [] : ['References that lead nowhere:', ...lines];
}

/** `closed`, `half-open`, `open until 23:05:12 UTC`; nothing before the first call. */
function breakerText(breaker: Breaker): string | null {
  if (!breaker) return null;
  const state = breaker.state.toLowerCase().replace('_', '-');
  return breaker.until ? `${state} until ${breaker.until.slice(11, 19)} UTC` : state;
}

function adviceOf(streams: Status['streams']): string[] {
  const some = (what: 'quarantined' | 'drift') => streams.some((one) => (one[what] ?? 0) > 0);
  return [
    ...(streams.every(({ lastAttemptAt }) => !lastAttemptAt) ? ['Nothing was synced yet: customer360 sync'] : []),
    ...(some('quarantined') ? ['What does not fit, and why: customer360 quarantine list'] : []),
    ...(streams.some((one) => (one.lastVerifyDifferences ?? 0) > 0)
      ? ['What differs from the source: customer360 verify']
      : []),
    ...(some('drift') ? ['Which fields have changed: customer360 drift list'] : []),
  ];
}
