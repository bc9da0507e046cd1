import { createChecksumStore } from '../../cache/sync/checksum-store.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import { sourceRecordId } from '../../cache/sync/source-record-id.ts';
import { createSourceRecordStore } from '../../cache/sync/source-record-store.ts';
import type { StoredRow } from '../../cache/sync/sync-store.ts';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { StreamChecksums, Unable } from '../../connectors/connector.ts';
import { hubNow } from '../pass/end-run.ts';
import { mappingOf } from '../pass/stream-mapping.ts';
import { streamSettingsOf } from '../pass/stream-settings.ts';
import type { StreamRequest } from '../pass/sync-run.ts';
import { hubErrorOf } from '../pass/to-hub-error.ts';
import { expectReadInFull, isBelievable, judge, readLastPass } from './behind.ts';
import { lookAtChecksums } from './compare-by-checksum.ts';
import { lookAtRecords } from './compare-by-record.ts';
import { lookAtVersions } from './compare-by-version.ts';
import type { Look } from './comparison.ts';
import { type Rechecked, recheck } from './recheck.ts';
import { isAbsent, type Sides } from './record-state.ts';
import { repairStanding, repairStrays } from './repair.ts';
import { strayRows } from './rows-side.ts';
import {
  differentError,
  factsOf,
  heldInCache,
  type Judged,
  type RepairFacts,
  runOf,
  unprovedBecause,
  type VerifyFacts,
  type VerifyReport,
} from './verify-report.ts';

/** `quick`: versions will do where there are no checksums. `full`: every record is read, whatever checksums say. */
export type Thoroughness = 'quick' | 'proof' | 'full';

export interface VerifyRequest extends Omit<StreamRequest, 'onProgress'> {
  /** `proof` when left out. */
  thoroughness?: Thoroughness;
  /** How many differences are listed; all are counted. 50 when left out. */
  listed?: number;
  /** Writes the records that differ again from the source, and looks at them once more. */
  repair?: boolean;
  /** Records one repair takes on. 10,000 when left out. */
  repairedAtMost?: number;
  onProgress?: (progress: { system: string; stream: string; compared: number }) => void;
}

/**
 * Compares what the source says with what the cache shows: by checksums that both databases compute where the source
 * can, else record by record. It writes nothing but its result, a row of `verify_runs`: records that differ are asked
 * for by key once more, and what changed in the source since the last pass is told apart from what differs. What
 * differs is repaired, if that is asked for.
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

  await expectReadInFull(request, store);
  const keepsExtras = settings.deletes === 'none' || (request.connector.forgets?.(stream) ?? false);
  const { look, reason } = await firstLook(sides, request, settings.cursor !== undefined);
  const seenAt = hubNow();
  const rechecked = await recheck(sides, look.suspects, { look });
  look.strays = await stillStray(sides, look.strays, rechecked);
  const judging = { look, keepsExtras, seenAt };
  const judged = await judgeAll(sides, rechecked, judging);
  const facts: VerifyFacts =
    request.repair || !defends('verify only reads')
      ? await afterRepair(sides, judged, { request, reason, judging })
      : factsOf(request, { look, reason }, judged);
  const unproved = unprovedBecause(facts);
  if (facts.missing + facts.extra + facts.different > 0) {
    return { ...facts, outcome: 'DIFFERENT', error: differentError(facts) };
  }
  return unproved === null ? { ...facts, outcome: 'EQUAL' } : { ...facts, outcome: 'UNPROVED', unproved };
}

interface FirstLook {
  look: Look;
  /** Why the source was not compared by checksums, to go on after "because"; null where it was. */
  reason: string | null;
}

/** Compares the two sides in the cheapest way that proves what was asked for. */
async function firstLook(
  sides: Sides,
  { system, stream, thoroughness = 'proof', onProgress }: VerifyRequest,
  versioned: boolean,
): Promise<FirstLook> {
  const tell = (compared: number) => onProgress?.({ system, stream, compared });
  if (thoroughness === 'full') {
    return { look: await twice(() => lookAtRecords(sides, tell)), reason: 'it was asked for' };
  }

  const source = await checksumsOf(sides);
  const seen = 'unable' in source ? source : await lookAtChecksums(sides, source, tell);
  if (!('unable' in seen)) return { look: seen, reason: null };
  const look = await twice(() =>
    thoroughness === 'quick' && versioned ? lookAtVersions(sides, tell) : lookAtRecords(sides, tell),
  );
  return { look, reason: seen.unable };
}

