import type { Cache, Row, SqlParameter } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeCount, decodeValue } from '../sql/row-codec.ts';

/** A record that did not fit, as it came, with the reason. */
export interface QuarantinedRecord {
  id: string;
  system: string;
  stream: string;
  key: string;
  version: string | null;
  runId: string | null;
  code: string;
  message: string;
  /** JSON text. */
  raw: string;
  firstSeenAt: string;
  lastSeenAt: string;
}

interface QuarantineRequest {
  system?: string;
  stream?: string;
  first: number;
  /** The id of the last record of the page before. */
  after?: string | null;
}

export interface QuarantineStore {
  /** Ordered by id. */
  list(request: QuarantineRequest): Promise<QuarantinedRecord[]>;
  count(request: { system?: string; stream?: string }): Promise<number>;
  /** The record with this id, or null. */
  get(id: string): Promise<QuarantinedRecord | null>;
}

/** Reading what did not fit, for CLI and graph. */
export function createQuarantineStore(cache: Cache): QuarantineStore {
  return {
    async list({ system, stream, first, after }) {
      const { where, parameters } = within({ system, stream, after: after ?? '' });
      const rows = await cache.query(`SELECT * FROM quarantine WHERE ${where} ORDER BY id LIMIT ?`, [
        ...parameters,
        first,
      ]);
      return rows.map((row) => decodeQuarantined(row, cache.dialect));
    },

    async count({ system, stream }) {
      const { where, parameters } = within({ system, stream, after: '' });
      const [row] = await cache.query(`SELECT COUNT(*) AS n FROM quarantine WHERE ${where}`, parameters);
      return decodeCount(row?.n);
    },

    async get(id) {
      const [row] = await cache.query('SELECT * FROM quarantine WHERE id = ?', [id]);
      return row ? decodeQuarantined(row, cache.dialect) : null;
    },
  };
}

function within({
  system,
  stream,
  after,
}: {
  system?: string | undefined;
  stream?: string | undefined;
  after: string;
}) {
  const conditions = ['id > ?'];
  const parameters: SqlParameter[] = [after];
  if (system !== undefined) {
    conditions.push('`system` = ?');
    parameters.push(system);
  }
  if (stream !== undefined) {
    conditions.push('stream = ?');
    parameters.push(stream);
  }
  return { where: conditions.join(' AND '), parameters };
}

function decodeQuarantined(row: Row, dialect: Dialect): QuarantinedRecord {
  const text = (value: unknown) => (value === null ? null : String(value));
  return {
    id: String(row.id),
    system: String(row.system),
    stream: String(row.stream),
    key: String(row.source_key),
    version: text(row.version),
    runId: text(row.run_id),
    code: String(row.code),
    message: String(row.message),
    raw: String(row.raw),
    firstSeenAt: String(decodeValue(instant, row.first_seen_at, dialect)),
    lastSeenAt: String(decodeValue(instant, row.last_seen_at, dialect)),
  };
}
