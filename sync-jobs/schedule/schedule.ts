import type { Cache } from '../../cache/database/database.ts';
import { ownerOfThisProcess } from '../../cache/streams/lease-owner.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import { type ClockWatch, createClockWatch } from '../../config/clock/clock-watch.ts';
import { hubTime } from '../../config/clock/hub-time.ts';
import type { Log } from '../../config/observability/log.ts';
import { prioritiesOf } from '../../config/settings/priorities-of.ts';
import type { Settings } from '../../config/settings/settings.ts';
import type { Connector } from '../../connectors/connector.ts';
import { runSync } from '../pass/run-sync.ts';
import type { StreamRequest } from '../pass/sync-run.ts';
import { noticesByScan } from '../reconcile/delete-scans.ts';
import { type ReconcileRun, reconcile } from '../reconcile/reconcile.ts';
import { followRequests } from './follow-requests.ts';
import { createInsightJob } from './insight-job.ts';
import { isOverdue } from './is-overdue.ts';
import { createSourceQueue, type Job, type SourceQueue } from './source-queue.ts';
import { tickDelay } from './tick-delay.ts';
import { type UtcTask, utcTask } from './utc-task.ts';
import { createVerifyJob } from './verify-on-schedule.ts';

export interface ScheduleDependencies {
  settings: Settings;
  cache: Cache;
  /** Source → its connector. */
  connectors: Readonly<Record<string, Connector>>;
  log: Log;
  /** Names this process in leases; made up when left out. */
  owner?: string;
  /** Tells when the clock of the machine is put back or forward; of its own when left out. */
  clock?: ClockWatch;
}

export interface Schedule {
  /** Sets the timers, and catches up at once on every stream whose last success is older than its schedule. */
  start(): Promise<void>;
  /** Lets the pages under way finish, then resolves. */
  stop(): Promise<void>;
}

/**
 * Keeps every stream in step with its source: a pass at each tick of its schedule, a reconcile at each of the source's,
 * and a verify at each of its verifySchedule, in UTC, also where the clock of the machine is put back; and a pass when a gateway waits for one. Sources run side by side, the streams of one source two at a time, one stream never twice.
 */
export function createSchedule({
  settings,
  cache,
  connectors,
  log,
  owner = ownerOfThisProcess(),
  clock: given,
}: ScheduleDependencies): Schedule {
  const ownClock = given === undefined;
  const clock = given ?? createClockWatch(log);
  const stopping = new AbortController();
  const store = createSyncStore(cache);
  const { identity } = settings;
  const priorities = prioritiesOf(settings);
  const tasks: UtcTask[] = [];
  let unwatch: () => void = () => undefined;
  const queues: SourceQueue[] = [];
  /** Offers a pass of the stream, by `system/stream`. */
  const offers = new Map<string, () => void>();
  const streams = Object.values(settings.sources).reduce((sum, source) => sum + Object.keys(source.streams).length, 0);
  let started = 0;
  let following: Promise<void> | undefined;
  const insight = createInsightJob({
    cache,
    settings: settings.insight,
    zones: settings,
    log,
    owner,
    signal: stopping.signal,
  });

  async function startSource(system: string): Promise<void> {
    const source = settings.sources[system];
    const connector = connectors[system];
    if (!source || !connector) throw new TypeError(`Expected settings and a connector for ${system}.`);
    const queue = createSourceQueue({ system, log });
    queues.push(queue);
    for (const [stream, settingsOfStream] of Object.entries(source.streams)) {
      const { schedule = source.schedule, verifySchedule = source.verifySchedule, deletes } = settingsOfStream;
      const request = { system, stream, source, connector, cache, identity, priorities, owner, log };
      const { sync, recount, proof } = jobsOf({ ...request, signal: stopping.signal });
      const { lastSuccessAt, lastReconcileAt, lastVerifyAt } = await store.state({ system, stream });

      const offerPass = () => queue.offer(sync);
      offers.set(`${system}/${stream}`, offerPass);
      const place = started++;
      const passes = every(schedule, offerPass, place);
      if (isOverdue(lastSuccessAt, passes.getNextRuns(2), hubTime())) offerPass();
      if (verifySchedule !== 'off') {
        const proofs = every(verifySchedule, () => queue.offer(proof), place);
        // Of a stream that was never verified nothing has been missed.
        if (lastVerifyAt && isOverdue(lastVerifyAt, proofs.getNextRuns(2), hubTime())) queue.offer(proof);
      }
      if (!noticesByScan(deletes)) continue;
      const recounts = every(source.reconcileSchedule, () => queue.offer(recount), place);
      // A stream that was never read has nothing to reconcile yet.
      if (lastSuccessAt && isOverdue(lastReconcileAt, recounts.getNextRuns(2), hubTime())) queue.offer(recount);
    }
  }

  function every(expression: string, tick: () => void, place = 0): UtcTask {
    const delay = tickDelay(expression, { place, all: streams });
    const begin = () => stopping.signal.aborted || tick();
    // not worth waiting for at the end
    const task = utcTask(expression, () => void setTimeout(begin, delay).unref(), log);
    tasks.push(task);
    return task;
  }

  return {
    async start() {
      for (const system of Object.keys(settings.sources)) await startSource(system);
      every(settings.insight.follow, insight.follow);
      every(settings.insight.schedule, insight.refresh);
      for (const task of tasks) await task.start();
      clock.start();
      unwatch = clock.onJump(() => {
        for (const task of tasks) task.clockJumped();
      });
      following = followRequests({
        cache,
        sources: settings.sources,
        offer: ({ system, stream }) => offers.get(`${system}/${stream}`)?.(),
        log,
        signal: stopping.signal,
      });
    },
    async stop() {
      stopping.abort();
      unwatch();
      if (ownClock) clock.stop();
      for (const task of tasks) await task.destroy();
      await Promise.all([following, ...queues.map((queue) => queue.stop()), insight.idle()]);
    },
  };
}

function jobsOf(request: StreamRequest): { sync: Job; recount: Job; proof: Job } {
  const { system, stream, log } = request;
  const told = async (run: Promise<ReconcileRun>) => {
    const { outcome, mode, reason, read, changed, deleted, quarantined } = await run;
    log.debug(
      { system, stream, outcome, mode, reason, read, changed, deleted, quarantined },
      `${system}/${stream}: ${outcome}`,
    );
    return await run;
  };
  return {
    sync: { name: stream, stream, run: () => told(runSync(request)) },
    recount: { name: `reconcile ${stream}`, stream, insists: true, run: () => told(reconcile(request)) },
    // The queue runs one job of a stream at a time: no pass while it is being compared.
    proof: { name: `verify ${stream}`, stream, insists: true, run: createVerifyJob(request) },
  };
}
