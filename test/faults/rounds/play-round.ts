import type { Cache } from '../../../cache/cache.ts';
import { createLog } from '../../../config/log.ts';
import type { Connector } from '../../../connectors/connector.ts';
import { connect, type KnownSource } from '../../../connectors/kinds.ts';
import { type ReconcileRun, reconcile } from '../../../sync-jobs/reconcile.ts';
import { runSync } from '../../../sync-jobs/run-sync.ts';
import type { StreamRequest } from '../../../sync-jobs/sync-run.ts';
import { verify } from '../../../sync-jobs/verify.ts';
import { type Editor, editTruth, populate } from '../landscape/edit-truth.ts';
import type { Landscape } from '../landscape/landscape.ts';
import { startLandscape } from '../landscape/start-landscape.ts';
import { createTruth, kinds } from '../landscape/truth.ts';
import { createProcessImage, type ProcessImage } from '../process-image.ts';
import { differencesOf } from './compare.ts';
import type { Job, RoundPlan, Step } from './plan-round.ts';

export interface RoundResult {
  /** What is wrong in the cache once all is quiet; nothing when it equals the truth. */
  differences: string[];
  /** How the jobs ended, for the line of the round: outcome or error code → how often. */
  outcomes: Map<string, number>;
  processes: number;
}

interface Play {
  plan: RoundPlan;
  cache: Cache;
  landscape: Landscape;
  editor: Editor;
  system: string;
  mapping: 1 | 2;
  outcomes: Map<string, number>;
  processes: number;
}

const log = createLog({ level: 'silent' });
const live = new AbortController().signal;

/** Plays one history against a real cache and a real source, lets it come to rest, and compares. */
export async function playRound(plan: RoundPlan, cache: Cache): Promise<RoundResult> {
  const { seed, protocol, flavour } = plan;
  const truth = createTruth();
  const system = `r${seed}-${protocol}`.slice(0, 32);
  const editor = { truth, dice: plan.dice, protocol, mark: `${seed}` };
  populate(editor, plan.rows);
  const landscape = await startLandscape(protocol, { truth, flavour });
  const play: Play = { plan, cache, landscape, editor, system, mapping: 1, outcomes: new Map(), processes: 0 };
  try {
    await landscape.publish();
    for (const step of plan.steps) await playStep(play, step);
    const failed = await comeToRest(play);
    const status = play.mapping === 1 ? 'CONFIRMED' : 'PROCESSING';
    const different = await differencesOf({ truth, cache, system, protocol, status });
    const told = await verifyAll(play);
    const { outcomes, processes } = play;
    return { differences: [...failed, ...different, ...told], outcomes, processes };
  } finally {
    await landscape.stop();
  }
}

async function playStep(play: Play, step: Step): Promise<void> {
  const { landscape } = play;
  if (step.isRemapped) play.mapping = 2;
  await edit(play, step.edits);
  landscape.disturb(step.wire);
  const isHanging = step.wire.some(({ is }) => is === 'hang');

  const waiting = [...step.meanwhile].sort((a, b) => a.call - b.call);
  let calls = 0;
  const onSourceCall = async () => {
    for (; waiting[0] && waiting[0].call <= calls; waiting.shift()) await edit(play, waiting[0].edits);
    calls += 1;
  };
  const done = withProcess(play, step, isHanging ? '1s' : '20s', onSourceCall, async (process, source) => {
    const work = perform(play, process, source, step.jobs);
    const asleep = await Promise.race([work.then(() => false), process.asleep.then(() => true)]);
    if (asleep) await outrun(play, process, work);
    await work;
  });
  await done;
  // What the process left held is free when its time is over; here that time passes at once.
  await expireLeases(play);
  for (const { edits } of waiting) await edit(play, edits);
}

/** Another process takes over while this one sleeps, and does all its work; then the sleeper wakes up. */
async function outrun(play: Play, sleeper: ProcessImage, work: Promise<void>): Promise<void> {
  play.landscape.disturb([]);
  await expireLeases(play);
  await edit(play, 3);
  await withProcess(play, { fate: null }, '20s', undefined, (process, source) =>
    perform(play, process, source, ['sync', 'reconcile']),
  );
  sleeper.wake();
  await work;
}

