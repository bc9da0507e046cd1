import { createTask, type ScheduledTask } from 'node-cron';
import { defends } from '../config/defences.ts';
import type { Log } from '../config/log.ts';

/**
 * A task at each tick of a cron expression, in UTC: in a zone that changes its clock, an hour has no ticks in autumn.
 * Not started yet.
 */
export function utcTask(expression: string, tick: () => void, log: Log): ScheduledTask {
  const zone = defends('ticks in UTC') ? { timezone: 'UTC' } : {};
  return createTask(expression, tick, { ...zone, noOverlap: true, logger: quietly(log) });
}

/** A missed tick is no news: the next pass starts where the last one ended. */
function quietly(log: Log) {
  const debug = (message: string | Error) => log.debug(String(message));
  return { info: debug, warn: debug, error: debug, debug };
}
