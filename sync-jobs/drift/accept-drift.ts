import { createDriftStore } from '../../cache/streams/drift-store.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import { hubNow } from '../pass/end-run.ts';
import { holdLease, streamBusy } from '../pass/hold-lease.ts';
import type { StreamRequest } from '../pass/sync-run.ts';

/**
 * Says that the shape of a stream's records is right as it is; resolves to how many changes that concerns. Throws
 * HubError STREAM_BUSY while a pass is at the stream: it would write the shape that it knows.
 */
export async function acceptDrift(request: StreamRequest): Promise<number> {
  const store = createSyncStore(request.cache);
  const drift = createDriftStore(request.cache);
  const accepted = await holdLease({ ...request, store }, ({ lease }) => drift.acknowledge({ lease, now: hubNow() }));
  if (accepted === null) throw await streamBusy(store, request);
  return accepted;
}
