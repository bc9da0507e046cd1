import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  type IBackoff,
} from 'cockatiel';
import { hubTime } from '../config/clock/hub-time.ts';
import { defends } from '../config/defences.ts';
import { HubError } from '../config/errors.ts';
import { instantOf } from '../schema/time.ts';
import type { SourceNotices } from './source-notices.ts';

/** Calls in a row that must fail before a source is left alone. */
const FAILURES = 4;
const FIRST_PAUSE = 15_000;
const LONGEST_PAUSE = 300_000;

/** What a call came to; null: the source answered, whatever it said. */
type FailureOf<T> = (settled: PromiseSettledResult<T>) => string | null;

export interface SourceBreaker {
  /**
   * Does `work` unless the source is being left alone: then it throws SOURCE_BREAKER_OPEN at once. `failureOf` tells
   * the failure of a call, secrets removed, where the source did not answer.
   */
  run<T>(work: () => Promise<T>, failureOf: FailureOf<T>, signal: AbortSignal): Promise<T>;
}

/** One breaker a source: a system that is down is not asked by every stream over and over, and has time to get up. */
export function createSourceBreaker(system: string, notices: SourceNotices): SourceBreaker {
  let failures = 0;
  let lastError: string | null = null;
  let pause = FIRST_PAUSE;
  let until = 0;
  let answeredOnce = false;

  const policy = circuitBreaker(
    handleWhenResult((result) => (result as { counts: boolean }).counts),
    {
      breaker: new ConsecutiveBreaker(FAILURES),
      halfOpenAfter: { next: leaveAlone },
    },
  );
  /**
   * cockatiel compares the pause with what the clock of the machine says has passed: one that is put back would make it
   * longer by as much. So it is told that the pause is endless until it is over by the steady clock, and then that it is.
   */
  function leaveAlone({ attempt }: { attempt: number }): IBackoff<unknown> {
    pause = breakerPause(attempt, Math.random());
    const over = performance.now() + pause;
    return {
      get duration() {
        return performance.now() < over ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      },
      next: leaveAlone,
    };
  }

  policy.onStateChange((state) => {
    if (state === CircuitState.Open) until = hubTime() + pause;
    tell(state);
  });

  function tell(state: CircuitState): void {
    const name = names[state];
    notices.breaker({
      state: name,
      since: instantOf(hubTime()),
      until: name === 'OPEN' ? instantOf(until) : null,
      failures: name === 'CLOSED' ? 0 : failures,
      lastError: name === 'CLOSED' ? null : lastError,
    });
  }

  async function attempt<T>(work: () => Promise<T>, failureOf: FailureOf<T>, signal: AbortSignal) {
    const [settled] = await Promise.allSettled([work()]);
    const failure = failureOf(settled);
    if (failure !== null) {
      failures += 1;
      lastError = failure;
    } else if (!signal.aborted) {
      failures = 0;
    }
    // A call that was given up proves nothing: a source that was tried with it stays on trial.
    return { settled, counts: failure !== null || (signal.aborted && policy.state === CircuitState.HalfOpen) };
  }

  return {
    async run(work, failureOf, signal) {
      if (!defends('breaker')) return work();
      try {
        const { settled, counts } = await policy.execute(() => attempt(work, failureOf, signal));
        // Whatever another process has left behind: this one got through.
        if (!counts && !answeredOnce && !signal.aborted) tell(CircuitState.Closed);
        answeredOnce ||= !counts;
        if (settled.status === 'rejected') throw settled.reason;
        return settled.value;
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error;
        const text = `Expected ${system} to answer, but it failed ${failures} times in a row and is left alone until ${instantOf(until)}. Last: ${lastError}`;
        throw new HubError('SOURCE_BREAKER_OPEN', text, { source: system });
      }
    },
  };
}

const names: Record<CircuitState, 'CLOSED' | 'OPEN' | 'HALF_OPEN'> = {
  [CircuitState.Closed]: 'CLOSED',
  [CircuitState.Open]: 'OPEN',
  [CircuitState.HalfOpen]: 'HALF_OPEN',
  [CircuitState.Isolated]: 'OPEN',
};

/**
 * How long a source is left alone in milliseconds, the `attempt`th time in a row: 15 s, 30 s, 1 min … 5 min, up to a
 * fifth less or more, so that hubs and sources do not come back in step. `random` is in [0, 1).
 */
export function breakerPause(attempt: number, random: number): number {
  return Math.round(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)) * (0.8 + 0.4 * random));
}
