import { randomUUID } from 'node:crypto';
import { shiftInstant } from '../../schema/time.ts';
import type { Cache, Row } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { clip } from '../sql/clip.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeCount, decodeValue, encodeValue } from '../sql/row-codec.ts';
import type { StreamName, SyncStore, VerifyRun } from '../sync/sync-store.ts';
import { completenessColumns, decodeCompleteness } from './completeness.ts';
import { completenessValues } from './stream-runs.ts';

interface VerifyRunRow extends VerifyRun {
  id: string;
}

export interface VerifyRunStore {
  /** The last one of every stream. */
  latest(): Promise<VerifyRunRow[]>;
  /** Those of one stream, newest first. */
  ofStream(request: StreamName & { first: number }): Promise<VerifyRunRow[]>;
}

const KEPT_DAYS = 90;
const DAY = 86_400_000;

const columns = [
  ...['id', 'system', 'stream', 'method', 'reason', 'outcome', 'started_at', 'finished_at', 'records_compared'],
  ...['records_reread', 'missing', 'extra', 'different', 'repaired', 'error_code', 'error_message'],
  ...completenessColumns,
];

/** Writes down what a verify found; the history is kept for 90 days. */
export function createVerifyNotes(cache: Cache): Pick<SyncStore, 'noteVerify'> {
  const at = (value: string) => encodeValue(instant, value, cache.dialect);
  return {
    async noteVerify(run) {
      const { system, stream, outcome, missing, extra, different, finishedAt } = run;
      await cache.transaction(async (sql) => {
        await sql.execute('DELETE FROM verify_runs WHERE `system` = ? AND stream = ? AND started_at < ?', [
          system,
          stream,
          at(shiftInstant(finishedAt, -KEPT_DAYS * DAY)),
        ]);
        await sql.execute(
          `INSERT INTO verify_runs (${columns.map((column) => `\`${column}\``).join(', ')})
           VALUES (${columns.map(() => '?').join(', ')})`,
          [
            ...[randomUUID(), system, stream, run.method, run.reason && clip(run.reason, 2048), outcome],
            ...[at(run.startedAt), at(finishedAt), run.compared, run.reread, missing, extra, different, run.repaired],
            ...[run.errorCode, run.errorMessage && clip(run.errorMessage, 2048)],
            ...(run.completeness ? completenessValues(run.completeness) : completenessColumns.map(() => null)),
          ],
        );
        // An attempt that failed says nothing new of the stream.
        if (outcome === 'FAILED' || outcome === 'STOPPED') return;
        // Without a proof, that no difference was found is not that there is none.
        const differences = outcome === 'UNPROVED' ? null : (missing ?? 0) + (extra ?? 0) + (different ?? 0);
        await sql.execute(
          'UPDATE stream_states SET last_verify_at = ?, last_verify_differences = ? WHERE `system` = ? AND stream = ?',
          [at(finishedAt), differences, system, stream],
        );
        if (run.completeness === null) return;
        const set = completenessColumns.map((column) => `${column} = ?`).join(', ');
        await sql.execute(`UPDATE stream_states SET ${set}, completeness_at = ? WHERE \`system\` = ? AND stream = ?`, [
          ...completenessValues(run.completeness),
          at(finishedAt),
          system,
          stream,
        ]);
      });
    },
  };
}

/** The history of verify for CLI, graph and metrics. */
export function createVerifyRunStore(cache: Cache): VerifyRunStore {
  return {
    async latest() {
      const rows = await cache.query(
        `SELECT r.* FROM verify_runs r
         JOIN (SELECT \`system\`, stream, MAX(started_at) AS started_at FROM verify_runs GROUP BY \`system\`, stream) l
           ON l.\`system\` = r.\`system\` AND l.stream = r.stream AND l.started_at = r.started_at
         ORDER BY r.\`system\`, r.stream`,
      );
      return rows.map((row) => decodeVerifyRun(row, cache.dialect));
    },

    async ofStream({ system, stream, first }) {
      const rows = await cache.query(
        'SELECT * FROM verify_runs WHERE `system` = ? AND stream = ? ORDER BY started_at DESC, id DESC LIMIT ?',
        [system, stream, first],
      );
      return rows.map((row) => decodeVerifyRun(row, cache.dialect));
    },
  };
}

function decodeVerifyRun(row: Row, dialect: Dialect): VerifyRunRow {
  const text = (value: unknown) => (value === null ? null : String(value));
  const count = (value: unknown) => (value === null ? null : decodeCount(value));
  const at = (value: unknown) => String(decodeValue(instant, value, dialect));
  return {
    id: String(row.id),
    system: String(row.system),
    stream: String(row.stream),
    method: text(row.method),
    reason: text(row.reason),
    outcome: String(row.outcome) as VerifyRunRow['outcome'],
    startedAt: at(row.started_at),
    finishedAt: at(row.finished_at),
    compared: count(row.records_compared),
    reread: count(row.records_reread),
    missing: count(row.missing),
    extra: count(row.extra),
    different: count(row.different),
    repaired: count(row.repaired),
    completeness: decodeCompleteness(row),
    errorCode: text(row.error_code),
    errorMessage: text(row.error_message),
  };
}
