import { hubTime } from '../../config/clock/hub-time.ts';
import { endFailed, hubNow } from '../pass/end-run.ts';
import { createTally } from '../pass/run-counters.ts';
import { mappingOf } from '../pass/stream-mapping.ts';
import { streamSettingsOf } from '../pass/stream-settings.ts';
import type { SyncRun } from '../pass/sync-run.ts';
import { hubErrorOf } from '../pass/to-hub-error.ts';
import { sourceClock } from '../pass/version-window.ts';
import type { KeyedWork } from './keyed-work.ts';

export interface KeyedRun extends Pick<KeyedWork, 'store' | 'held' | 'request' | 'rewrite'> {
  /** Why, for people who read the run history. */
  reason: string | null;
}

/**
 * Does work on single keys as a run of the history, under a lease that is held. Its mode is RECONCILE: it leaves the
 * checkpoint and the age of the stream as they are, which only a pass changes.
 */
export async function runKeyed(
  { store, held, request, reason, rewrite }: KeyedRun,
  job: (work: KeyedWork) => Promise<void>,
): Promise<SyncRun> {
  const { source, connector } = request;
  const { lease, signal } = held;
  const settings = streamSettingsOf(source, request);
  const mapping = await mappingOf(request, settings);
  const mode = 'RECONCILE';
  const runId = await store.startRun({ lease, mode, reason, windowFrom: null, now: hubNow() });
  const tally = createTally(request, { runId, mode, reason });
  try {
    const clock = sourceClock(await connector.now(signal), hubTime);
    await job({ store, held, request, runId, settings, mapping, clock, tally, rewrite });
    const { completeness } = tally.facts();
    await store.finishRun({ lease, runId, outcome: 'SUCCEEDED', completeness, now: hubNow() });
    return { ...tally.facts(), outcome: 'SUCCEEDED' };
  } catch (thrown) {
    if (request.signal.aborted) {
      await store.finishRun({ lease, runId, outcome: 'PARTIAL', now: hubNow() });
      return { ...tally.facts(), outcome: 'PARTIAL' };
    }
    const error = hubErrorOf(thrown, request);
    await endFailed(store, { lease, runId, error, checkpoint: null });
    return { ...tally.facts(), outcome: 'FAILED', error };
  }
}
