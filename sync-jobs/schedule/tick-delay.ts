import { scheduleInterval } from '../../config/settings/schedule-interval.ts';

/** Milliseconds. */
const SPREAD_OVER = 5_000;

/**
 * How long after a tick of the schedule a stream begins, in milliseconds: what ticks together begins one after another
 * within a third of the time to the next tick, five seconds at most. Beginning together, passes would hold up whatever
 * else the process does, such as answering. The `place` among `all` is always the same, so that the time between two
 * passes is the schedule's.
 */
export function tickDelay(schedule: string, { place, all }: { place: number; all: number }): number {
  return Math.floor((place / all) * Math.min(SPREAD_OVER, (scheduleInterval(schedule) * 1_000) / 3));
}
