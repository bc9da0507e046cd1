import type { Cache, Row } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { queryByKeys } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeValue } from '../sql/row-codec.ts';
import { readRowsOf } from './canonical-rows.ts';
import { sourceRecordId } from './source-record-id.ts';
import type { StoredKey, SyncStore } from './sync-store.ts';

const COLUMNS =
  'id, source_key, version, content_hash, mapping_hash, deleted_at, CAST(rows_checksum AS CHAR) AS rows_checksum';

const which: Record<string, string> = {
  false: 'AND deleted_at IS NULL',
  true: '',
  only: 'AND deleted_at IS NOT NULL',
};

/** What the cache has of a stream, for comparing it with the source. */
export function createStoredKeys(
  cache: Cache,
): Pick<SyncStore, 'keysOf' | 'quarantinedKeys' | 'recordsByKeys' | 'canonicalRowsOf'> {
  return {
    async keysOf({ system, stream, after, first, deleted = false }) {
      const rows = await cache.query(
        `SELECT ${COLUMNS} FROM source_records
         WHERE \`system\` = ? AND stream = ? AND id > ? ${which[String(deleted)] ?? ''} ORDER BY id LIMIT ?`,
        [system, stream, after ?? '', first],
      );
      return rows.map((row) => storedKey(row, cache.dialect));
    },

    async quarantinedKeys({ system, stream, after, first }) {
      const rows = await cache.query(
        'SELECT id, source_key FROM quarantine WHERE `system` = ? AND stream = ? AND id > ? ORDER BY id LIMIT ?',
        [system, stream, after ?? '', first],
      );
      return rows.map((row) => ({ id: String(row.id), key: String(row.source_key) }));
    },

    async recordsByKeys({ system, stream, keys }) {
      const ids = keys.map((key) => sourceRecordId({ system, stream, key }));
      const rows = await queryByKeys(
        cache,
        ids,
        (list) => `SELECT ${COLUMNS} FROM source_records WHERE id IN (${list})`,
      );
      return rows.map((row) => storedKey(row, cache.dialect));
    },

    canonicalRowsOf: (originIds) => readRowsOf(cache, originIds),
  };
}

function storedKey(row: Row, dialect: Dialect): StoredKey {
  return {
    id: String(row.id),
    key: String(row.source_key),
    version: row.version === null ? null : String(row.version),
    contentHash: String(row.content_hash),
    mappingHash: String(row.mapping_hash),
    deletedAt: decodeValue(instant, row.deleted_at, dialect) as string | null,
    rowsChecksum: row.rows_checksum === null ? null : String(row.rows_checksum),
  };
}
