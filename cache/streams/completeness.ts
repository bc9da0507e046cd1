import type { Row } from '../database/database.ts';
import { decodeCount } from '../sql/row-codec.ts';

/**
 * Whether a read of a source gave all records it has. COUNTED: the source gave a total, and that many came. ENDED: the
 * paging protocol has an end that cannot be confused with a cut. UNKNOWN: neither; `reason` says why.
 */
export interface Completeness {
  status: CompletenessStatus;
  /** For UNKNOWN: why, in words that go on after "because". */
  reason: string | null;
  /** The source's own total; null where it gives none. */
  total: number | null;
  /** Distinct records that came. */
  came: number;
}

export type CompletenessStatus = 'COUNTED' | 'ENDED' | 'UNKNOWN';

/** The completeness of a stream, as its last full read, key scan or verify left it. */
export interface StreamCompleteness extends Completeness {
  /** When that read ended. */
  at: string;
}

/** The columns that hold a completeness, in a table of runs or of streams. */
export const completenessColumns = [
  'completeness',
  'completeness_reason',
  'completeness_total',
  'completeness_came',
] as const;

/** A row's columns as a completeness; null where the run has none. */
export function decodeCompleteness(row: Row | undefined): Completeness | null {
  const status = row?.completeness;
  if (row === undefined || !isStatus(status)) return null;
  const { completeness_reason: reason, completeness_total: total, completeness_came: came } = row;
  return {
    status,
    reason: reason === null ? null : String(reason),
    total: total === null ? null : decodeCount(total),
    came: decodeCount(came),
  };
}

function isStatus(value: unknown): value is CompletenessStatus {
  return value === 'COUNTED' || value === 'ENDED' || value === 'UNKNOWN';
}
