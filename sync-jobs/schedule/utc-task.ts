import { createTask } from 'node-cron';
import { defends } from '../../config/defences.ts';
import type { Log } from '../../config/observability/log.ts';

/** Something that is done at each tick of a cron expression, in UTC. */
export interface UtcTask {
  /** The next ticks, by the clock of the machine. */
  getNextRuns(count: number): Date[];
  start(): Promise<void>;
  /** The clock of the machine was put back or forward: the next tick is by what it says now. */
  clockJumped(): void;
  destroy(): Promise<void>;
}

/** Milliseconds. Timers hold 24 days at most. */
const LONGEST_WAIT = 3_600_000;

/**
 * A task at each tick of a cron expression, in UTC: in a zone that changes its clock, an hour has no ticks in autumn.
 * Not started yet.
 *
 * node-cron says when the next tick is. It is waited for by the steady clock of the process: node-cron itself waits
 * until the clock of the machine shows that time, which takes two days longer where it was put back by two days.
 */
export function utcTask(expression: string, tick: () => void, log: Log): UtcTask {
  const zone = defends('ticks in UTC') ? { timezone: 'UTC' } : {};
  const cron = createTask(expression, tick, { ...zone, noOverlap: true, logger: quietly(log) });
  const getNextRuns = (count: number) => cron.getNextRuns(count);
  if (!defends('steady time')) {
    return {
      getNextRuns,
      start: async () => void (await cron.start()),
      clockJumped: () => undefined,
      destroy: async () => void (await cron.destroy()),
    };
  }

  let timer: NodeJS.Timeout | undefined;
  let planned: { run: number; due: number } | null = null;

  function plan(): void {
    const [next, afterNext] = getNextRuns(2).map((run) => run.getTime());
    // a timer may be a moment early: what was done is not done twice
    const run = next === planned?.run ? afterNext : next;
    if (run === undefined) return;
    planned = { run, due: performance.now() + Math.max(0, run - Date.now()) };
    wait();
  }

  function wait(): void {
    clearTimeout(timer);
    const left = (planned?.due ?? 0) - performance.now();
    timer = setTimeout(() => (left > LONGEST_WAIT ? wait() : fire()), Math.min(left, LONGEST_WAIT));
  }

  function fire(): void {
    tick();
    plan();
  }

  return {
    getNextRuns,
    async start() {
      plan();
    },
    clockJumped() {
      if (!planned) return;
      if (planned.run <= Date.now()) fire();
      else plan();
    },
    async destroy() {
      clearTimeout(timer);
      planned = null;
      await cron.destroy();
    },
  };
}

/** What node-cron has to say is no news. */
function quietly(log: Log) {
  const debug = (message: string | Error) => log.debug(String(message));
  return { info: debug, warn: debug, error: debug, debug };
}
