import { millisecondsOf } from '../schema/time.ts';

/** Whether the last success is longer ago than two runs of a schedule are apart, so that one has been missed. */
export function isOverdue(lastSuccessAt: string | null, nextRuns: readonly Date[], now: Date): boolean {
  if (lastSuccessAt === null) return true;
  const [next, afterNext] = nextRuns;
  if (!next || !afterNext) return false;
  return now.getTime() - millisecondsOf(lastSuccessAt) > afterNext.getTime() - next.getTime();
}
