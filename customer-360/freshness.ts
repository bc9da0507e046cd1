import { defends } from '../config/defences.ts';
import { scheduleInterval } from '../config/settings/schedule-interval.ts';
import type { Settings } from '../config/settings/settings.ts';
import { millisecondsOf } from '../schema/time.ts';

/** What the cache knows of how a stream's passes went. `StreamState` of the cache fits. */
export interface StreamPasses {
  system: string;
  stream: string;
  lastAttemptAt: string | null;
  lastSuccessAt: string | null;
  lastErrorCode: string | null;
  lastErrorMessage: string | null;
  /** Failed passes in a row. */
  failures: number;
}

/** How current one system's part of an answer is. */
export interface SystemFreshness {
  system: string;
  /** DOWN: the last attempts did not get through. STALE: some stream is older than it should be, or was never read. */
  status: 'FRESH' | 'STALE' | 'DOWN';
  /** The cache holds everything the system had at this instant; null before the first complete sync. */
  syncedAt: string | null;
  ageSeconds: number | null;
  /** How many seconds its latest stream is behind beyond what its schedule explains; null before the first sync. */
  lagSeconds: number | null;
  /** Why the latest pass failed, such as `SOURCE_UNREACHABLE: connection refused`; only while it does. */
  error?: string;
}

const unreached: readonly string[] = ['SOURCE_UNREACHABLE', 'SOURCE_UNAUTHORIZED', 'SOURCE_BREAKER_OPEN'];

/** How current each configured system is at `now` (milliseconds). The oldest of its streams counts. */
export function freshness(
  passes: readonly StreamPasses[],
  sources: Settings['sources'],
  now: number,
): SystemFreshness[] {
  return Object.entries(sources).map(([system, source]): SystemFreshness => {
    const streams = Object.entries(source.streams).map(([name, stream]) => {
      const pass = passes.find((one) => one.system === system && one.stream === name);
      const schedule = stream.schedule ?? source.schedule;
      return {
        pass,
        staleAfter: source.staleAfter ?? 3 * intervalOf(schedule),
        lag: streamAge(pass ?? { lastSuccessAt: null }, schedule, now).lagSeconds,
      };
    });
    const successes = streams.map(({ pass }) => pass?.lastSuccessAt ?? null);
    const syncedAt = successes.includes(null) ? null : (successes.sort().at(0) ?? null);
    const failing = streams
      .flatMap(({ pass }) => (pass && pass.failures > 0 ? [pass] : []))
      .sort((a, b) => (b.lastAttemptAt ?? '').localeCompare(a.lastAttemptAt ?? ''))
      .at(0);
    const stale = streams.some(({ pass, staleAfter }) => {
      const age = ageOf(pass?.lastSuccessAt ?? null, now);
      return age > staleAfter || isAhead(age);
    });
    return {
      system,
      status: failing && isDown(failing, successes) ? 'DOWN' : stale ? 'STALE' : 'FRESH',
      syncedAt,
      ageSeconds: syncedAt === null ? null : seconds(ageOf(syncedAt, now)),
      lagSeconds: syncedAt === null ? null : Math.max(...streams.map(({ lag }) => lag ?? 0)),
      ...(failing && { error: `${failing.lastErrorCode ?? 'INTERNAL'}: ${failing.lastErrorMessage ?? 'no details'}` }),
    };
  });
}

/** The newest attempt did not get through, and no other stream has got through since. */
function isDown(failing: StreamPasses, successes: readonly (string | null)[]): boolean {
  const attempt = failing.lastAttemptAt ?? '';
  return unreached.includes(failing.lastErrorCode ?? '') && successes.every((success) => (success ?? '') <= attempt);
}

/** Seconds since a stream was in step, and how many of them are more than its schedule explains; null: never was. */
export function streamAge(
  { lastSuccessAt }: Pick<StreamPasses, 'lastSuccessAt'>,
  schedule: string,
  now: number,
): { ageSeconds: number | null; lagSeconds: number | null } {
  if (lastSuccessAt === null) return { ageSeconds: null, lagSeconds: null };
  const age = ageOf(lastSuccessAt, now);
  return {
    ageSeconds: seconds(age),
    lagSeconds: seconds(isAhead(age) ? -age : Math.max(0, age - intervalOf(schedule))),
  };
}

/** Milliseconds. Clocks are never quite alike. */
const AHEAD = 5_000;

/**
 * Whether a success seems to be yet to come: the clock was put back since. How old the stream is cannot be said until
 * its next success, so it is neither fresh nor in time.
 */
function isAhead(age: number): boolean {
  return age < -AHEAD && defends('steady time');
}

function seconds(milliseconds: number): number {
  // not -0
  return Math.round(milliseconds / 1000) + 0;
}

function ageOf(instant: string | null, now: number): number {
  return instant === null ? Number.POSITIVE_INFINITY : now - millisecondsOf(instant);
}

/** Freshness is asked for on every answer, schedules never change: each is worked out once. */
function intervalOf(schedule: string): number {
  const known = intervals.get(schedule);
  if (known !== undefined) return known;
  const interval = scheduleInterval(schedule) * 1000;
  intervals.set(schedule, interval);
  return interval;
}

const intervals = new Map<string, number>();
