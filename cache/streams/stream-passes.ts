import type { FieldKind } from '../../schema/fields.ts';
import type { Sql } from '../database/database.ts';
import { noteClock } from '../database/look-at-clock.ts';
import { databaseNow } from '../sql/bulk-statements.ts';
import { decodeCount, decodeValue } from '../sql/row-codec.ts';
import type { StreamCompleteness } from './completeness.ts';
import { decodeStreamCompleteness } from './stream-state.ts';

/** How the passes of one stream went. */
export interface StreamPassRow {
  system: string;
  stream: string;
  lastAttemptAt: string | null;
  lastSuccessAt: string | null;
  /** RUNNING while a pass or reconcile is under way. */
  lastOutcome: string | null;
  lastErrorCode: string | null;
  lastErrorMessage: string | null;
  failures: number;
  lastVerifyAt: string | null;
  lastVerifyDifferences: number | null;
  completeness: StreamCompleteness | null;
}

const instant: FieldKind = { type: 'instant' };

/**
 * How the passes of all streams went: a few rows, without the counts `StatusStore.streams` makes. The database's clock
 * is looked at along with them, because their ages are by it.
 */
export async function readStreamPasses(sql: Sql): Promise<StreamPassRow[]> {
  const asked = performance.now();
  const rows = await sql.query(
    `SELECT ${databaseNow(sql.dialect)} AS now, \`system\`, stream, last_attempt_at, last_success_at, last_outcome, last_error_code, last_error_message, failures, last_verify_at, last_verify_differences, completeness, completeness_reason, completeness_total, completeness_came, completeness_at FROM stream_states`,
  );
  if (rows[0]) noteClock(sql, rows[0].now, asked);
  return rows.map((row) => ({
    system: String(row.system),
    stream: String(row.stream),
    lastAttemptAt: textOrNull(decodeValue(instant, row.last_attempt_at, sql.dialect)),
    lastSuccessAt: textOrNull(decodeValue(instant, row.last_success_at, sql.dialect)),
    lastOutcome: textOrNull(row.last_outcome),
    lastErrorCode: textOrNull(row.last_error_code),
    lastErrorMessage: textOrNull(row.last_error_message),
    failures: decodeCount(row.failures),
    lastVerifyAt: textOrNull(decodeValue(instant, row.last_verify_at, sql.dialect)),
    lastVerifyDifferences: row.last_verify_differences === null ? null : decodeCount(row.last_verify_differences),
    completeness: decodeStreamCompleteness(row, sql.dialect),
  }));
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
