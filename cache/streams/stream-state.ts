import type { Row } from '../database/database.ts';
import type { Dialect } from '../schema/columns.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeCount, decodeValue } from '../sql/row-codec.ts';
import type { StreamName, StreamState } from '../sync/sync-store.ts';
import { decodeCompleteness, type StreamCompleteness } from './completeness.ts';

/** A row of `stream_states` (all columns) as the state of its stream; no row: a stream never claimed. */
export function decodeStreamState({ system, stream }: StreamName, row: Row | undefined, dialect: Dialect): StreamState {
  const text = (value: unknown) => (value === null || value === undefined ? null : String(value));
  const at = (value: unknown) => decodeValue(instant, value, dialect) as string | null;
  return {
    system,
    stream,
    checkpoint: typeof row?.checkpoint === 'string' ? (JSON.parse(row.checkpoint) as unknown) : null,
    lastAttemptAt: at(row?.last_attempt_at),
    lastSuccessAt: at(row?.last_success_at),
    lastOutcome: text(row?.last_outcome) as StreamState['lastOutcome'],
    lastErrorCode: text(row?.last_error_code),
    lastErrorMessage: text(row?.last_error_message),
    failures: decodeCount(row?.failures),
    lastReconcileAt: at(row?.last_reconcile_at),
    lastVerifyAt: at(row?.last_verify_at),
    lastVerifyDifferences:
      row?.last_verify_differences === null || row === undefined ? null : decodeCount(row.last_verify_differences),
    completeness: decodeStreamCompleteness(row, dialect),
    leaseOwner: text(row?.lease_owner),
    leaseExpiresAt: at(row?.lease_expires_at),
  };
}

/** The completeness in a row of `stream_states`; null before the stream was read in full. */
export function decodeStreamCompleteness(row: Row | undefined, dialect: Dialect): StreamCompleteness | null {
  const completeness = decodeCompleteness(row);
  const at = decodeValue(instant, row?.completeness_at, dialect) as string | null;
  return completeness === null || at === null ? null : { ...completeness, at };
}
