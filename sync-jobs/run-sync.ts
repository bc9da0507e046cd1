import { createSyncStore } from '../cache/create-sync-store.ts';
import type { SyncStore } from '../cache/sync-store.ts';
import { defends } from '../config/defences.ts';
import { inSpan } from '../config/tracing.ts';
import { resolveDirty } from '../customer-360/identity/resolve-dirty.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { endFailed, hubNow } from './end-run.ts';
import { type HeldLease, holdLease, streamBusy } from './hold-lease.ts';
import { hubErrorOf } from './hub-error-of.ts';
import { mappingOf } from './mapping-of.ts';
import { planPass } from './plan-pass.ts';
import { readPages } from './read-pages.ts';
import { readingHash } from './reading-hash.ts';
import { streamSettingsOf } from './stream-settings-of.ts';
import { neverStarted, type SyncRequest, type SyncRun } from './sync-run.ts';
import { createTally } from './tally.ts';
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
      const first = await runPass(store, held, request, request.full ? 'a full read was asked for' : null);
      if (first.outcome !== 'FAILED') return first;
      const { code } = first.error;
      if (code === 'SOURCE_CURSOR_EXPIRED' && defends('full refresh')) {
        return await runPass(store, held, request, 'the source no longer accepted the cursor');
      }
      // Rows that come and go while they are counted make one read come up short; hardly ever two in a row.
      if (code === 'SOURCE_INCOMPLETE' && !request.signal.aborted) {
        const again = request.full || first.mode === 'FULL' ? 'the read before it came up short' : null;
        return await runPass(store, held, request, again);
      }
      return first;
    });
    return run ?? { ...neverStarted(request), outcome: 'BUSY', error: await streamBusy(store, request) };
  } catch (error) {
    if (!defends('streams apart')) throw error;
    return { ...neverStarted(request), outcome: 'FAILED', error: hubErrorOf(error, request) };
  }
}

async function runPass(
  store: SyncStore,
  held: HeldLease,
  request: SyncRequest,
  forceFull: string | null,
): Promise<SyncRun> {
  const { system, stream, source, connector } = request;
  const { lease } = held;
  const settings = streamSettingsOf(source, request);
  const mapping = await mappingOf(request, settings);
  const hashes = { mappingHash: mapping.hash, readingHash: readingHash(source.kind, settings) };
  const checkpoint = parseCheckpoint((await store.state({ system, stream })).checkpoint);
  const { delta, ...plan } = planPass({ checkpoint, ...hashes, cursor: settings.cursor, forceFull });
  const begunAt = plan.begunAt ?? hubNow();

  const { mode, reason } = plan;
  const runId = await store.startRun({ lease, mode, reason, windowFrom: plan.since, now: hubNow() });
  const tally = createTally(request, { runId, mode, reason });
  try {
    const sourceNow = await connector.now(held.signal);
    expectClockNotPutBack(plan.since, sourceNow, settings.cursor, request);
    const clock = sourceClock(sourceNow, Date.now);
    const pass = { ...plan, ...hashes, begunAt, ceiling: plan.ceiling ?? sourceNow ?? clock() };
    const work = { store, held, request, runId, settings, mapping, checkpoint, pass, delta, clock, tally };
    const ended = await readPages(work);
    await resolveDirty(request);
    const outcome = ended === 'complete' ? 'SUCCEEDED' : 'PARTIAL';
    const { completeness } = tally.facts();
    await store.finishRun({ lease, runId, outcome, asOf: begunAt, completeness, now: hubNow() });
    return { ...tally.facts(), outcome };
  } catch (thrown) {
    if (request.signal.aborted && tally.facts().pages === 0) {
      await store.finishRun({ lease, runId, outcome: 'PARTIAL', now: hubNow() });
      return { ...tally.facts(), outcome: 'PARTIAL' };
    }
    const error = hubErrorOf(thrown, request);
    const startOver = plan.resume !== null && tally.facts().pages === 0 && unusable.has(error.code);
    // Committed pages are resolved as far as that goes; what stays dirty is for the next pass.
    if (tally.facts().pages > 0) await resolveDirty(request).catch(() => undefined);
    await endFailed(store, { lease, runId, error, checkpoint: startOver ? { ...checkpoint, pass: null } : null });
    if (!defends('streams apart')) throw thrown;
    return { ...tally.facts(), outcome: 'FAILED', error };
  }
}

/** After these on its first page, an interrupted pass begins anew: its token may have become meaningless. */
const unusable = new Set<string>(['SOURCE_PROTOCOL', 'SOURCE_NOT_FOUND']);
