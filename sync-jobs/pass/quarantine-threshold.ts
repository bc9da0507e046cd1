import { defends } from '../../config/defences.ts';

/** Fewer records than this say nothing about a share. */
const FEWEST = 20;
/** A pass that is clearly going wrong is stopped before it has filled the quarantine. */
const ENOUGH = 1_000;

/**
 * Whether too many records of a pass did not fit. Judged over the whole pass, at its last page or after a thousand
 * records, so that a cluster of old dirt on one page does not stop a stream that is fine as a whole.
 */
export function tooManyRejected(pass: {
  read: number;
  rejected: number;
  threshold: number;
  lastPage: boolean;
}): boolean {
  const { read, rejected, threshold, lastPage } = pass;
  const judged = lastPage ? FEWEST : ENOUGH;
  return read >= judged && rejected > read * threshold && defends('quarantine threshold');
}