async function withProcess(
  play: Play,
  { fate }: Pick<Step, 'fate'>,
  timeout: string,
  onSourceCall: (() => Promise<void>) | undefined,
  work: (process: ProcessImage, source: KnownSource) => Promise<void>,
): Promise<void> {
  const { cache, landscape, system, mapping } = play;
  play.processes += 1;
  const source = landscape.settings({ mapping, timeout });
  const connector = withClock(connect({ system, settings: source }), play);
  try {
    const process = createProcessImage({ cache, connector, fate, ...(onSourceCall ? { onSourceCall } : {}) });
    await work(process, source);
  } finally {
    landscape.disturb([]);
    await connector.close();
  }
}

/** A database tells the clock of the machine it runs on; that of this source is the truth's. */
function withClock(connector: Connector, { plan, editor }: Play): Connector {
  if (plan.protocol !== 'sql') return connector;
  const now = async (signal: AbortSignal) => {
    await connector.now(signal);
    return `${editor.truth.now().slice(0, 26)}Z`;
  };
  return { ...connector, now };
}

async function perform(play: Play, process: ProcessImage, source: KnownSource, list: readonly Job[]): Promise<void> {
  for (const job of list) {
    for (const stream of kinds) {
      const request = requestOf(play, process, source, stream);
      const run = job === 'reconcile' ? await reconcile(request) : await runSync({ ...request, full: job !== 'sync' });
      if (process.isDead()) return note(play, 'killed');
      note(play, nameOf(run));
    }
  }
}

function requestOf(
  play: Play,
  process: ProcessImage,
  source: KnownSource,
  stream: string,
): Omit<StreamRequest, 'onProgress'> {
  const { system, processes } = play;
  const { cache, connector } = process;
  const identity = { maxShared: 12 };
  const owner = `process ${processes}`;
  return { system, stream, source, connector, cache, identity, priorities: {}, owner, log, signal: live };
}

/** Faults off, and as many passes and reconciles as a hub makes in two days. What fails now is a difference. */
async function comeToRest(play: Play): Promise<string[]> {
  const { truth } = play.editor;
  truth.tick(200_000);
  truth.settle();
  await play.landscape.publish();
  const failed: string[] = [];
  await withProcess(play, { fate: null }, '20s', undefined, async (process, source) => {
    for (const job of ['sync', 'reconcile', 'sync', 'reconcile'] as const) {
      for (const stream of kinds) {
        const request = requestOf(play, process, source, stream);
        const run = job === 'sync' ? await runSync(request) : await reconcile({ ...request, allowShrink: true });
        if (run.outcome !== 'SUCCEEDED') failed.push(`${job} ${stream}: ${nameOf(run)} in quiet`);
      }
    }
  });
  return failed;
}

/** The hub's own proof must come to the same end. */
async function verifyAll(play: Play): Promise<string[]> {
  const told: string[] = [];
  await withProcess(play, { fate: null }, '20s', undefined, async (process, source) => {
    for (const stream of kinds) {
      const report = await verify(requestOf(play, process, source, stream));
      if (report.outcome === 'DIFFERENT' || report.outcome === 'FAILED') told.push(`verify: ${report.error.message}`);
      else if (report.outcome === 'EQUAL' && report.settled > 0) told.push(`verify ${stream}: had to look twice`);
    }
  });
  return told;
}

async function edit({ editor, landscape }: Play, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) editTruth(editor);
  await landscape.publish();
}

async function expireLeases({ cache, system }: Play): Promise<void> {
  await cache.execute('UPDATE stream_states SET lease_expires_at = NULL WHERE `system` = ?', [system]);
}

function note({ outcomes }: Play, name: string): void {
  outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
}

function nameOf(run: ReconcileRun): string {
  return run.outcome === 'FAILED' ? run.error.code : run.outcome;
}
