import { parse } from 'lossless-json';
import { createSyncStore } from '../cache/create-sync-store.ts';
import type { KeptRecord } from '../cache/erasure-store.ts';
import type { SourceRecord } from '../connectors/connector.ts';
import type { JsonObject } from '../schema/json.ts';
import { chunks } from './chunks.ts';
import { endFailed, hubNow } from './end-run.ts';
import { holdLease, streamBusy } from './hold-lease.ts';
import { hubErrorOf } from './hub-error-of.ts';
import { mappingOf } from './mapping-of.ts';
import { streamSettingsOf } from './stream-settings-of.ts';
import { neverStarted, type StreamRequest, type SyncRun } from './sync-run.ts';
import { createTally } from './tally.ts';

const CHUNK = 500;

/** Maps records anew from what the cache keeps of them, without asking the source, and writes whatever that makes. */
export async function rewriteStored(
  request: StreamRequest,
  { records, reason }: { records: readonly KeptRecord[]; reason: string },
): Promise<SyncRun> {
  const store = createSyncStore(request.cache);
  const run = await holdLease({ ...request, store }, async ({ lease, check }): Promise<SyncRun> => {
    const mode = 'RECONCILE';
    const mapping = await mappingOf(request, streamSettingsOf(request.source, request));
    const runId = await store.startRun({ lease, mode, reason, windowFrom: null, now: hubNow() });
    const tally = createTally(request, { runId, mode, reason });
    try {
      for (const some of chunks(records, CHUNK)) {
        const prepared = await store.preparePage(request, await mapping.mapPage(some.map(asRead)));
        const page = { lease, runId, mappingHash: mapping.hash, prepared, checkpoint: null, rewrite: true };
        tally.page(await store.savePage({ ...page, now: hubNow() }), some.length);
        check();
      }
      await store.finishRun({ lease, runId, outcome: 'SUCCEEDED', now: hubNow() });
      return { ...tally.facts(), outcome: 'SUCCEEDED' };
    } catch (thrown) {
      const error = hubErrorOf(thrown, request);
      await endFailed(store, { lease, runId, error, checkpoint: null });
      return { ...tally.facts(), outcome: 'FAILED', error };
    }
  });
  return run ?? { ...neverStarted(request), outcome: 'BUSY', error: await streamBusy(store, request) };
}

function asRead({ key, version, raw }: KeptRecord): SourceRecord {
  return { key, version, deleted: false, data: parse(raw) as JsonObject };
}
