import { createChecksumStore } from '../cache/checksum-store.ts';
import { createSyncStore } from '../cache/create-sync-store.ts';
import { sourceRecordId } from '../cache/source-record-id.ts';
import { createSourceRecordStore } from '../cache/source-record-store.ts';
import type { StoredRow } from '../cache/sync-store.ts';
import { HubError } from '../config/errors.ts';
import { strayRows } from './altered-rows.ts';
import { catchUp } from './catch-up.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { hubNow } from './end-run.ts';
import { type FirstLook, firstLook, type Thoroughness } from './first-look.ts';
import { hubErrorOf } from './hub-error-of.ts';
import { mappingOf } from './mapping-of.ts';
import { type Rechecked, recheck } from './recheck.ts';
import { reconcile } from './reconcile.ts';
import { absent, type RecordState, type Sides } from './record-state.ts';
import { repairStanding, repairStrays } from './repair-standing.ts';
import { runSync } from './run-sync.ts';
import { streamSettingsOf } from './stream-settings-of.ts';
import type { StreamRequest } from './sync-run.ts';
import {
  differentError,
  factsOf,
  type RepairFacts,
  runOf,
  type VerifyFacts,
  type VerifyReport,
} from './verify-report.ts';

export interface VerifyRequest extends Omit<StreamRequest, 'onProgress'> {
  /** `quick`: versions will do where there are no checksums. `full`: read every record, whatever checksums say. */
  thoroughness?: Thoroughness;
  /** How many differences are listed; all are counted. 50 when left out. */
  listed?: number;
  /** Writes the records that differ anew from the source, and looks at them once more. */
  repair?: boolean;
  /** Records one repair takes on. 10,000 when left out. */
  repairedAtMost?: number;
  onProgress?: (progress: { system: string; stream: string; compared: number }) => void;
}

/**
 * Compares what the source says with what the cache shows: by checksums that both databases compute where the source
 * can, else record by record. Records that differ are looked at again after one more pass, so that a source that keeps
 * changing is not mistaken for a broken cache. What differs then is repaired, if that is asked for. What came of it is
 * a row of `verify_runs`.
 */
export async function verify(request: VerifyRequest): Promise<VerifyReport> {
  const { system, stream, cache, signal } = request;
  const startedAt = hubNow();
  try {
    const report = await compareAndRepair(request);
    await createSyncStore(cache).noteVerify(runOf(report, startedAt));
    return report;
  } catch (error) {
    const report: VerifyReport = signal.aborted
      ? { system, stream, outcome: 'STOPPED' }
      : { system, stream, outcome: 'FAILED', error: hubErrorOf(error, request) };
    // Where even that cannot be written, the report itself says why.
    await createSyncStore(cache)
      .noteVerify(runOf(report, startedAt))
      .catch(() => undefined);
    return report;
  }
}

async function compareAndRepair(request: VerifyRequest): Promise<VerifyReport> {
  const { stream, source, cache } = request;
  const store = createSyncStore(cache);
  const settings = streamSettingsOf(source, request);
  const mapping = await mappingOf(request, settings);
  const checksums = createChecksumStore(cache);
  const sides: Sides = { request, store, rawRecords: createSourceRecordStore(cache, null), checksums, mapping };

  await expectReadInFull(sides);
  const keepsExtras = settings.deletes === 'none' || (request.connector.forgets?.(stream) ?? false);
  const seen = await firstLook(sides, { ...request, job: jobOf(request), versioned: settings.cursor !== undefined });
  const rechecked = await recheckAll(sides, seen.look.suspects, jobOf(request), settings.deletes);
  const strays = await stillStray(sides, seen.look.strays, rechecked);
  const facts = await factsAfter(sides, { ...seen, look: { ...seen.look, strays } }, rechecked, request, {
    keepsExtras,
  });
  return facts.missing + facts.extra + facts.different === 0
    ? { ...facts, outcome: 'EQUAL' }
    : { ...facts, outcome: 'DIFFERENT', error: differentError(facts) };
}

/** Before that, verify would itself do the first read, and then praise it. */
async function expectReadInFull({ store, request: { system, stream } }: Sides): Promise<void> {
  const checkpoint = parseCheckpoint((await store.state({ system, stream })).checkpoint);
  if (checkpoint.finished) return;
  throw new HubError(
    'VERIFY_DIFFERENT',
    `Expected ${system}/${stream} to have been read in full, but no pass has got to its end yet. Sync it first.`,
    { source: system, stream },
  );
}

/** Rows without a record, seen again; those of a record that is missing in the cache are that difference, not another. */
async function stillStray(sides: Sides, strays: readonly StoredRow[], { standing }: Rechecked): Promise<StoredRow[]> {
  const { system, stream } = sides.request;
  const missing = new Set([...standing.keys()].map((key) => sourceRecordId({ system, stream, key })));
  const origins = new Set(strays.map(({ originId }) => originId).filter((id) => !missing.has(id)));
  return await strayRows(sides, origins);
}

/** The request as the jobs take it that verify runs; their progress is not its own. */
function jobOf({ onProgress: _, ...job }: VerifyRequest): StreamRequest {
  return job;
}

async function recheckAll(
  sides: Sides,
  suspects: ReadonlyMap<string, RecordState>,
  job: StreamRequest,
  deletes: unknown,
): Promise<Rechecked> {
  const result = await recheck(sides, suspects, () => catchUp(() => runSync(job), job));
  if (deletes !== 'scan') return result;

  // A source that tells no deletes is followed by reconcile only.
  const extras = [...result.standing.keys()].filter((key) => result.standing.get(key)?.source === absent);
  const again = await recheck(sides, new Map(extras.map((key) => [key, absent])), () =>
    catchUp(() => reconcile(job), job),
  );
  for (const key of extras) result.standing.delete(key);
  for (const [key, standing] of again.standing) result.standing.set(key, standing);
  for (const [key, state] of again.settled) result.settled.set(key, state);
  for (const [key, state] of again.moving) result.moving.set(key, state);
  return result;
}

/** The figures of the report, after a repair where one was asked for. */
async function factsAfter(
  sides: Sides,
  seen: FirstLook,
  rechecked: Rechecked,
  request: VerifyRequest,
  { keepsExtras }: { keepsExtras: boolean },
): Promise<VerifyFacts> {
  if (!request.repair) return factsOf(request, seen, rechecked, { keepsExtras });
  const most = request.repairedAtMost;
  const after = await repairStanding(sides, rechecked, { job: jobOf(request), keepsExtras, most });
  const strays = await repairStrays(sides, seen.look.strays, { job: jobOf(request), most });
  const look = { ...seen.look, strays: strays.rows };
  const facts = factsOf(request, { ...seen, look }, after.rechecked, { keepsExtras });
  return { ...facts, settled: rechecked.settled.size, repair: together(after.facts, strays.facts) };
}

function together(a: RepairFacts, b: RepairFacts): RepairFacts {
  return {
    found: a.found + b.found,
    repaired: a.repaired + b.repaired,
    left: a.left + b.left,
    error: a.error ?? b.error,
  };
}
