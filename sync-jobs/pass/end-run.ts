import type { FinishRun, SyncStore } from '../../cache/sync/sync-store.ts';
import { hubTime } from '../../config/clock/hub-time.ts';
import type { HubError } from '../../config/errors.ts';
import { instantOf } from '../../schema/time.ts';

/** The hub's time, as an instant. */
export function hubNow(): string {
  return instantOf(hubTime());
}

/**
 * Writes a failure into the run history. Where even that fails (the cache is gone, the lease was lost), the failure
 * itself is still what the caller must hear of.
 */
export async function endFailed(
  store: SyncStore,
  {
    lease,
    runId,
    error,
    checkpoint,
  }: Pick<FinishRun, 'lease' | 'runId'> & {
    error: HubError;
    checkpoint: object | null;
  },
): Promise<void> {
  const { code: errorCode, message: errorMessage } = error;
  const failed = { lease, runId, outcome: 'FAILED', errorCode, errorMessage, checkpoint, now: hubNow() } as const;
  await store.finishRun(failed).catch(() => undefined);
}
