import { randomUUID } from 'node:crypto';
import { shiftInstant } from '../../schema/time.ts';
import { forgetOldChanges } from '../changes/change-log.ts';
import type { Cache, Sql } from '../database/database.ts';
import { clip } from '../sql/clip.ts';
import { instant } from '../sql/column-kinds.ts';
import { encodeValue } from '../sql/row-codec.ts';
import type { FinishRun, Lease, PageCounts, SyncStore } from '../sync/sync-store.ts';
import { type Completeness, completenessColumns } from './completeness.ts';
import { checkFence, holdsFence, leaseLost } from './stream-lease.ts';

/** The history of runs, and how the last one left its stream. */
export function createStreamRuns(cache: Cache): Pick<SyncStore, 'startRun' | 'finishRun' | 'noteReconcile'> {
  const at = (value: string) => encodeValue(instant, value, cache.dialect);

  return {
    async startRun({ lease, mode, reason, windowFrom, now }) {
      const id = randomUUID();
      const { system, stream } = lease;
      await cache.transaction(async (sql) => {
        await checkFence(sql, lease);
        await forgetOldRuns(sql, lease, now);
        await forgetOldChanges(sql, now);
        // Whoever holds the lease is alone, so a run still under way belonged to a process that is no more.
        await sql.execute(
          `UPDATE sync_runs SET outcome = 'PARTIAL', finished_at = ?, error_message = ?
           ${ofStream} AND outcome = 'RUNNING'
             AND started_at >= (SELECT last_attempt_at FROM stream_states ${ofStream})`,
          [at(now), 'The process ended before the run did.', system, stream, system, stream],
        );
        await sql.execute(
          `INSERT INTO sync_runs (id, \`system\`, stream, mode, reason, outcome, started_at, window_from, pages,
             records_read, records_changed, records_unchanged, records_deleted, records_quarantined)
           VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, 0, 0, 0, 0, 0, 0)`,
          [id, system, stream, mode, reason && clip(reason, 2048), at(now), windowFrom],
        );
        await sql.execute(`UPDATE stream_states SET last_attempt_at = ?, last_outcome = 'RUNNING' ${ofStream}`, [
          at(now),
          system,
          stream,
        ]);
      });
      return id;
    },

    async finishRun(finish) {
      const { lease, now } = finish;
      const held = await cache.transaction(async (sql) => {
        if (await holdsFence(sql, lease)) {
          await endRun(sql, finish);
          await endPass(sql, finish);
          await noteCompleteness(sql, finish);
          await saveCheckpoint(sql, lease, finish.checkpoint ?? null);
          return true;
        }
        // The stream is another process's by now, but this run's own row still has to say how it ended.
        const { code: errorCode, message: errorMessage } = leaseLost(lease);
        await endRun(sql, { lease, runId: finish.runId, outcome: 'FAILED', errorCode, errorMessage, now });
        return false;
      });
      if (!held) throw leaseLost(lease);
    },

    async noteReconcile({ lease, now }) {
      await cache.transaction(async (sql) => {
        await checkFence(sql, lease);
        await sql.execute(`UPDATE stream_states SET last_reconcile_at = ? ${ofStream}`, [
          at(now),
          lease.system,
          lease.stream,
        ]);
      });
    },
  };
}

const ofStream = 'WHERE `system` = ? AND stream = ?';

const DAY = 86_400_000;

/**
 * The history stays bounded: runs and changes of shape are kept for 90 days, and runs in which nothing happened for one. Only the day
 * before that is looked through for them, so that this costs the same however long the history is.
 */
async function forgetOldRuns(sql: Sql, { system, stream }: Lease, now: string): Promise<void> {
  const daysAgo = (days: number) => encodeValue(instant, shiftInstant(now, -days * DAY), sql.dialect);
  await sql.execute(`DELETE FROM sync_runs ${ofStream} AND started_at < ?`, [system, stream, daysAgo(90)]);
  await sql.execute(
    `DELETE FROM drift_events ${ofStream} AND seen_at < ? AND (acknowledged_at IS NOT NULL OR policy = 'ignore')`,
    [system, stream, daysAgo(90)],
  );
  await sql.execute(
    `DELETE FROM sync_runs ${ofStream} AND started_at >= ? AND started_at < ? AND outcome = 'SUCCEEDED'
       AND records_changed = 0 AND records_deleted = 0 AND records_quarantined = 0`,
    [system, stream, daysAgo(2), daysAgo(1)],
  );
}

