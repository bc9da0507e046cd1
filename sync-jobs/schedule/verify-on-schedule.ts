import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import type { StreamRequest } from '../pass/sync-run.ts';
import { verify } from '../verify/verify.ts';
import type { JobEnd } from './source-queue.ts';

/**
 * Verifies of one stream, as the schedule runs them. They repair nothing: a difference is an error that stays in the
 * log, the graph and the metrics until somebody has looked at it. A stream that cannot be proved equal is a warning,
 * given once until it is proved.
 */
export function createVerifyJob({ onProgress: _, ...request }: StreamRequest): () => Promise<JobEnd> {
  const { system, stream, cache, log } = request;
  let warned = false;
  return async () => {
    const { lastSuccessAt } = await createSyncStore(cache).state({ system, stream });
    if (lastSuccessAt === null) return { outcome: 'SKIPPED' };
    const report = await verify(request);
    log.debug({ system, stream, outcome: report.outcome }, `verify ${system}/${stream}: ${report.outcome}`);
    switch (report.outcome) {
      case 'EQUAL':
        warned = false;
        return { outcome: 'SUCCEEDED' };
      case 'UNPROVED':
        if (!warned)
          log.warn({ source: system, stream }, `${system}/${stream} is unproved, because ${report.unproved}`);
        warned = true;
        return { outcome: 'SUCCEEDED' };
      case 'STOPPED':
        return { outcome: 'PARTIAL' };
      case 'DIFFERENT':
      case 'FAILED':
        return { outcome: 'FAILED', error: report.error };
    }
  };
}
