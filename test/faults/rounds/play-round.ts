import type { Cache } from '../../../cache/database/database.ts';
import type { KnownSource } from '../../../connectors/kinds.ts';
import { runSync } from '../../../sync-jobs/pass/run-sync.ts';
import { reconcile } from '../../../sync-jobs/reconcile/reconcile.ts';
import { populate } from '../landscape/edit-truth.ts';
import { startLandscape } from '../landscape/start-landscape.ts';
import { createTruth, kinds } from '../landscape/truth.ts';
import type { ProcessImage } from '../process-image.ts';
import { compareAtRest } from './come-to-rest.ts';
import type { Job, RoundPlan, Step } from './plan-round.ts';
import { edit, expireLeases, nameOf, type Play, requestOf, withProcess } from './play.ts';

export interface RoundResult extends Pick<Play, 'outcomes' | 'processes'> {
  /** What is wrong in the cache once all is quiet; nothing when it equals the truth. */
  differences: string[];
}

/** Plays one history against a real cache and a real source, lets it come to rest, and compares. */
export async function playRound(plan: RoundPlan, cache: Cache): Promise<RoundResult> {
  const { seed, protocol, flavour } = plan;
  const truth = createTruth();
  const system = `r${seed}-${protocol}`.slice(0, 32);
  const editor = { truth, dice: plan.dice, protocol, mark: `${seed}` };
  populate(editor, plan.rows);
  const landscape = await startLandscape(protocol, { truth, flavour });
  const play: Play = { protocol, cache, landscape, editor, system, mapping: 1, outcomes: new Map(), processes: 0 };
  try {
    await landscape.publish();
    for (const step of plan.steps) await playStep(play, step);
    const differences = await compareAtRest(play);
    return { differences, outcomes: play.outcomes, processes: play.processes };
  } finally {
    await landscape.stop();
  }
}

async function playStep(play: Play, step: Step): Promise<void> {
  if (step.isRemapped) play.mapping = 2;
  await edit(play, step.edits);
  play.landscape.disturb(step.wire);

  const waiting = [...step.meanwhile].sort((a, b) => a.call - b.call);
  let calls = 0;
  const onSourceCall = async () => {
    for (; waiting[0] && waiting[0].call <= calls; waiting.shift()) await edit(play, waiting[0].edits);
    calls += 1;
  };
  const timeout = step.wire.some(({ is }) => is === 'hang') ? '1s' : '20s';
  await withProcess(play, { fate: step.fate, timeout, onSourceCall }, async (process, source) => {
    const work = perform(play, process, source, step.jobs);
    const fellAsleep = await Promise.race([work.then(() => false), process.asleep.then(() => true)]);
    if (fellAsleep) await outrun(play, process);
    await work;
  });
  await expireLeases(play);
  for (const { edits } of waiting) await edit(play, edits);
}

/** Another process takes over while this one sleeps, and does all its work; then the sleeper wakes up. */
async function outrun(play: Play, sleeper: ProcessImage): Promise<void> {
  play.landscape.disturb([]);
  await expireLeases(play);
  await edit(play, 3);
  await withProcess(play, { fate: null }, (process, source) => perform(play, process, source, ['sync', 'reconcile']));
  sleeper.wake();
}

async function perform(play: Play, process: ProcessImage, source: KnownSource, list: readonly Job[]): Promise<void> {
  for (const job of list) {
    for (const stream of kinds) {
      const request = requestOf(play, process, source, stream);
      const run = job === 'reconcile' ? await reconcile(request) : await runSync({ ...request, full: job !== 'sync' });
      const name = process.isDead() ? 'killed' : nameOf(run);
      play.outcomes.set(name, (play.outcomes.get(name) ?? 0) + 1);
      if (process.isDead()) return;
    }
  }
}