/** Rows that come and go while they are counted make one read come up short; hardly ever two in a row. */
async function twice(read: () => Promise<Look>): Promise<Look> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof HubError && error.code === 'SOURCE_INCOMPLETE') return await read();
    throw error;
  }
}

async function checksumsOf({ request }: Sides): Promise<StreamChecksums | Unable> {
  const { connector, stream, signal } = request;
  if (!connector.checksums) return { unable: 'sources of its kind compute no checksums' };
  return await connector.checksums(stream, signal);
}

/** Rows without a record, seen again; those of a record that is missing in the cache are that difference, not another. */
async function stillStray(sides: Sides, strays: readonly StoredRow[], { standing }: Rechecked): Promise<StoredRow[]> {
  const { system, stream } = sides.request;
  const missing = new Set([...standing.keys()].map((key) => sourceRecordId({ system, stream, key })));
  const origins = new Set(strays.map(({ originId }) => originId).filter((id) => !missing.has(id)));
  return await strayRows(sides, origins);
}

interface Judging {
  look: Look;
  /** The stream keeps what the source no longer has; such records are as they should be. */
  keepsExtras: boolean;
  /** When the differences had been seen for the first time. */
  seenAt: string;
}

/** What each record that still differs is: a difference, or one that the next pass or reconcile brings. */
async function judgeAll(
  { request, store }: Sides,
  rechecked: Rechecked,
  { look, keepsExtras, seenAt }: Judging,
): Promise<Judged> {
  const judged: Judged = { rechecked, different: [], pending: [], undecided: [], kept: 0 };
  const lastPass = await readLastPass(request, store, seenAt);
  for (const [key, one] of rechecked.standing) {
    if (keepsExtras && isAbsent(one.source)) judged.kept += 1;
    else {
      const verdict = judge(one, lastPass);
      const list = { DIFFERENT: judged.different, PENDING: judged.pending, UNDECIDED: judged.undecided }[verdict];
      list.push([key, one]);
    }
  }
  const isGone = ([, { source }]: Judged['undecided'][number]) => isAbsent(source) && !source.given;
  const gone = judged.undecided.filter(isGone);
  // What the next reconcile would refuse to delete stays in the cache until somebody looks at it.
  if (gone.length > 0 && !isBelievable(gone.length, heldInCache(look, judged), request)) {
    judged.different.push(...gone);
    judged.undecided = judged.undecided.filter((one) => !isGone(one));
  }
  for (const list of [judged.different, judged.pending, judged.undecided]) list.sort(([a], [b]) => (a < b ? -1 : 1));
  return judged;
}

/** The figures after the repair: what differed, or may have, is read once more from both sides. */
async function afterRepair(
  sides: Sides,
  judged: Judged,
  { request, reason, judging }: { request: VerifyRequest; reason: string | null; judging: Judging },
): Promise<VerifyFacts> {
  const { onProgress: _, ...job } = request;
  const { look } = judging;
  const { repairedAtMost: most } = request;
  const after = await repairStanding(sides, judged, { job, look, most });
  const strays = await repairStrays(sides, look.strays, { job, most });
  const again = await judgeAll(sides, after.rechecked, { ...judging, look: { ...look, strays: strays.rows } });
  const facts = factsOf(request, { look: { ...look, strays: strays.rows }, reason }, again);
  return { ...facts, settled: judged.rechecked.settled.size, repair: together(after.facts, strays.facts) };
}

function together(a: RepairFacts, b: RepairFacts): RepairFacts {
  return {
    found: a.found + b.found,
    repaired: a.repaired + b.repaired,
    left: a.left + b.left,
    error: a.error ?? b.error,
  };
}
