import type { Sql } from '../database/database.ts';
import { LONGEST_KEY } from '../schema/column-fit.ts';
import { upsert } from '../sql/bulk-statements.ts';
import { clip } from '../sql/clip.ts';
import { instant } from '../sql/column-kinds.ts';
import { encodeValue } from '../sql/row-codec.ts';
import type { NoteDrift } from '../sync/sync-store.ts';
import { driftId } from './drift-event.ts';

/** Writes changes of shape as events, and the shape as it is known now, in the transaction of their page. */
export async function writeDrift(sql: Sql, { lease, runId, events, shape, now }: NoteDrift): Promise<void> {
  const { system, stream } = lease;
  const seenAt = encodeValue(instant, now, sql.dialect);
  const rows = events.map((one) => {
    const { field, kind, from, to, policy, isRead, sourceKey } = one;
    const key = sourceKey === null ? null : clip(sourceKey, LONGEST_KEY);
    const id = driftId(lease, one);
    return [id, system, stream, runId, field, kind, from, to, policy, isRead ? 1 : 0, key, seenAt, null];
  });
  await upsert(sql, {
    table: 'drift_events',
    columns: [
      'id',
      'system',
      'stream',
      'run_id',
      'field',
      'kind',
      'from_types',
      'to_types',
      'policy',
      'is_read',
      'source_key',
      'seen_at',
      'acknowledged_at',
    ],
    key: ['id'],
    rows: rows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  });
  if (shape === null) return;
  await upsert(sql, {
    table: 'stream_shapes',
    columns: ['system', 'stream', 'shape', 'updated_at'],
    key: ['system', 'stream'],
    rows: [[system, stream, shape, seenAt]],
  });
}
