import type { Completeness } from '../../cache/streams/completeness.ts';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { ReadEvidence } from '../../connectors/connector.ts';

const noEvidence: ReadEvidence = { total: null, doubt: 'the source gives no sign of the end of its list' };

/**
 * Decides from the evidence at the end of a read whether all records came. `read` is how many records came, for readers
 * whose evidence does not count them. Throws SOURCE_INCOMPLETE when fewer came than the source says there are.
 */
export function completenessOf(
  evidence: ReadEvidence | undefined,
  read: number,
  { system, stream }: { system: string; stream: string },
): Completeness {
  const { total, came = read, doubt } = evidence ?? noEvidence;
  if (!defends('proof of completeness')) return { status: 'ENDED', reason: null, total, came };
  if (total !== null && came < total) {
    const message =
      `Expected the ${total} records that ${system}/${stream} says it has, got ${came}. The read does not count. ` +
      'Check paging, page size and filter of the stream, and whether the login may see all records.';
    throw new HubError('SOURCE_INCOMPLETE', message, { source: system, stream });
  }
  if (total !== null) return { status: 'COUNTED', reason: null, total, came };
  if (doubt === null) return { status: 'ENDED', reason: null, total, came };
  return { status: 'UNKNOWN', reason: doubt, total, came };
}

/** Whether what a read did not give is not in the source. */
export function isComplete({ status }: Completeness): boolean {
  return status !== 'UNKNOWN';
}
