import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from '../../cache/database/database.ts';
import { createBreakerStore } from '../../cache/streams/breaker-store.ts';
import { type CatchUpRequest, createCatchUpRequests } from '../../cache/streams/catch-up-requests.ts';
import type { StreamPassRow } from '../../cache/streams/stream-passes.ts';
import type { StreamName } from '../../cache/sync/sync-store.ts';
import { instantOf } from '../../schema/time.ts';
import type { FreshnessReader, PassesReading, WantedAge } from './freshness.ts';

/** A stream that is older than was asked for, and why. */
export interface BehindStream extends StreamName {
  lastSuccessAt: string | null;
  /** What its last pass failed with, or that it is left alone; null: no pass came to an end in time. */
  code: string | null;
}

/** Waits until the cache is as far as wanted, or cannot get there in time. */
export type CatchUp = (
  wanted: WantedAge,
  signal: AbortSignal,
) => Promise<{ behind: BehindStream[]; reading: PassesReading }>;

interface CatchUpDependencies {
  cache: Cache;
  freshness: Pick<FreshnessReader, 'passes'>;
  /** Longest wait in milliseconds. */
  deadline: number;
  now: () => number;
}

const ROUND = 150;

/**
 * Asks for passes of streams by rows in the database, where whoever runs the schedule finds them, and looks how the
 * passes went. However many wait in this process, one statement asks and one looks, a few times a second.
 */
export function createCatchUp({ cache, freshness, deadline, now }: CatchUpDependencies): CatchUp {
  const requests = createCatchUpRequests(cache);
  const breakers = createBreakerStore(cache);
  const unasked = new Map<string, CatchUpRequest>();
  let underWay: Promise<PassesReading> | undefined;

  return async (wanted, signal) => {
    const askedAt = now();
    const givenUpAt = askedAt + deadline;
    let reading = await freshness.passes(askedAt);
    const old = wanted.streams.filter((stream) => !reaches(passOf(reading, stream), wanted.notBefore));
    if (old.length === 0) return { behind: [], reading };
    const alone = await leftAlone(askedAt);
    const asked = old.filter(({ system }) => !alone.has(system));
    for (const stream of asked) want(stream, { wantedAt: wanted.notBefore, askedAt, givenUpAt });
    const isOpen = (stream: StreamName) => {
      const pass = passOf(reading, stream);
      return !reaches(pass, wanted.notBefore) && !hasFailed(pass, askedAt);
    };
    while (asked.some(isOpen) && now() < givenUpAt && !signal.aborted) reading = await round();
    const behind = old.flatMap((stream) => {
      const pass = passOf(reading, stream);
      if (reaches(pass, wanted.notBefore)) return [];
      const failure = hasFailed(pass, askedAt) ? (pass?.lastErrorCode ?? 'INTERNAL') : null;
      const code = alone.has(stream.system) ? 'SOURCE_BREAKER_OPEN' : failure;
      return [{ ...stream, lastSuccessAt: pass?.lastSuccessAt ?? null, code }];
    });
    return { behind, reading };
  };

  async function leftAlone(at: number): Promise<Set<string>> {
    const states = await breakers.list(instantOf(at));
    return new Set(states.filter(({ state }) => state === 'OPEN').map(({ system }) => system));
  }

  /** Remembers what the next round is to ask for. */
  function want(stream: StreamName, times: { wantedAt: number; askedAt: number; givenUpAt: number }): void {
    const name = `${stream.system}/${stream.stream}`;
    const known = unasked.get(name);
    const latest = (time: number, other: string | undefined) => [instantOf(time), other ?? ''].sort().at(-1) ?? '';
    unasked.set(name, {
      system: stream.system,
      stream: stream.stream,
      wantedAt: latest(times.wantedAt, known?.wantedAt),
      askedAt: latest(times.askedAt, known?.askedAt),
      givenUpAt: latest(times.givenUpAt, known?.givenUpAt),
    });
  }

  /** The round that is under way, or a new one: asks, waits a moment, looks. */
  function round(): Promise<PassesReading> {
    underWay ??= askAndLook().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function askAndLook(): Promise<PassesReading> {
    const wishes = [...unasked.values()];
    unasked.clear();
    if (wishes.length > 0) await requests.ask(wishes);
    await sleep(ROUND);
    return freshness.passes(now());
  }
}

function passOf({ passes }: PassesReading, { system, stream }: StreamName): StreamPassRow | undefined {
  return passes.find((pass) => pass.system === system && pass.stream === stream);
}

function reaches(pass: StreamPassRow | undefined, notBefore: number): boolean {
  return pass?.lastSuccessAt != null && pass.lastSuccessAt >= instantOf(notBefore);
}

/** An attempt that began after it was asked for has failed. */
function hasFailed(pass: StreamPassRow | undefined, askedAt: number): boolean {
  return pass?.lastOutcome === 'FAILED' && (pass.lastAttemptAt ?? '') >= instantOf(askedAt);
}
