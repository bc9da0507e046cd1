import type { Sql } from '../database/database.ts';
import { databaseNow } from '../sql/bulk-statements.ts';
import { decodeValue } from '../sql/row-codec.ts';

/** A model as it was learnt. */
interface StoredModel {
  kind: string;
  version: number;
  seed: number;
  /** How many records it was learnt from. */
  records: number;
  /** JSON. */
  parameters: string;
  learntAt: string;
}

export interface ModelStore {
  /** The newest version of each kind, without reading the models. */
  versions(): Promise<Map<string, number>>;
  model(kind: string, version: number): Promise<StoredModel | undefined>;
  save(model: Omit<StoredModel, 'learntAt'>): Promise<void>;
}

export function createModelStore(sql: Sql): ModelStore {
  return {
    versions: async () => {
      const rows = await sql.query('SELECT kind, MAX(version) AS version FROM identity_models GROUP BY kind');
      return new Map(rows.map(({ kind, version }) => [String(kind), Number(version)]));
    },

    model: async (kind, version) => {
      const [row] = await sql.query(
        'SELECT seed, records, parameters, learnt_at FROM identity_models WHERE kind = ? AND version = ?',
        [kind, version],
      );
      return (
        row && {
          kind,
          version,
          seed: Number(row.seed),
          records: Number(row.records),
          parameters: String(row.parameters),
          learntAt: String(decodeValue({ type: 'instant' }, row.learnt_at, sql.dialect)),
        }
      );
    },

    save: async ({ kind, version, seed, records, parameters }) => {
      await sql.execute(
        `INSERT INTO identity_models (kind, version, seed, records, parameters, learnt_at)
         VALUES (?, ?, ?, ?, ?, ${databaseNow(sql.dialect)})`,
        [kind, version, seed, records, parameters],
      );
    },
  };
}
