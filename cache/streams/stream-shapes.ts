import type { Cache } from '../database/database.ts';
import type { SyncStore } from '../sync/sync-store.ts';
import { writeDrift } from './drift-rows.ts';
import { checkFence } from './stream-lease.ts';

/** More changes of one stream than this are not kept: whoever reads them has seen what there is to see. */
export const MOST_OPEN_DRIFT = 500;

/** What the records of a stream look like, for whoever holds its lease. */
export function createStreamShapes(cache: Cache): Pick<SyncStore, 'shape' | 'noteDrift'> {
  return {
    async shape({ system, stream }) {
      const [row] = await cache.query('SELECT shape FROM stream_shapes WHERE `system` = ? AND stream = ?', [
        system,
        stream,
      ]);
      const open = await cache.query(
        'SELECT id FROM drift_events WHERE `system` = ? AND stream = ? AND acknowledged_at IS NULL LIMIT ?',
        [system, stream, MOST_OPEN_DRIFT],
      );
      return { shape: row ? String(row.shape) : null, open: new Set(open.map(({ id }) => String(id))) };
    },

    async noteDrift(note) {
      await cache.transaction(async (sql) => {
        await checkFence(sql, note.lease);
        await writeDrift(sql, note);
      });
    },
  };
}
