import { setTimeout as sleep } from 'node:timers/promises';
import type { HubError } from '../config/errors.ts';

const PATIENCE = 60_000;
const PAUSE = 500;

/** What catching up needs to know of a run. */
type Run = { outcome: 'BUSY' | 'FAILED'; error: HubError } | { outcome: 'SUCCEEDED' | 'PARTIAL' | 'SKIPPED' };

/**
 * Runs a job on a stream, waiting for its turn while another process has the stream. Throws when the source cannot
 * be asked; any other failure leaves the cache as it is, for verify to see.
 */
export async function catchUp<R extends Run>(job: () => Promise<R>, { signal }: { signal: AbortSignal }): Promise<R> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    signal.throwIfAborted();
    const run = await job();
    if (run.outcome === 'BUSY' && Date.now() < deadline) {
      await sleep(PAUSE, undefined, { signal });
      continue;
    }
    if (run.outcome === 'BUSY') throw run.error;
    if (run.outcome === 'FAILED' && unanswered.has(run.error.code)) throw run.error;
    return run;
  }
}

const unanswered = new Set<string>([
  'SOURCE_UNREACHABLE',
  'SOURCE_UNAUTHORIZED',
  'SOURCE_FORBIDDEN',
  'SOURCE_RATE_LIMITED',
  'SOURCE_BREAKER_OPEN',
  'CACHE_UNREACHABLE',
  'CACHE_NOT_WRITABLE',
]);
