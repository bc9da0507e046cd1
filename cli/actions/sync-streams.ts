import { createStatusStore } from '../../cache/streams/status-store.ts';
import type { HubError } from '../../config/errors.ts';
import { runSync } from '../../sync-jobs/pass/run-sync.ts';
import type { SyncRun } from '../../sync-jobs/pass/sync-run.ts';
import { type ReconcileRun, reconcile } from '../../sync-jobs/reconcile/reconcile.ts';
import { replay } from '../../sync-jobs/reconcile/replay.ts';
import type { Hub } from '../compose.ts';
import { createProgress, nameOf } from '../terminal/progress.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { describeErrors } from './describe-errors.ts';
import { eachStream } from './each-stream.ts';
import type { StreamChoice } from './select-streams.ts';

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

/** Records in quarantine read and mapped once more, with progress. */
export function replayStreams(options: SyncStreams & { keys?: readonly string[] }): Promise<SyncRun[]> {
  return runAll(options, (request) => replay({ ...request, ...(options.keys && { keys: options.keys }) }));
}

async function runAll<Run extends ReconcileRun>(
  { hub, streams, signal, terminal, quiet = false, totals }: SyncStreams,
  job: (request: ReturnType<Hub['requestFor']>) => Promise<Run>,
): Promise<Run[]> {
  const progress = createProgress({ terminal, streams, quiet, totals: totals ?? (await recordsOf(hub)) });
  const begun = Date.now();
  const runs = await eachStream(streams, async (choice) => {
    const started = Date.now();
    progress.update(choice, 0, 'asking the source …');
    const onProgress = ({ read }: { read: number }) => progress.update(choice, read, `${count(read)} read`);
    const run = await job({ ...hub.requestFor(choice, signal), onProgress });
    const brief = 'error' in run ? `${run.outcome} ${run.error.code}` : describeRun(run);
    const time = `(${seconds(Date.now() - started)})`;
    progress.finish(choice, `${describeRun(run)} ${time}`, { brief: `${brief} ${time}`, cut: 'error' in run });
    return run;
  }).finally(progress.stop);
  if (quiet) return runs;
  // Beside a bar there is room for no more than the code of an error.
  const errors = runs.flatMap((run) => ('error' in run ? [{ name: nameOf(run), ...errorOf(run.error) }] : []));
  if (terminal.moving && errors.length > 0) terminal.err(describeErrors(errors, terminal.columns('err')));
  if (runs.length > 1) terminal.err(describeRuns(runs, Date.now() - begun));
  return runs;
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
    ...(run.drift.length > 0
      ? [`${count(run.drift.length)} ${run.drift.length === 1 ? 'change' : 'changes'} of shape`]
      : []),
    ...(run.withheld > 0 ? [`${count(run.withheld)} missing but kept`] : []),
    ...(run.completeness?.status === 'UNKNOWN' ? [`completeness unknown, because ${run.completeness.reason}`] : []),
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

/** All runs in one line: how they ended, and what they did together. */
function describeRuns(runs: readonly ReconcileRun[], milliseconds: number): string {
  const ends = outcomes.flatMap(([outcome, word]) => {
    const ended = runs.filter((run) => run.outcome === outcome).length;
    return ended > 0 ? [`${ended} ${word}`] : [];
  });
  const done = (['read', 'changed', 'deleted', 'quarantined'] as const).flatMap((what) => {
    const sum = runs.reduce((all, run) => all + run[what], 0);
    return sum > 0 || what === 'read' ? [`${count(sum)} ${what}`] : [];
  });
  return `${runs.length} streams in ${seconds(milliseconds)}: ${ends.join(', ')}; ${done.join(', ')}`;
}

const outcomes = [
  ['SUCCEEDED', 'succeeded'],
  ['PARTIAL', 'stopped'],
  ['SKIPPED', 'skipped'],
  ['BUSY', 'busy'],
  ['FAILED', 'failed'],
] as const;

/** A run as `--json` prints it. */
export function runAsJson(run: ReconcileRun): object {
  const { outcome, ...facts } = run;
  if (!('error' in facts)) return { outcome, ...facts };
  const { error, ...rest } = facts;
  return { outcome, ...rest, error: errorOf(error) };
}

function errorOf({ code, message }: HubError): { code: string; message: string } {
  return { code, message };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
