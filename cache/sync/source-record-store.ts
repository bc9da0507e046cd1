import { type Entity, entities } from '../../schema/records.ts';
import type { Row, Sql } from '../database/database.ts';
import { ofVisible, type Visible } from '../records/visible.ts';
import { entityTables, fieldsOf } from '../schema/tables.ts';
import { allOf, among, type Condition } from '../sql/condition.ts';
import { decodeValue } from '../sql/row-codec.ts';

/** A source record as the cache holds it, without the raw text's meaning: that is for the reader. */
export interface SourceRecordRow {
  id: string;
  system: string;
  stream: string;
  sourceKey: string;
  version: string | null;
  syncedAt: string;
  /** JSON text. */
  raw: string;
}

export interface SourceRecordStore {
  byIds(ids: readonly string[]): Promise<Map<string, SourceRecordRow>>;
  /** Those of the source records that also made a row of a customer who may not be seen: their raw text is of both. */
  sharedWithOthers(ids: readonly string[]): Promise<Set<string>>;
}

export function createSourceRecordStore(sql: Sql, visible: Visible): SourceRecordStore {
  return { byIds, sharedWithOthers };

  async function sharedWithOthers(ids: readonly string[]) {
    if (!visible || ids.length === 0) return new Set<string>();
    const chosen = among('t.origin_id', ids);
    const parts = entities.filter(hasOwner).map((entity): Condition => {
      const seen = allOf(ofVisible(entity, visible));
      const owned = entity === 'party' || entity === 'relationship' ? '' : ' AND t.party_id IS NOT NULL';
      return {
        sql: `SELECT t.origin_id AS id FROM ${entityTables[entity]} t WHERE ${chosen.sql}${owned} AND NOT (${seen.sql})`,
        parameters: [...chosen.parameters, ...seen.parameters],
      };
    });
    const rows = await sql.query(
      parts.map((part) => part.sql).join(' UNION '),
      parts.flatMap((part) => part.parameters),
    );
    return new Set(rows.map(({ id }) => String(id)));
  }

  async function byIds(ids: readonly string[]) {
    const chosen = among('id', ids);
    const rows = await sql.query(
      `SELECT id, \`system\`, stream, source_key, version, synced_at, raw FROM source_records
       WHERE ${chosen.sql} AND deleted_at IS NULL`,
      chosen.parameters,
    );
    return new Map(rows.map((row) => [String(row.id), sourceRecordOf(row)]));
  }

  function sourceRecordOf(row: Row): SourceRecordRow {
    return {
      id: String(row.id),
      system: String(row.system),
      stream: String(row.stream),
      sourceKey: String(row.source_key),
      version: row.version === null ? null : String(row.version),
      syncedAt: String(decodeValue({ type: 'instant' }, row.synced_at, sql.dialect)),
      raw: String(row.raw),
    };
  }
}

/** Entities whose rows name a party; their parts belong to the same as they do. */
function hasOwner(entity: Entity): boolean {
  return entity === 'party' || entity === 'relationship' || fieldsOf(entity).some(([name]) => name === 'partyId');
}
