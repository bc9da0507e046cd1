import { hash } from 'node:crypto';
import { withoutErasedPersons } from '../../schema/personal-fields.ts';
import { type Entity, entities } from '../../schema/records.ts';
import type { Touched } from '../changes/touched.ts';
import type { Sql } from '../database/database.ts';
import { columnName, entityTables, fieldsOf } from '../schema/tables.ts';
import { executeByKeys, queryByKeys, upsert } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { jsonText } from '../sql/json-text.ts';
import { type DecodedRow, decodeRow, encodeValue, selectList } from '../sql/row-codec.ts';
import { readRowsOf, replaceRows } from '../sync/canonical-rows.ts';
import { contentHash } from '../sync/content-hash.ts';
import { storedRowsChecksum } from '../sync/rows-checksum.ts';
import type { StoredRow } from '../sync/sync-store.ts';

/** A source record as it is kept. */
export interface KeptRecord {
  id: string;
  system: string;
  stream: string;
  key: string;
  version: string | null;
  /** JSON text. */
  raw: string;
}

/** Everything of one person, for showing it and for erasing it. */
export interface ErasureStore {
  partiesOf(customerId: string): Promise<string[]>;
  /** The canonical rows that belong to these parties or name them as a person, by entity. */
  rowsOf(partyIds: readonly string[]): Promise<Map<Entity, DecodedRow[]>>;
  /** Source records with these ids. */
  recordsOf(ids: readonly string[]): Promise<KeptRecord[]>;
  /**
   * The records in quarantine, of which the cache may never have had a row, whose raw text has one of these values whole.
   * In the text of a damaged record, which nobody could take apart, it may be anywhere.
   */
  quarantinedWith(values: readonly string[]): Promise<string[]>;
  /**
   * Takes every stream from the pass that holds it: what was mapped before an erasure is not written after it. To be
   * called first in the transaction, as pages lock their stream first.
   */
  overtakePasses(): Promise<void>;
  /** Empties records of what is personal about those who were erased; resolves to the records that look different now. */
  emptyRecords(ids: readonly string[], isErased: IsErased): Promise<readonly Touched[]>;
  /** Notes, as hashes, whom not to bring back. */
  noteErased(ids: readonly string[], now: string): Promise<void>;
  /** What is kept beside the records: quarantine, what identity compared, and what stewards wrote of the person. */
  forgetTraces(request: { recordIds: readonly string[]; partyIds: readonly string[] }): Promise<void>;
}

