import type { Cache } from './cache.ts';
import { createPageWriter } from './save-page.ts';
import { createStoredKeys } from './stored-keys.ts';
import { createStreamLease } from './stream-lease.ts';
import { createStreamRuns } from './stream-runs.ts';
import { createStreamShapes } from './stream-shapes.ts';
import { decodeStreamState } from './stream-state.ts';
import type { SyncStore } from './sync-store.ts';
import { createVerifyNotes } from './verify-runs.ts';

/** The write side of one cache. */
export function createSyncStore(cache: Cache): SyncStore {
  return {
    ...createStreamLease(cache),
    ...createStreamRuns(cache),
    ...createPageWriter(cache),
    ...createStoredKeys(cache),
    ...createVerifyNotes(cache),
    ...createStreamShapes(cache),
    async state({ system, stream }) {
      const [row] = await cache.query('SELECT * FROM stream_states WHERE `system` = ? AND stream = ?', [
        system,
        stream,
      ]);
      return decodeStreamState({ system, stream }, row, cache.dialect);
    },
  };
}
