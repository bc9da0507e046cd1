import type { Cache } from '../database/database.ts';
import { createStreamLease } from '../streams/stream-lease.ts';
import { createStreamRuns } from '../streams/stream-runs.ts';
import { createStreamShapes } from '../streams/stream-shapes.ts';
import { decodeStreamState } from '../streams/stream-state.ts';
import { createVerifyNotes } from '../streams/verify-runs.ts';
import { createPageWriter } from './save-page.ts';
import { createStoredKeys } from './stored-keys.ts';
import type { SyncStore } from './sync-store.ts';

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
