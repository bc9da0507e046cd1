import { lookAtClock } from '../../cache/database/look-at-clock.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import type { SyncStore } from '../../cache/sync/sync-store.ts';
import { hubTime } from '../../config/clock/hub-time.ts';
import { defends } from '../../config/defences.ts';
import { inSpan } from '../../config/observability/tracing.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { countsAgainstPlace, reasonToStartAgain, withFailedTry } from './dead-place.ts';
import { endFailed, hubNow } from './end-run.ts';
import { type HeldLease, holdLease, streamBusy } from './hold-lease.ts';
import { planPass } from './plan-pass.ts';
import { readPages } from './read-pages.ts';
import { readingHash } from './reading-hash.ts';
import { createTally } from './run-counters.ts';
import { mappingOf } from './stream-mapping.ts';
import { streamSettingsOf } from './stream-settings.ts';
import { neverStarted, type SyncRequest, type SyncRun } from './sync-run.ts';
import { hubErrorOf } from './to-hub-error.ts';
import { expectClockNotPutBack, sourceClock } from './version-window.ts';

/**
 * One pass of one stream: reads what changed in the source since the checkpoint, or everything, and brings the
 * cache up to it. Never throws for what happens on the way: the outcome says it, and the run's row keeps it.
 */
export function runSync(request: SyncRequest): Promise<SyncRun> {
  const attributes = { 'customer360.system': request.system, 'customer360.stream': request.stream };
  return inSpan('sync pass', { attributes }, async (span) => {
    const run = await syncOnce(request);
    span?.setAttribute('customer360.outcome', run.outcome);
    if (run.outcome === 'FAILED') span?.setAttribute('error.type', run.error.code);
    return run;
  });
}

async function syncOnce(request: SyncRequest): Promise<SyncRun> {
  const store = createSyncStore(request.cache);
  try {
    const run = await holdLease({ ...request, store }, async (held) => {
      const forceFull = request.full ? 'a full read was asked for' : null;
      const { run: first, startAgain } = await runPass(store, held, request, { forceFull });
      if (first.outcome !== 'FAILED') return first;
      const { code } = first.error;
      const again = async (why: Why) => (await runPass(store, held, request, why)).run;
      if (startAgain !== null && !request.signal.aborted) return await again({ startAgain });
      if (code === 'SOURCE_CURSOR_EXPIRED' && defends('full refresh')) {
        return await again({ forceFull: 'the source no longer accepted the cursor' });
      }
      // Rows that come and go while they are counted make one read come up short; hardly ever two in a row.
      if (code === 'SOURCE_INCOMPLETE' && !request.signal.aborted) {
        const full = request.full || first.mode === 'FULL' ? 'the read before it came up short' : null;
        return await again({ forceFull: full });
      }
      return first;
    });
    return run ?? { ...neverStarted(request), outcome: 'BUSY', error: await streamBusy(store, request) };
  } catch (error) {
    if (!defends('streams apart')) throw error;
    return { ...neverStarted(request), outcome: 'FAILED', error: hubErrorOf(error, request) };
  }
}

/** Why a pass is not what the checkpoint alone would make of it. */
interface Why {
  forceFull?: string | null;
  startAgain?: string | null;
}

interface PassEnd {
  run: SyncRun;
  /** After a failure: why the pass is to start again from its beginning; null where it is not. */
  startAgain: string | null;
}

async function runPass(
  store: SyncStore,
  held: HeldLease,
  request: SyncRequest,
  { forceFull = null, startAgain = null }: Why,
): Promise<PassEnd> {
  const { source, connector } = request;
  const { lease } = held;
  const settings = streamSettingsOf(source, request);
  const mapping = await mappingOf(request, settings);
  const hashes = { mappingHash: mapping.hash, readingHash: readingHash(source.kind, settings) };
  const checkpoint = await checkpointOf(store, request);
  const { delta, ...plan } = planPass({ checkpoint, ...hashes, cursor: settings.cursor, forceFull, startAgain });
  await lookAtClock(request.cache);
  const begunAt = plan.begunAt ?? hubNow();

  const { mode, reason } = plan;
  const runId = await store.startRun({ lease, mode, reason, windowFrom: plan.since, now: hubNow() });
  const tally = createTally(request, { runId, mode, reason });
  let answers = false;
  try {
    const sourceNow = await connector.now(held.signal);
    answers = true;
    expectClockNotPutBack(plan.since, sourceNow, settings.cursor, request);
    const clock = sourceClock(sourceNow, hubTime);
    const pass = { ...plan, ...hashes, begunAt, ceiling: plan.ceiling ?? sourceNow ?? clock() };
    const work = { store, held, request, runId, settings, mapping, checkpoint, pass, delta, clock, tally };
    const ended = await readPages(work);
    await resolveDirty(request);
    const outcome = ended === 'complete' ? 'SUCCEEDED' : 'PARTIAL';
    const { completeness } = tally.facts();
    await store.finishRun({ lease, runId, outcome, asOf: begunAt, completeness, now: hubNow() });
    return { run: { ...tally.facts(), outcome }, startAgain: null };
  } catch (thrown) {
    if (request.signal.aborted && tally.facts().pages === 0) {
      await store.finishRun({ lease, runId, outcome: 'PARTIAL', now: hubNow() });
      return { run: { ...tally.facts(), outcome: 'PARTIAL' }, startAgain: null };
    }
    const error = hubErrorOf(thrown, request);
    // Committed pages are resolved as far as that goes; what stays dirty is for the next pass.
    if (tally.facts().pages > 0) await resolveDirty(request).catch(() => undefined);
    const hadPlace = plan.resume !== null || tally.facts().pages > 0;
    const left = answers && hadPlace && countsAgainstPlace(error) ? await failedPlace(store, request) : null;
    await endFailed(store, { lease, runId, error, checkpoint: left });
    if (!defends('streams apart')) throw thrown;
    const run = { ...tally.facts(), outcome: 'FAILED', error } as const;
    return { run, startAgain: left === null ? null : reasonToStartAgain(left, error) };
  }
}

/** The checkpoint as it was committed last, with one more failure at its place; null where it has no place. */
async function failedPlace(store: SyncStore, request: SyncRequest): Promise<Checkpoint | null> {
  const checkpoint = await checkpointOf(store, request).catch(() => null);
  return checkpoint?.pass ? withFailedTry(checkpoint, checkpoint.pass) : null;
}

async function checkpointOf(store: SyncStore, { system, stream }: SyncRequest): Promise<Checkpoint> {
  return parseCheckpoint((await store.state({ system, stream })).checkpoint);
}
