import { runSync } from '../../../sync-jobs/pass/run-sync.ts';
import { reconcile } from '../../../sync-jobs/reconcile/reconcile.ts';
import { verify } from '../../../sync-jobs/verify/verify.ts';
import { kinds } from '../landscape/truth.ts';
import { differencesOf } from './compare.ts';
import { nameOf, type Play, requestOf, withProcess } from './play.ts';

/** Ends all faults, lets everything arrive, and says what is wrong in the cache then; nothing when it is right. */
export async function compareAtRest(play: Play): Promise<string[]> {
  const { cache, system, protocol, editor, mapping } = play;
  const failed = await comeToRest(play);
  const status = mapping === 1 ? 'CONFIRMED' : 'PROCESSING';
  const different = await differencesOf({ truth: editor.truth, cache, system, protocol, status });
  return [...failed, ...different, ...(await verifyAll(play))];
}

/** As many passes and reconciles as a hub makes in two days. What fails now is a difference. */
async function comeToRest(play: Play): Promise<string[]> {
  const { truth } = play.editor;
  truth.tick(200_000);
  truth.settle();
  await play.landscape.publish();
  const failed: string[] = [];
  await withProcess(play, { fate: null }, async (process, source) => {
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
  await withProcess(play, { fate: null }, async (process, source) => {
    for (const stream of kinds) {
      const report = await verify(requestOf(play, process, source, stream));
      if (report.outcome === 'DIFFERENT' || report.outcome === 'FAILED') told.push(`verify: ${report.error.message}`);
      else if (report.outcome === 'EQUAL' && report.settled > 0) told.push(`verify ${stream}: had to look twice`);
    }
  });
  return told;
}
