import { setTimeout as sleep } from 'node:timers/promises';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import type { StoredRow, SyncStore } from '../../cache/sync/sync-store.ts';
import type { HubError } from '../../config/errors.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { holdLease, streamBusy } from '../pass/hold-lease.ts';
import { neverStarted, type StreamRequest, type SyncRun } from '../pass/sync-run.ts';
import { hubErrorOf } from '../pass/to-hub-error.ts';
import { guardShrink } from '../reconcile/compare-keys.ts';
import { runKeyed } from '../reconcile/keyed-run.ts';
import { deleteMissing, readMissed, removeStrays } from '../reconcile/keyed-work.ts';
import { knownKeys } from '../reconcile/known-keys.ts';
import type { Look } from './comparison.ts';
import { type Rechecked, recheck } from './recheck.ts';
import { isAbsent, type RecordState, type Sides } from './record-state.ts';
import { strayRows } from './rows-side.ts';
import type { Judged, RepairFacts } from './verify-report.ts';

/** Records one repair takes on: so many can be read by key, page by page, in a sensible time. */
const MOST = 10_000;

interface RepairOptions {
  job: StreamRequest;
  /** 10,000 when left out. */
  most?: number | undefined;
}

/**
 * Repairs the records that differ, or of which it is not decided whether they do, and looks at those once more: what
 * still differs stays in `standing`. Deletes only what the source has twice said not to have.
 */
export async function repairStanding(
  sides: Sides,
  { rechecked, different, undecided }: Judged,
  { job, look, most = MOST }: RepairOptions & { look: Look },
): Promise<{ rechecked: Rechecked; facts: RepairFacts }> {
  const differing = [...different, ...undecided].sort(([a], [b]) => (a < b ? -1 : 1));
  const chosen = differing.slice(0, most);
  const left = differing.slice(most);
  const extraLeft = left.filter(([, { source }]) => isAbsent(source)).length;

  let error: RepairFacts['error'] = null;
  const suspects = new Map(chosen.map(([key, { source }]) => [key, source]));
  const again = await recheck(sides, suspects, {
    look,
    before: async (open) => {
      const run = await inTurn(() => repair({ ...job, ...keysOf(open), extraLeft }), job);
      job.signal.throwIfAborted();
      error = run.outcome === 'FAILED' ? run.error : null;
    },
  });
  return {
    rechecked: merge(rechecked, again, suspects),
    facts: { found: differing.length, repaired: again.settled.size, left: left.length, error },
  };
}

/** Removes rows that name source records which do not exist; `rows` are those that are there all the same. */
export async function repairStrays(
  sides: Sides,
  rows: readonly StoredRow[],
  { job, most = MOST }: RepairOptions,
): Promise<{ rows: StoredRow[]; facts: RepairFacts }> {
  const origins = [...new Set(rows.map(({ originId }) => originId))];
  if (origins.length === 0) return { rows: [], facts: { found: 0, repaired: 0, left: 0, error: null } };
  const chosen = origins.slice(0, most);
  const run = await inTurn(() => repair({ ...job, different: [], extra: [], extraLeft: 0, strays: chosen }), job);
  job.signal.throwIfAborted();
  const after = await strayRows(sides, origins);
  const repaired = origins.length - new Set(after.map(({ originId }) => originId)).size;
  const error = run.outcome === 'FAILED' ? run.error : null;
  return { rows: after, facts: { found: origins.length, repaired, left: origins.length - chosen.length, error } };
}

function keysOf(open: ReadonlyMap<string, RecordState>): { different: string[]; extra: string[] } {
  const isGone = (key: string) => isAbsent(open.get(key) as RecordState);
  const keys = [...open.keys()];
  return { different: keys.filter((key) => !isGone(key)), extra: keys.filter(isGone) };
}

/** What was known before, but of the records looked at again what is known now. */
function merge(before: Rechecked, again: Rechecked, looked: ReadonlyMap<string, RecordState>): Rechecked {
  const untouched = [...before.standing].filter(([key]) => !looked.has(key));
  return {
    standing: new Map([...untouched, ...again.standing]),
    settled: new Map([...before.settled, ...again.settled]),
    moving: new Map([...before.moving, ...again.moving]),
    rejected: new Map([...before.rejected, ...again.rejected]),
    unseen: before.unseen + again.unseen,
  };
}

const PATIENCE = 60_000;
const PAUSE = 500;

/**
 * Runs a repair, waiting for its turn while another process has the stream. Throws when the source or the cache cannot
 * be asked; any other failure is for the report.
 */
async function inTurn(job: () => Promise<SyncRun>, { signal }: { signal: AbortSignal }): Promise<SyncRun> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    signal.throwIfAborted();
    const run = await job();
    if (run.outcome === 'BUSY' && performance.now() < deadline) {
      await sleep(PAUSE, undefined, { signal });
      continue;
    }
    if (run.outcome === 'BUSY') throw run.error;
    if (run.outcome === 'FAILED' && unanswered.has(run.error.code)) throw run.error;
    return run;
  }
}

const unanswered = new Set<HubError['code']>([
  'SOURCE_UNREACHABLE',
  'SOURCE_UNAUTHORIZED',
  'SOURCE_FORBIDDEN',
  'SOURCE_RATE_LIMITED',
  'SOURCE_BREAKER_OPEN',
  'CACHE_UNREACHABLE',
  'CACHE_NOT_WRITABLE',
]);

interface RepairRequest extends StreamRequest {
  /** Source keys of records that the cache lacks or has with other values. */
  different: readonly string[];
  /** Source keys that only the cache has. */
  extra: readonly string[];
  /** Further keys that only the cache has, and that this repair does not take on. */
  extraLeft: number;
  /** Ids of source records that do not exist, and that rows of the cache name. None when left out. */
  strays?: readonly string[];
}

/**
 * Reads single records from the source and writes them whatever the cache has of them: what was altered there by
 * hand looks unchanged to a pass, by its content hash and version. Records that only the cache has are deleted the
 * way reconcile does it, after they were asked for by key once more and behind the same guard.
 */
async function repair(request: RepairRequest): Promise<SyncRun> {
  const store = createSyncStore(request.cache);
  const { different, extra, strays = [] } = request;
  const count = different.length + extra.length + strays.length;
  const reason = `repair of ${count} record${count === 1 ? '' : 's'} verify found different`;
  try {
    const run = await holdLease({ ...request, store }, (held) =>
      runKeyed({ store, held, request, reason, rewrite: true }, async (work) => {
        try {
          await readMissed(work, different);
          if (extra.length > 0) await expectNotShrunk(store, request);
          await deleteMissing(work, extra);
          await removeStrays(work, strays);
        } catch (thrown) {
          // What was committed is resolved as far as that goes; what stays dirty is for the next pass.
          await resolveDirty(request).catch(() => undefined);
          throw thrown;
        }
        await resolveDirty(request);
      }),
    );
    return run ?? { ...neverStarted(request, reason), outcome: 'BUSY', error: await streamBusy(store, request) };
  } catch (error) {
    return { ...neverStarted(request, reason), outcome: 'FAILED', error: hubErrorOf(error, request) };
  }
}

/** Tombstones with rows left standing do not count: removing those loses nothing. */
async function expectNotShrunk(store: SyncStore, { system, stream, extra, extraLeft }: RepairRequest): Promise<void> {
  const records = await store.recordsByKeys({ system, stream, keys: extra });
  const missing = records.filter(({ deletedAt }) => deletedAt === null).length + extraLeft;
  let known = 0;
  for await (const page of knownKeys(store, { system, stream })) known += page.length;
  guardShrink({ system, stream, known, missing });
}
