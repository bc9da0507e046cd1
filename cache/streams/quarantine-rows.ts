import type { Sql } from '../database/database.ts';
import { LONGEST_KEY, LONGEST_RAW, LONGEST_VERSION } from '../schema/column-fit.ts';
import { executeByKeys, queryByKeys, upsert } from '../sql/bulk-statements.ts';
import { clip } from '../sql/clip.ts';
import { instant } from '../sql/column-kinds.ts';
import { encodeValue } from '../sql/row-codec.ts';
import { clipToBytes, roomForValues } from '../sql/statement-size.ts';
import type { Quarantining } from '../sync/plan-page.ts';
import type { SavePage } from '../sync/sync-store.ts';

/** For the columns of a quarantined record besides its raw text, in bytes. */
const BESIDES_RAW = 16_384;

/** Keeps what did not fit, with the reason; the last version that did fit stays in the cache as it is. */
export async function writeQuarantine(sql: Sql, page: SavePage, quarantining: readonly Quarantining[]): Promise<void> {
  const { system, stream } = page.lease;
  const now = encodeValue(instant, page.now, sql.dialect);
  const room = roomForValues(sql.mostBytes) - BESIDES_RAW;
  await upsert(sql, {
    table: 'quarantine',
    columns: [
      'id',
      'system',
      'stream',
      'source_key',
      'version',
      'run_id',
      'code',
      'message',
      'raw',
      'first_seen_at',
      'last_seen_at',
    ],
    key: ['id'],
    keep: ['first_seen_at'],
    rows: quarantining.map(({ prepared: { id, record, raw }, code, message }) => [
      id,
      system,
      stream,
      clip(record.key, LONGEST_KEY),
      record.version === null ? null : clip(record.version, LONGEST_VERSION),
      page.runId,
      code,
      clip(message, 2048),
      clipToBytes(clip(raw, LONGEST_RAW), room),
      now,
      now,
    ]),
  });
}

/** Takes records out of quarantine that fit again, or that the source no longer has. */
export async function clearQuarantine(sql: Sql, ids: readonly string[]): Promise<void> {
  await executeByKeys(sql, ids, (list) => `DELETE FROM quarantine WHERE id IN (${list})`);
}

/** Of these records, those in quarantine with the version that did not fit. */
export async function quarantinedVersions(sql: Sql, ids: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await queryByKeys<{ id: string; version: string | null }>(
    sql,
    ids,
    (list) => `SELECT id, version FROM quarantine WHERE id IN (${list})`,
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}
