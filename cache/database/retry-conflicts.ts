import { setTimeout as sleep } from 'node:timers/promises';
import { defends } from '../../config/defences.ts';
import { busyError, isConflict } from './statement-error.ts';

/** With 20 ms doubling up to a second, the last attempt comes after about eight seconds. */
const ATTEMPTS = 12;
const FIRST_DELAY = 20;
const LONGEST_DELAY = 1_000;

/**
 * Runs `work` again when the database gave up on it for somebody else's sake (deadlock, lock timeout, database
 * busy), waiting longer each time. `work` must be the whole transaction: what it did before is rolled back.
 */
export async function retryConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || !defends('conflict retry')) throw error;
      if (attempt === ATTEMPTS) throw busyError(error);
      // Full jitter, so that two that met once do not meet again.
      await sleep(Math.random() * Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt));
    }
  }
}
