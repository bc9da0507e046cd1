import type { Cache, Row, SqlParameter } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { queryByKeys } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeValue, encodeValue } from '../sql/row-codec.ts';
import type { Lease } from '../sync/sync-store.ts';
import type { DriftEvent } from './drift-event.ts';
import { checkFence } from './stream-lease.ts';

interface DriftRequest {
  system?: string;
  stream?: string;
  /** Acknowledged ones too; only those that nobody has looked at when left out. */
  acknowledged?: boolean;
  first: number;
}

/** The changes of shape that were noticed, for CLI and graph. */
export interface DriftStore {
  /** Newest first. */
  list(request: DriftRequest): Promise<DriftEvent[]>;
  /** By the run that saw them first; at most a thousand in all. */
  ofRuns(runIds: readonly string[]): Promise<DriftEvent[]>;
  /**
   * Says that the shape of a stream is right as it is now; resolves to how many changes that concerns. Where one of
   * them had held records back, the shape is learnt anew.
   */
  acknowledge(request: { lease: Lease; now: string }): Promise<number>;
}

export function createDriftStore(cache: Cache): DriftStore {
  return {
    async list({ system, stream, acknowledged = false, first }) {
      const conditions = acknowledged ? ['1 = 1'] : ['acknowledged_at IS NULL'];
      const parameters: SqlParameter[] = [];
      if (system !== undefined) {
        conditions.push('`system` = ?');
        parameters.push(system);
      }
      if (stream !== undefined) {
        conditions.push('stream = ?');
        parameters.push(stream);
      }
      const rows = await cache.query(
        `SELECT * FROM drift_events WHERE ${conditions.join(' AND ')} ORDER BY seen_at DESC, id LIMIT ?`,
        [...parameters, first],
      );
      return rows.map((row) => decodeEvent(row, cache.dialect));
    },

    async ofRuns(runIds) {
      const rows = await queryByKeys(
        cache,
        runIds,
        (list) => `SELECT * FROM drift_events WHERE run_id IN (${list}) ORDER BY seen_at, id LIMIT 1000`,
      );
      return rows.map((row) => decodeEvent(row, cache.dialect));
    },

    async acknowledge({ lease, now }) {
      const { system, stream } = lease;
      const open = 'WHERE `system` = ? AND stream = ? AND acknowledged_at IS NULL';
      return cache.transaction(async (sql) => {
        await checkFence(sql, lease);
        const held = await sql.query(`SELECT id FROM drift_events ${open} AND policy <> 'ignore' LIMIT 1`, [
          system,
          stream,
        ]);
        if (held.length > 0) {
          await sql.execute('DELETE FROM stream_shapes WHERE `system` = ? AND stream = ?', [system, stream]);
        }
        return sql.execute(`UPDATE drift_events SET acknowledged_at = ? ${open}`, [
          encodeValue(instant, now, sql.dialect),
          system,
          stream,
        ]);
      });
    },
  };
}

function decodeEvent(row: Row, dialect: Dialect): DriftEvent {
  const text = (value: unknown) => (value === null ? null : String(value));
  return {
    id: String(row.id),
    system: String(row.system),
    stream: String(row.stream),
    runId: String(row.run_id),
    field: String(row.field),
    kind: String(row.kind) as DriftEvent['kind'],
    from: text(row.from_types),
    to: text(row.to_types),
    policy: String(row.policy) as DriftEvent['policy'],
    isRead: Number(row.is_read) === 1,
    sourceKey: text(row.source_key),
    seenAt: String(decodeValue(instant, row.seen_at, dialect)),
    acknowledgedAt: decodeValue(instant, row.acknowledged_at, dialect) as string | null,
  };
}
