import type { Row, Sql } from './cache.ts';
import { among } from './condition.ts';
import { decodeValue } from './row-codec.ts';

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
}

export function createSourceRecordStore(sql: Sql): SourceRecordStore {
  return { byIds };

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
