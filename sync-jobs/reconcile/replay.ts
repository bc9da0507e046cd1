import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { holdLease, streamBusy } from '../pass/hold-lease.ts';
import { neverStarted, type StreamRequest, type SyncRun } from '../pass/sync-run.ts';
import { hubErrorOf } from '../pass/to-hub-error.ts';
import { runKeyed } from './keyed-run.ts';
import { readMissed } from './keyed-work.ts';
import { quarantinedKeys } from './known-keys.ts';

export interface ReplayRequest extends StreamRequest {
  /** Only these keys of the stream. */
  keys?: readonly string[];
}

/**
 * Reads the records of a stream that are in quarantine once more by their keys, and puts them through the mapping as
 * it is now: for when the mapping or the source was corrected. What fits leaves quarantine; what still does not stays,
 * with the reason of today. A record that the source no longer has is left to reconcile.
 */
export async function replay(request: ReplayRequest): Promise<SyncRun> {
  const store = createSyncStore(request.cache);
  try {
    const run = await holdLease({ ...request, store }, (held) =>
      runKeyed({ store, held, request, reason: 'a replay of what is in quarantine', rewrite: false }, async (work) => {
        const wanted = request.keys && new Set(request.keys);
        for await (const page of quarantinedKeys(store, request)) {
          const keys = page.map(({ key }) => key).filter((key) => !wanted || wanted.has(key));
          await readMissed(work, keys);
        }
        await resolveDirty(request);
      }),
    );
    return run ?? { ...neverStarted(request), outcome: 'BUSY', error: await streamBusy(store, request) };
  } catch (error) {
    return { ...neverStarted(request), outcome: 'FAILED', error: hubErrorOf(error, request) };
  }
}
