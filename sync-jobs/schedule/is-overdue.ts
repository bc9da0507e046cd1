import { millisecondsOf } from '../../schema/time.ts';

/**
 * Whether the last success is longer ago than two runs of a schedule are apart, so that one has been missed. `now`: the
 * hub's time in milliseconds. A success that seems to be as far ahead was noted by a clock that was wrong.
 */
export function isOverdue(lastSuccessAt: string | null, nextRuns: readonly Date[], now: number): boolean {
  if (lastSuccessAt === null) return true;
  const [next, afterNext] = nextRuns;
  if (!next || !afterNext) return false;
  return Math.abs(now - millisecondsOf(lastSuccessAt)) > afterNext.getTime() - next.getTime();
}
