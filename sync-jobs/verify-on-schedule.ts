import { createSyncStore } from '../cache/create-sync-store.ts';
import type { JobEnd } from './source-queue.ts';
import type { StreamRequest } from './sync-run.ts';
import { verify } from './verify.ts';

/**
 * One verify of a stream, as the schedule runs it. It repairs nothing: a difference is an error that stays in the log,
 * the graph and the metrics until somebody has looked at it.
 */
export async function verifyOnSchedule({ onProgress: _, ...request }: StreamRequest): Promise<JobEnd> {
  const { system, stream, cache, log } = request;
  const { lastSuccessAt } = await createSyncStore(cache).state({ system, stream });
  if (lastSuccessAt === null) return { outcome: 'SKIPPED' };
  const report = await verify(request);
  log.debug({ system, stream, outcome: report.outcome }, `verify ${system}/${stream}: ${report.outcome}`);
  switch (report.outcome) {
    case 'EQUAL':
      return { outcome: 'SUCCEEDED' };
    case 'STOPPED':
      return { outcome: 'PARTIAL' };
    case 'DIFFERENT':
    case 'FAILED':
      return { outcome: 'FAILED', error: report.error };
  }
}
