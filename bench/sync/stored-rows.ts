import type { SqlParameter } from '../../cache/database/database.ts';
import type { Dialect } from '../../cache/schema/columns.ts';
import { columnName, entityTables, fieldsOf, rowColumns } from '../../cache/schema/tables.ts';
import { instant } from '../../cache/sql/column-kinds.ts';
import { encodeValue } from '../../cache/sql/row-codec.ts';
import { SQLITE_MOST_BYTES } from '../../cache/sql/statement-size.ts';
import { formatEntities } from '../../cache/sync/canonical-rows.ts';
import { preparePage } from '../../cache/sync/plan-page.ts';
import { rowsChecksum } from '../../cache/sync/rows-checksum.ts';
import { compileMapping } from '../../connectors/mapping/compile-mapping.ts';
import { instantOf } from '../../schema/time.ts';
import { orderStream, STREAM, SYSTEM, sourceOrder } from './order-source.ts';

const entities = ['order', 'orderLine'] as const;

/** The columns of the tables a load of orders fills. */
export const storedColumns: Record<string, readonly string[]> = {
  source_records: [
    'id',
    'system',
    'stream',
    'source_key',
    'version',
    'content_hash',
    'mapping_hash',
    'raw',
    'entities',
    'run_id',
    'synced_at',
    'deleted_at',
    'rows_checksum',
  ],
  ...Object.fromEntries(
    entities.map((entity) => [
      entityTables[entity],
      [...Object.keys(rowColumns), ...fieldsOf(entity).map(([name]) => columnName(name))],
    ]),
  ),
};

export type StoredTables = Record<string, SqlParameter[][]>;

/**
 * The very rows that a pass of the hub stores for these orders, by table: for those that are measured against it, who
 * get them ready made. Batch by batch, so that a million orders need no memory.
 */
export async function* storedRows(
  orders: number,
  batch: number,
  dialect: Dialect = 'mysql',
): AsyncGenerator<StoredTables> {
  const mapping = compileMapping({ system: SYSTEM, streamName: STREAM, stream: orderStream() });
  const now = encodeValue(instant, instantOf(Date.now()), dialect);
  const runId = '00000000-0000-4000-8000-000000000000';
  for (let from = 0; from < orders; from += batch) {
    const found = Array.from({ length: Math.min(batch, orders - from) }, (_, n) => sourceOrder(from + n));
    const { records: page } = await preparePage({ system: SYSTEM, stream: STREAM }, await mapping.mapPage(found), {
      dialect,
      mostBytes: SQLITE_MOST_BYTES,
    });
    const tables: StoredTables = { source_records: [], orders: [], order_lines: [] };
    for (const { id, record, hash, raw, outcome } of page) {
      const rows = outcome.is === 'mapped' ? outcome.rows : [];
      tables.source_records?.push([
        id,
        SYSTEM,
        STREAM,
        record.key,
        record.version,
        hash,
        mapping.hash,
        raw,
        formatEntities(rows),
        runId,
        now,
        null,
        rowsChecksum({ originId: id, system: SYSTEM, rows }, dialect),
      ]);
      for (const row of rows) {
        const values = fieldsOf(row.entity).map(([name, kind]) => encodeValue(kind, row.fields[name], dialect));
        tables[entityTables[row.entity]]?.push([row.id, id, SYSTEM, row.key, ...values]);
      }
    }
    yield tables;
  }
}
