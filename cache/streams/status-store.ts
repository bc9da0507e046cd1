import type { Cache, Row, SqlParameter } from '../database/database.ts';
import { holdCostly } from '../database/reuse-slow-read.ts';
import type { Dialect } from '../schema/columns.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeCount, decodeValue, encodeValue } from '../sql/row-codec.ts';
import type { StreamState } from '../sync/sync-store.ts';
import { type Completeness, decodeCompleteness } from './completeness.ts';
import { decodeStreamState } from './stream-state.ts';

/** How one stream stands: its state, and how many records it has. */
export interface StreamStatus extends StreamState {
  /** Live source records; where counting them takes long, as they were counted a moment ago. */
  records: number;
  quarantined: number;
  /** Changes of the records' shape that nobody has acknowledged. */
  drift: number;
}

export interface SyncRunRow {
  id: string;
  system: string;
  stream: string;
  mode: string;
  reason: string | null;
  outcome: 'RUNNING' | 'SUCCEEDED' | 'PARTIAL' | 'FAILED';
  startedAt: string;
  finishedAt: string | null;
  windowFrom: string | null;
  pages: number;
  read: number;
  changed: number;
  unchanged: number;
  deleted: number;
  quarantined: number;
  /** null of a run that did not get to the end of what it read. */
  completeness: Completeness | null;
  errorCode: string | null;
  errorMessage: string | null;
}

interface RunsRequest {
  system?: string;
  stream?: string;
  first: number;
  /** The last run of the page before. */
  after?: { startedAt: string; id: string } | null;
}

/** How the sync stands and what it did. */
export interface StatusStore {
  /** Every stream that was ever claimed, by system and stream. */
  streams(): Promise<StreamStatus[]>;
  /** Newest first. */
  runs(request: RunsRequest): Promise<SyncRunRow[]>;
  run(id: string): Promise<SyncRunRow | null>;
}

/** The lists of the sync for CLI and graph. */
export function createStatusStore(cache: Cache): StatusStore {
  const countRecords = holdCostly(() =>
    countByStream(
      cache,
      'SELECT `system`, stream, COUNT(*) AS n FROM source_records WHERE deleted_at IS NULL GROUP BY `system`, stream',
    ),
  );
  return {
    async streams() {
      const states = await cache.query('SELECT * FROM stream_states ORDER BY `system`, stream');
      const records = await countRecords();
      const quarantined = await countByStream(
        cache,
        'SELECT `system`, stream, COUNT(*) AS n FROM quarantine GROUP BY `system`, stream',
      );
      const drift = await countByStream(
        cache,
        'SELECT `system`, stream, COUNT(*) AS n FROM drift_events WHERE acknowledged_at IS NULL GROUP BY `system`, stream',
      );
      return states.map((row) => {
        const name = { system: String(row.system), stream: String(row.stream) };
        return {
          ...decodeStreamState(name, row, cache.dialect),
          records: records.get(keyOf(row)) ?? 0,
          quarantined: quarantined.get(keyOf(row)) ?? 0,
          drift: drift.get(keyOf(row)) ?? 0,
        };
      });
    },

    async runs({ system, stream, first, after }) {
      const conditions: string[] = [];
      const parameters: SqlParameter[] = [];
      if (system !== undefined) {
        conditions.push('`system` = ?');
        parameters.push(system);
      }
      if (stream !== undefined) {
        conditions.push('stream = ?');
        parameters.push(stream);
      }
      if (after) {
        const startedAt = encodeValue(instant, after.startedAt, cache.dialect);
        conditions.push('(started_at < ? OR (started_at = ? AND id < ?))');
        parameters.push(startedAt, startedAt, after.id);
      }
      const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
      const rows = await cache.query(`SELECT * FROM sync_runs ${where} ORDER BY started_at DESC, id DESC LIMIT ?`, [
        ...parameters,
        first,
      ]);
      return rows.map((row) => decodeRun(row, cache.dialect));
    },

    async run(id) {
      const [row] = await cache.query('SELECT * FROM sync_runs WHERE id = ?', [id]);
      return row ? decodeRun(row, cache.dialect) : null;
    },
  };
}

async function countByStream(cache: Cache, statement: string): Promise<Map<string, number>> {
  const rows = await cache.query(statement);
  return new Map(rows.map((row) => [keyOf(row), decodeCount(row.n)]));
}

function keyOf(row: Row): string {
  return `${row.system}/${row.stream}`;
}

function decodeRun(row: Row, dialect: Dialect): SyncRunRow {
  const text = (value: unknown) => (value === null ? null : String(value));
  const at = (value: unknown) => decodeValue(instant, value, dialect) as string | null;
  return {
    id: String(row.id),
    system: String(row.system),
    stream: String(row.stream),
    mode: String(row.mode),
    reason: text(row.reason),
    outcome: String(row.outcome) as SyncRunRow['outcome'],
    startedAt: at(row.started_at) ?? '',
    finishedAt: at(row.finished_at),
    windowFrom: text(row.window_from),
    pages: decodeCount(row.pages),
    read: decodeCount(row.records_read),
    changed: decodeCount(row.records_changed),
    unchanged: decodeCount(row.records_unchanged),
    deleted: decodeCount(row.records_deleted),
    quarantined: decodeCount(row.records_quarantined),
    completeness: decodeCompleteness(row),
    errorCode: text(row.error_code),
    errorMessage: text(row.error_message),
  };
}
