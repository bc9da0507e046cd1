import { setTimeout as sleep } from 'node:timers/promises';
import { defends } from '../../config/defences.ts';
import { MAX_RETRY_AFTER } from './retry-delay.ts';
import type { RateLimit } from './settings.ts';

/** A source that asks for more than this is asked again all the same: some say 24 hours and mean a minute. */
const LONGEST_PAUSE = 300_000;

/** How much may be asked of a source: so many requests at once, so many a second, none while it asked for a pause. */
export interface RateBudget {
  /**
   * Waits until one more request may go out; call what is answered when it has ended. Rejects with RatePaused when
   * that would take longer than a pass should wait, and with the reason of the signal.
   */
  enter(signal: AbortSignal): Promise<() => void>;
  /** The source asked for a pause of so many milliseconds: it holds for all its streams. */
  pause(milliseconds: number): void;
}

/** The source asked for a pause that is not over, in milliseconds. */
export class RatePaused extends Error {
  readonly remaining: number;

  constructor(remaining: number) {
    super(`asked to be left alone, for another ${Math.ceil(remaining / 1_000)} s`);
    this.remaining = remaining;
  }
}

export function createRateBudget({ requestsPerSecond, concurrent }: RateLimit): RateBudget {
  const spacing = requestsPerSecond === undefined ? 0 : 1_000 / requestsPerSecond;
  const waiting: (() => void)[] = [];
  let running = 0;
  let nextAt = 0;
  let pausedUntil = 0;

  async function place(signal: AbortSignal): Promise<void> {
    if (running < concurrent) {
      running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        waiting.splice(waiting.indexOf(take), 1);
        reject(signal.reason);
      };
      const take = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      waiting.push(take);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** A place goes straight to who waits longest. */
  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  async function turn(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const remaining = pausedUntil - now;
    if (remaining > MAX_RETRY_AFTER && defends('Retry-After cap')) throw new RatePaused(remaining);
    const at = Math.max(now, nextAt, pausedUntil);
    nextAt = at + spacing;
    if (at > now) await sleep(at - now, undefined, { signal });
  }

  return {
    async enter(signal) {
      signal.throwIfAborted();
      await place(signal);
      try {
        await turn(signal);
      } catch (error) {
        leave();
        signal.throwIfAborted();
        throw error;
      }
      return leave;
    },
    pause(milliseconds) {
      pausedUntil = Math.max(pausedUntil, performance.now() + Math.min(milliseconds, LONGEST_PAUSE));
    },
  };
}
