import { createStatusStore } from '../cache/status-store.ts';
import { type ReconcileRun, reconcile } from '../sync-jobs/reconcile.ts';
import { runSync } from '../sync-jobs/run-sync.ts';
import type { SyncRun } from '../sync-jobs/sync-run.ts';
import type { Hub } from './compose.ts';
import { eachStream } from './each-stream.ts';
import { createProgress, nameOf } from './progress.ts';
import type { StreamChoice } from './select-streams.ts';
import type { Terminal } from './terminal.ts';

export interface SyncStreams {
  hub: Hub;
  streams: readonly StreamChoice[];
  signal: AbortSignal;
  terminal: Terminal;
  full?: boolean;
  quiet?: boolean;
  /** How many records to expect; what the cache has when left out. */
  totals?: ReadonlyMap<string, number>;
}

/** One pass of each stream with progress. */
export function syncStreams(options: SyncStreams): Promise<SyncRun[]> {
  return runAll(options, (request) => runSync({ ...request, full: options.full ?? false }));
}

/** One reconcile of each stream with progress. */
export function reconcileStreams(options: SyncStreams & { allowShrink?: boolean }): Promise<ReconcileRun[]> {
  return runAll(options, (request) => reconcile({ ...request, allowShrink: options.allowShrink ?? false }));
}

async function runAll<Run extends ReconcileRun>(
  { hub, streams, signal, terminal, quiet = false, totals }: SyncStreams,
  job: (request: ReturnType<Hub['requestFor']>) => Promise<Run>,
): Promise<Run[]> {
  const progress = createProgress({ terminal, streams, quiet, totals: totals ?? (await recordsOf(hub)) });
  try {
    return await eachStream(streams, async (choice) => {
      const started = Date.now();
      const onProgress = ({ read }: { read: number }) => progress.update(choice, read, `${count(read)} read`);
      const run = await job({ ...hub.requestFor(choice, signal), onProgress });
      progress.finish(choice, `${describeRun(run)} (${((Date.now() - started) / 1_000).toFixed(1)} s)`);
      return run;
    });
  } finally {
    progress.stop();
  }
}

async function recordsOf(hub: Hub): Promise<Map<string, number>> {
  const states = await createStatusStore(hub.cache).streams();
  return new Map(states.map((state) => [nameOf(state), state.records]));
}

/** A run in one line. */
export function describeRun(run: ReconcileRun): string {
  const numbers = [
    `${count(run.read)} read`,
    `${count(run.changed)} changed`,
    ...(run.deleted > 0 ? [`${count(run.deleted)} deleted`] : []),
    ...(run.quarantined > 0 ? [`${count(run.quarantined)} quarantined`] : []),
  ].join(', ');
  switch (run.outcome) {
    case 'SUCCEEDED':
      return numbers;
    case 'PARTIAL':
      return `stopped after ${numbers}; the next pass goes on from here`;
    case 'SKIPPED':
      return `skipped: ${run.reason ?? 'nothing to do'}`;
    case 'BUSY':
    case 'FAILED':
      return `${run.outcome === 'BUSY' ? 'busy' : 'FAILED'} ${run.error.code}: ${run.error.message}`;
  }
}

/** A run as `--json` prints it. */
export function runAsJson(run: ReconcileRun): object {
  const { outcome, ...facts } = run;
  if (!('error' in facts)) return { outcome, ...facts };
  const { error, ...rest } = facts;
  return { outcome, ...rest, error: { code: error.code, message: error.message } };
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
