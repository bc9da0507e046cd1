import type { HubError } from '../../config/errors.ts';
import type { Log } from '../../config/observability/log.ts';

/** One thing to do for a source. */
export interface Job {
  /** For people and as identity: `orders`, `reconcile orders`. */
  name: string;
  /** Two jobs of one stream never run at once. */
  stream: string;
  /** Comes rarely: where another process was at the stream, it is tried again before long. */
  insists?: boolean;
  run(): Promise<JobEnd>;
}

/** How a job ended, as far as the queue cares. */
export type JobEnd = { outcome: 'SUCCEEDED' | 'PARTIAL' | 'SKIPPED' } | { outcome: 'FAILED' | 'BUSY'; error: HubError };

export interface SourceQueue {
  /** Runs the job as soon as there is room; not at all while it is queued or running already. */
  offer(job: Job): void;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
  /** Forgets what waits and resolves when what runs has ended. */
  stop(): Promise<void>;
}

export interface SourceQueueOptions {
  system: string;
  log: Log;
  /** Jobs of this source at once. */
  atOnce?: number;
  /** Milliseconds that only ever grow. */
  now?: () => number;
  random?: () => number;
}

interface Outage {
  /** The job that met it first. */
  cause: string;
  since: number;
  failures: number;
  retryAt: number;
}

/**
 * Runs the jobs of one source, a few at a time. A source that does not answer is left alone for a growing while and
 * then asked by one job; what came up meanwhile is made good when it is back. Its going and coming are one log line
 * each, however many streams it has.
 */
export function createSourceQueue(options: SourceQueueOptions): SourceQueue {
  const { system, log, atOnce = 2, now = () => performance.now(), random = Math.random } = options;
  const waiting = new Map<string, Job>();
  const missed = new Map<string, Job>();
  const refused = new Map<string, Job>();
  const running = new Map<string, { job: Job; ended: Promise<void> }>();
  const failing = new Map<string, string>();
  /** Jobs that found the source down when another one then found it up: the trouble may be their own. */
  const alone = new Set<string>();
  let outage: Outage | null = null;
  let stopped = false;

  function offer(job: Job): void {
    for (const one of refused.values()) enqueue(one);
    enqueue(job);
    startNext();
  }

  function enqueue(job: Job): void {
    refused.delete(job.name);
    if (stopped || waiting.has(job.name) || running.has(job.name)) return;
    if (outage && (running.size > 0 || waiting.size > 0 || now() < outage.retryAt)) {
      missed.set(job.name, job);
      return;
    }
    missed.delete(job.name);
    waiting.set(job.name, job);
  }

  function startNext(): void {
    for (const [name, job] of waiting) {
      if (running.size >= (outage ? 1 : atOnce)) return;
      if ([...running.values()].some((other) => other.job.stream === job.stream)) continue;
      waiting.delete(name);
      running.set(name, { job, ended: perform(job) });
    }
  }

  async function perform(job: Job): Promise<void> {
    // Not before `running` knows of it.
    await Promise.resolve();
    const end = await job.run();
    running.delete(job.name);
    if (stopped) return;
    if (end.outcome === 'FAILED' && unavailable.has(end.error.code)) {
      if (alone.has(job.name)) noteJob(job, end.error);
      else wentDown(end.error, job);
    } else if (end.outcome !== 'BUSY') {
      answered(job, end);
    } else if (job.insists) {
      refused.set(job.name, job);
    }
    startNext();
  }

  function wentDown(error: HubError, job: Job): void {
    const at = now();
    for (const [name, one] of waiting) missed.set(name, one);
    waiting.clear();
    missed.set(job.name, job);
    if (outage && at < outage.retryAt) return;
    if (!outage) log.warn({ source: system, code: error.code }, `${system} is down: ${error.message}`);
    const failures = (outage?.failures ?? 0) + 1;
    outage = {
      cause: outage?.cause ?? job.name,
      since: outage?.since ?? at,
      failures,
      retryAt: at + pauseAfter(failures, random()),
    };
  }

  function answered(job: Job, end: Exclude<JobEnd, { outcome: 'BUSY' }>): void {
    if (outage) {
      log.info({ source: system, downMs: now() - outage.since }, `${system} is back`);
      if (outage.cause !== job.name) alone.add(outage.cause);
      outage = null;
      for (const [name, one] of missed) if (!running.has(name)) waiting.set(name, one);
      missed.clear();
    }
    if (end.outcome !== 'FAILED') alone.delete(job.name);
    noteJob(job, end.outcome === 'FAILED' ? end.error : null);
  }

  /** A stream's own trouble is said once when it begins, once when it changes, once when it is over. */
  function noteJob({ name }: Job, error: HubError | null): void {
    const before = failing.get(name);
    if (error && error.code !== before) {
      failing.set(name, error.code);
      log.error({ source: system, job: name, err: error }, `${system}/${name} fails: ${error.message}`);
    }
    if (!error && before !== undefined) {
      failing.delete(name);
      log.info({ source: system, job: name }, `${system}/${name} works again`);
    }
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.all([...running.values()].map(({ ended }) => ended));
  }

  return {
    offer,
    idle,
    async stop() {
      stopped = true;
      waiting.clear();
      missed.clear();
      refused.clear();
      await idle();
    },
  };
}

/** These concern the source as a whole, not the stream that met them. */
const unavailable = new Set<string>([
  'SOURCE_UNREACHABLE',
  'SOURCE_UNAUTHORIZED',
  'SOURCE_RATE_LIMITED',
  'SOURCE_BREAKER_OPEN',
]);

/** 10 s, 20 s, 40 s … at most 5 minutes, up to a fifth less or more so that sources do not come back in step. */
function pauseAfter(failures: number, random: number): number {
  return Math.min(10_000 * 2 ** (failures - 1), 300_000) * (0.8 + 0.4 * random);
}