/** A pass that was interrupted says nothing about the source. */
const failuresAfter = {
  SUCCEEDED: '0',
  PARTIAL: 'COALESCE(failures, 0)',
  FAILED: 'COALESCE(failures, 0) + 1',
} as const;

async function endRun(sql: Sql, { runId, outcome, errorCode, errorMessage, now }: FinishRun): Promise<void> {
  await sql.execute(
    'UPDATE sync_runs SET outcome = ?, finished_at = ?, error_code = ?, error_message = ? WHERE id = ?',
    [outcome, encodeValue(instant, now, sql.dialect), errorCode ?? null, messageOf(errorMessage), runId],
  );
}

async function endPass(sql: Sql, { lease, runId, outcome, errorCode, errorMessage, asOf }: FinishRun): Promise<void> {
  const { system, stream } = lease;
  await sql.execute(
    `UPDATE stream_states SET last_outcome = ?, last_error_code = ?, last_error_message = ?,
       failures = ${failuresAfter[outcome]} ${ofStream}`,
    [outcome, errorCode ?? null, messageOf(errorMessage), system, stream],
  );
  if (outcome !== 'SUCCEEDED') return;
  // A reconcile looks at keys only, so it says nothing about how fresh the rest is.
  await sql.execute(
    `UPDATE stream_states SET last_success_at = COALESCE(?, (SELECT started_at FROM sync_runs WHERE id = ?))
     ${ofStream} AND EXISTS (SELECT 1 FROM sync_runs WHERE id = ? AND mode <> 'RECONCILE')`,
    [asOf === undefined ? null : encodeValue(instant, asOf, sql.dialect), runId, system, stream, runId],
  );
}

/** Writes the completeness of a run to the run, and to its stream as far as it speaks of all of it. */
async function noteCompleteness(sql: Sql, { lease, runId, outcome, completeness, now }: FinishRun): Promise<void> {
  if (outcome !== 'SUCCEEDED' || !completeness) return;
  const { system, stream } = lease;
  const values = completenessValues(completeness);
  const set = completenessColumns.map((column) => `${column} = ?`).join(', ');
  await sql.execute(`UPDATE sync_runs SET ${set} WHERE id = ?`, [...values, runId]);
  const speaking = completeness.status === 'UNKNOWN' ? "mode <> 'RECONCILE'" : "mode <> 'INCREMENTAL'";
  await sql.execute(
    `UPDATE stream_states SET ${set}, completeness_at = ? ${ofStream}
       AND EXISTS (SELECT 1 FROM sync_runs WHERE id = ? AND ${speaking})`,
    [...values, encodeValue(instant, now, sql.dialect), system, stream, runId],
  );
}

/** In the order of `completenessColumns`. */
export function completenessValues({ status, reason, total, came }: Completeness) {
  return [status, messageOf(reason ?? undefined), total, came];
}

function messageOf(message: string | undefined): string | null {
  return message === undefined ? null : clip(message, 2048);
}

/** Writes how far the stream has been read, in the transaction of the rows it speaks of. null leaves it as it is. */
export async function saveCheckpoint(sql: Sql, lease: Lease, checkpoint: object | null): Promise<void> {
  if (checkpoint === null) return;
  await sql.execute(`UPDATE stream_states SET checkpoint = ? ${ofStream}`, [
    JSON.stringify(checkpoint),
    lease.system,
    lease.stream,
  ]);
}

/** Adds one write to the counters of its run. */
export async function countPage(sql: Sql, runId: string, read: number, counts: PageCounts): Promise<void> {
  await sql.execute(
    `UPDATE sync_runs SET pages = pages + ?, records_read = records_read + ?, records_changed = records_changed + ?,
       records_unchanged = records_unchanged + ?, records_deleted = records_deleted + ?,
       records_quarantined = records_quarantined + ? WHERE id = ?`,
    [read > 0 ? 1 : 0, read, counts.changed, counts.unchanged, counts.deleted, counts.quarantined, runId],
  );
}
