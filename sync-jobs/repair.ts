import { createSyncStore } from '../cache/create-sync-store.ts';
import type { SyncStore } from '../cache/sync-store.ts';
import { resolveDirty } from '../customer-360/identity/resolve-dirty.ts';
import { guardShrink } from './compare-keys.ts';
import { holdLease, streamBusy } from './hold-lease.ts';
import { hubErrorOf } from './hub-error-of.ts';
import { runKeyed } from './keyed-run.ts';
import { deleteMissing, readMissed, removeStrays } from './keyed-work.ts';
import { knownKeys } from './known-keys.ts';
import { neverStarted, type StreamRequest, type SyncRun } from './sync-run.ts';

export interface RepairRequest extends StreamRequest {
  /** Source keys of records that the cache lacks or has with other values. */
  different: readonly string[];
  /** Source keys that only the cache has. */
  extra: readonly string[];
  /** Further keys that only the cache has, and that this repair does not take on. */
  extraLeft: number;
  /** Ids of source records that there are not, and that rows of the cache name. None when left out. */
  strays?: readonly string[];
}

/**
 * Reads single records from the source and writes them whatever the cache has of them: what was altered there by
 * hand looks unchanged to a pass, by its content hash and version. Records that only the cache has are deleted the
 * way reconcile does it, after they were asked for by key once more and behind the same guard.
 */
export async function repair(request: RepairRequest): Promise<SyncRun> {
  const store = createSyncStore(request.cache);
  const { different, extra, strays = [] } = request;
  const count = different.length + extra.length + strays.length;
  const reason = `repair of ${count} record${count === 1 ? '' : 's'} verify found different`;
  try {
    const run = await holdLease({ ...request, store }, (held) =>
      runKeyed({ store, held, request, reason, rewrite: true }, async (work) => {
        try {
          await readMissed(work, different);
          if (extra.length > 0) await expectNotShrunk(store, request);
          await deleteMissing(work, extra);
          await removeStrays(work, strays);
        } catch (thrown) {
          // What was committed is resolved as far as that goes; what stays dirty is for the next pass.
          await resolveDirty(request).catch(() => undefined);
          throw thrown;
        }
        await resolveDirty(request);
      }),
    );
    return run ?? { ...neverStarted(request, reason), outcome: 'BUSY', error: await streamBusy(store, request) };
  } catch (error) {
    return { ...neverStarted(request, reason), outcome: 'FAILED', error: hubErrorOf(error, request) };
  }
}

/** Tombstones with rows left standing do not count: removing those loses nothing. */
async function expectNotShrunk(store: SyncStore, { system, stream, extra, extraLeft }: RepairRequest): Promise<void> {
  const records = await store.recordsByKeys({ system, stream, keys: extra });
  const missing = records.filter(({ deletedAt }) => deletedAt === null).length + extraLeft;
  let known = 0;
  for await (const page of knownKeys(store, { system, stream })) known += page.length;
  guardShrink({ system, stream, known, missing });
}
