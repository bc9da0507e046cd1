import { createSyncStore, type SyncStore } from '../cache/sync-store.ts';
import { compileMapping } from '../connectors/mapping/compile-mapping.ts';
import { resolveDirty } from '../customer-360/identity/resolve-dirty.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { compareKeys, guardShrink } from './compare-keys.ts';
import { endFailed, hubNow } from './end-run.ts';
import { type HeldLease, holdLease, streamBusy } from './hold-lease.ts';
import { hubErrorOf } from './hub-error-of.ts';
import { deleteMissing, type KeyedWork, readMissed } from './keyed-work.ts';
import { knownKeys } from './known-keys.ts';
import { streamSettingsOf } from './stream-settings-of.ts';
import { neverStarted, type RunFacts, type StreamRequest, type SyncRun } from './sync-run.ts';
import { createTally } from './tally.ts';
import { sourceClock } from './version-window.ts';

export interface ReconcileRequest extends StreamRequest {
  /** Believe a scan that misses more than half of the known records. */
  allowShrink?: boolean;
}

/** `SKIPPED`: there is nothing to reconcile; `reason` says why. */
export type ReconcileRun = SyncRun | (RunFacts & { outcome: 'SKIPPED' });

/**
 * Compares all keys of the source with those of the cache: what is gone from the source gets a tombstone, what the
 * passes have missed is read by its key. The only place where the absence of a record deletes anything.
 */
export async function reconcile(request: ReconcileRequest): Promise<ReconcileRun> {
  const store = createSyncStore(request.cache);
  try {
    if (streamSettingsOf(request.source, request).deletes !== 'scan') {
      return { ...neverStarted(request, 'its deletes are not noticed by scans'), outcome: 'SKIPPED' };
    }
    const run = await holdLease({ ...request, store }, (held) => reconcileStream(store, held, request));
    return run ?? { ...neverStarted(request), outcome: 'BUSY', error: await streamBusy(store, request) };
  } catch (error) {
    return { ...neverStarted(request), outcome: 'FAILED', error: hubErrorOf(error, request) };
  }
}

async function reconcileStream(store: SyncStore, held: HeldLease, request: ReconcileRequest): Promise<ReconcileRun> {
  const { system, stream, source, connector } = request;
  const { lease, signal } = held;
  const settings = streamSettingsOf(source, request);
  const mapping = compileMapping({ system, streamName: stream, stream: settings });
  const state = await store.state({ system, stream });
  if (!parseCheckpoint(state.checkpoint).finished) {
    return { ...neverStarted(request, 'the stream has not been read in full yet'), outcome: 'SKIPPED' };
  }

  const runId = await store.startRun({ lease, mode: 'RECONCILE', reason: null, windowFrom: null, now: hubNow() });
  const tally = createTally(request, { runId, mode: 'RECONCILE', reason: null });
  try {
    const clock = sourceClock(await connector.now(signal), Date.now);
    const work: KeyedWork = { store, held, request, runId, settings, mapping, clock, tally };

    const scanned = await scanAll(request, signal);
    const known = await allKnown(store, request);
    const { missing, toRead } = compareKeys({ scanned, known });
    if (!request.allowShrink) guardShrink({ system, stream, known: known.size, missing: missing.length });

    await deleteMissing(work, missing);
    await readMissed(work, toRead);
    await resolveDirty(request);
    await store.noteReconcile({ lease, now: hubNow() });
    // Only a pass brings the stream up to date; a reconcile leaves its age as it is.
    const asOf = state.lastSuccessAt;
    await store.finishRun({ lease, runId, outcome: 'SUCCEEDED', ...(asOf ? { asOf } : {}), now: hubNow() });
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

async function scanAll({ connector, stream }: StreamRequest, signal: AbortSignal): Promise<Map<string, string | null>> {
  const scanned = new Map<string, string | null>();
  for await (const page of connector.scanKeys(stream, signal)) {
    for (const { key, version } of page) scanned.set(key, version);
  }
  signal.throwIfAborted();
  return scanned;
}

async function allKnown(store: SyncStore, name: StreamRequest): Promise<Map<string, { version: string | null }>> {
  const known = new Map<string, { version: string | null }>();
  for await (const page of knownKeys(store, name)) {
    for (const { key, version } of page) known.set(key, { version });
  }
  return known;
}
