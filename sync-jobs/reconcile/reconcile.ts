import type { Completeness } from '../../cache/streams/completeness.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import type { SyncStore } from '../../cache/sync/sync-store.ts';
import type { ReadEvidence } from '../../connectors/connector.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { parseCheckpoint } from '../pass/checkpoint.ts';
import { completenessOf, isComplete } from '../pass/completeness.ts';
import { hubNow } from '../pass/end-run.ts';
import { type HeldLease, holdLease, streamBusy } from '../pass/hold-lease.ts';
import type { Tally } from '../pass/run-counters.ts';
import { streamSettingsOf } from '../pass/stream-settings.ts';
import { neverStarted, type RunFacts, type StreamRequest, type SyncRun } from '../pass/sync-run.ts';
import { hubErrorOf } from '../pass/to-hub-error.ts';
import { type CompareKeys, compareKeys, guardShrink } from './compare-keys.ts';
import { noticesByScan } from './delete-scans.ts';
import { runKeyed } from './keyed-run.ts';
import { deleteMissing, readMissed } from './keyed-work.ts';
import { knownKeys, quarantinedKeys } from './known-keys.ts';

export interface ReconcileRequest extends StreamRequest {
  /** Believe a scan that misses more than half of the known records. */
  allowShrink?: boolean;
}

/** `SKIPPED`: there is nothing to reconcile; `reason` says why. */
export type ReconcileRun = SyncRun | (RunFacts & { outcome: 'SKIPPED' });

/**
 * Compares all keys of the source with those of the cache: what is gone from the source gets a tombstone, what the
 * passes have missed is read by its key. Only a scan that is known to be complete deletes. Here, and in a repair of what verify found, absence deletes; nowhere else.
 */
export async function reconcile(request: ReconcileRequest): Promise<ReconcileRun> {
  const store = createSyncStore(request.cache);
  try {
    const { deletes } = streamSettingsOf(request.source, request);
    if (!noticesByScan(deletes) || request.connector.forgets?.(request.stream)) {
      return { ...neverStarted(request, 'its deletes are not noticed by scans'), outcome: 'SKIPPED' };
    }
    const run = await holdLease({ ...request, store }, (held) => reconcileStream(store, held, request));
    return run ?? { ...neverStarted(request), outcome: 'BUSY', error: await streamBusy(store, request) };
  } catch (error) {
    return { ...neverStarted(request), outcome: 'FAILED', error: hubErrorOf(error, request) };
  }
}

async function reconcileStream(store: SyncStore, held: HeldLease, request: ReconcileRequest): Promise<ReconcileRun> {
  const { system, stream } = request;
  const state = await store.state({ system, stream });
  if (!parseCheckpoint(state.checkpoint).finished) {
    return { ...neverStarted(request, 'the stream has not been read in full yet'), outcome: 'SKIPPED' };
  }
  return runKeyed({ store, held, request, reason: null, rewrite: false }, async (work) => {
    const { scanned, completeness } = await scanAll(request, held.signal);
    work.tally.complete(completeness);
    const known = await allKnown(store, request, work.mapping.hash);
    const { missing, toRead } = compareKeys({ scanned, known });
    if (isComplete(completeness)) {
      if (!request.allowShrink) guardShrink({ system, stream, known: known.size, missing: missing.length });
      await deleteMissing(work, missing);
      await deleteMissing(work, await goneFromQuarantine(store, request, { scanned, known }));
    } else {
      withhold(request, work.tally, missing.length, completeness);
    }
    await readMissed(work, toRead);
    await resolveDirty(request);
    await store.noteReconcile({ lease: held.lease, now: hubNow() });
  });
}

interface Scan {
  scanned: Map<string, string | null>;
  completeness: Completeness;
}

async function scanAll(request: StreamRequest, signal: AbortSignal): Promise<Scan> {
  const { connector, stream } = request;
  const scanned = new Map<string, string | null>();
  let evidence: ReadEvidence | undefined;
  for await (const page of connector.scanKeys(stream, signal)) {
    for (const { key, version } of page.keys) scanned.set(key, version);
    evidence = page.evidence;
  }
  signal.throwIfAborted();
  return { scanned, completeness: completenessOf(evidence, scanned.size, request) };
}

/** A scan that may have been cut says nothing of what it did not show. */
function withhold({ system, stream, log }: StreamRequest, tally: Tally, missing: number, { reason }: Completeness) {
  if (missing === 0) return;
  tally.withheld(missing);
  log.warn(
    { system, stream, missing, reason },
    `${system}/${stream}: ${missing} records were not in the source's list, and stay in the cache: whether the list is complete is unknown, because ${reason}.`,
  );
}

/** What never fitted has no live record that could be missing; it still must not stay aside when it is gone. */
async function goneFromQuarantine(
  store: SyncStore,
  name: StreamRequest,
  { scanned, known }: CompareKeys,
): Promise<string[]> {
  const gone: string[] = [];
  for await (const page of quarantinedKeys(store, name)) {
    gone.push(...page.map(({ key }) => key).filter((key) => !scanned.has(key) && !known.has(key)));
  }
  return gone;
}

async function allKnown(
  store: SyncStore,
  name: StreamRequest,
  mappingHash: string,
): Promise<Map<string, { version: string | null }>> {
  const known = new Map<string, { version: string | null }>();
  for await (const page of knownKeys(store, name)) {
    // Rows of an older mapping are read anew: a full pass that was shown too little may have left them.
    for (const { key, version, mappingHash: made } of page)
      known.set(key, { version: made === mappingHash ? version : null });
  }
  return known;
}