export function createErasureStore(sql: Sql): ErasureStore {
  return {
    async partiesOf(customerId) {
      const rows = await sql.query('SELECT party_id FROM customer_links WHERE customer_id = ? ORDER BY party_id', [
        customerId,
      ]);
      return rows.map((row) => String(row.party_id));
    },

    async rowsOf(partyIds) {
      const found = new Map<Entity, DecodedRow[]>();
      for (const entity of entities) {
        const rows = new Map<string, DecodedRow>();
        for (const column of personColumns(entity)) {
          const own = await queryByKeys(
            sql,
            partyIds,
            (list) =>
              `SELECT ${selectList(entity, 't', sql.dialect)} FROM \`${entityTables[entity]}\` t WHERE t.${column} IN (${list})`,
          );
          for (const row of own) rows.set(String(row.id), decodeRow(entity, row, sql.dialect));
        }
        if (rows.size > 0) found.set(entity, [...rows.values()]);
      }
      return found;
    },

    async recordsOf(ids) {
      const rows = await queryByKeys(
        sql,
        ids,
        (list) => `SELECT id, \`system\`, stream, source_key, version, raw FROM source_records WHERE id IN (${list})`,
      );
      return rows.map((row) => ({
        id: String(row.id),
        system: String(row.system),
        stream: String(row.stream),
        key: String(row.source_key),
        version: row.version === null ? null : String(row.version),
        raw: String(row.raw),
      }));
    },

    async quarantinedWith(values) {
      const found = new Set<string>();
      for (const value of values) {
        const quoted = JSON.stringify(value);
        const once = quoted.slice(1, -1);
        const inText = [...new Set([once, JSON.stringify(once).slice(1, -1)])];
        const rows = await sql.query(
          `SELECT id FROM quarantine WHERE raw LIKE ? ESCAPE '!'
             OR (raw LIKE '%"sha256":"%' AND (${inText.map(() => "raw LIKE ? ESCAPE '!'").join(' OR ')}))`,
          [quoted, ...inText].map((text) => `%${text.replace(/[!%_]/g, (special) => `!${special}`)}%`),
        );
        for (const { id } of rows) found.add(String(id));
      }
      return [...found].sort();
    },

    async overtakePasses() {
      await sql.execute(
        `UPDATE stream_states SET lease_token = lease_token + 1, lease_owner = NULL, lease_expires_at = NULL
         WHERE lease_owner IS NOT NULL`,
      );
    },

    async emptyRecords(ids, isErased) {
      const rowsOf = new Map<string, StoredRow[]>(ids.map((id) => [id, []]));
      for (const row of await readRowsOf(sql, ids)) rowsOf.get(row.originId)?.push(row);
      const replacements = [...rowsOf].map(([originId, before]) => {
        const rows = withoutErasedPersons(before, isErased);
        return { originId, system: rows[0]?.system ?? '', entitiesBefore: [], rows };
      });
      for (const { originId, rows } of replacements) {
        const data = { erased: true, left: hash('sha256', JSON.stringify(rows), 'hex') };
        await sql.execute(
          'UPDATE source_records SET raw = ?, content_hash = ?, rows_checksum = ? WHERE id = ? AND deleted_at IS NULL',
          [jsonText(data), contentHash(data), storedRowsChecksum(rows, sql.dialect), originId],
        );
      }
      return (await replaceRows(sql, replacements)).touched;
    },

    async noteErased(ids, now) {
      const at = encodeValue(instant, now, sql.dialect);
      const hashes = [...new Set(ids)].map(hashOfId).sort();
      await upsert(sql, {
        table: 'erased_ids',
        columns: ['id_hash', 'erased_at'],
        key: ['id_hash'],
        keep: ['erased_at'],
        rows: hashes.map((idHash) => [idHash, at]),
      });
    },

    async forgetTraces({ recordIds, partyIds }) {
      await executeByKeys(sql, recordIds, (list) => `DELETE FROM quarantine WHERE id IN (${list})`);
      await executeByKeys(sql, partyIds, (list) => `DELETE FROM identity_profiles WHERE party_id IN (${list})`);
      await executeByKeys(sql, partyIds, (list) => `DELETE FROM identity_keys WHERE party_id IN (${list})`);
      for (const side of ['party_a', 'party_b']) {
        await executeByKeys(sql, partyIds, (list) => `DELETE FROM identity_pairs WHERE ${side} IN (${list})`);
      }
      for (const id of partyIds) {
        await sql.execute('UPDATE identity_actions SET reason = NULL WHERE details LIKE ?', [`%${id}%`]);
      }
    },
  };
}

/** Whether an id is that of somebody who was erased. */
export type IsErased = (id: string) => boolean;

/** Reads whom not to bring back. Erasures are few: they are looked up in memory. */
export async function readErased(sql: Sql): Promise<IsErased> {
  const rows = await sql.query('SELECT id_hash FROM erased_ids');
  if (rows.length === 0) return () => false;
  const hashes = new Set(rows.map((row) => String(row.id_hash)));
  return (id) => hashes.has(hashOfId(id));
}

function hashOfId(id: string): string {
  return hash('sha256', id, 'hex');
}

function personColumns(entity: Entity): string[] {
  if (entity === 'party') return ['id'];
  return fieldsOf(entity)
    .map(([name]) => name)
    .filter((name) => name === 'partyId' || name === 'personId')
    .map(columnName);
}
