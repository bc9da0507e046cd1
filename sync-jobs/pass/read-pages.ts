import type { Completeness } from '../../cache/streams/completeness.ts';
import type { PreparedPage } from '../../cache/sync/page-record.ts';
import type { SyncStore } from '../../cache/sync/sync-store.ts';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import { eachInSpan, inSpan } from '../../config/observability/tracing.ts';
import type { CursorSettings, StreamSettings } from '../../config/settings/settings.ts';
import type { Page, SourceRecord } from '../../connectors/connector.ts';
import type { MappedRecord } from '../../connectors/mapped-record.ts';
import type { Mapping } from '../../connectors/mapping/compile-mapping.ts';
import { refusedDrift, tellDrift } from '../drift/tell-drift.ts';
import { type ShapeWatch, type WatchedPage, watchShape } from '../drift/watch-shape.ts';
import type { Checkpoint, InterruptedPass } from './checkpoint.ts';
import { completenessOf } from './completeness.ts';
import { hubNow } from './end-run.ts';
import type { HeldLease } from './hold-lease.ts';
import { finishedCursor } from './plan-pass.ts';
import { oneAhead } from './prefetch.ts';
import { tooManyRejected } from './quarantine-threshold.ts';
import type { Tally } from './run-counters.ts';
import type { StreamRequest } from './sync-run.ts';
import { later, latestPlausible, withPlausibleVersion } from './version-window.ts';
import { warnOfFuture } from './warn-of-future.ts';

/** A pass under way; `resume` is null until its first page is committed. */
type RunningPass = Omit<InterruptedPass, 'resume'> & { resume: string | null };

interface ReadPages {
  store: SyncStore;
  held: HeldLease;
  request: StreamRequest;
  runId: string;
  settings: StreamSettings;
  mapping: Mapping;
  /** As it was when the pass began. */
  checkpoint: Checkpoint;
  pass: RunningPass;
  /** The source's own word for where the pass starts; it stays in the checkpoint's `finished` while the pass runs. */
  delta: string | null;
  /** The source's clock. */
  clock: () => string;
  tally: Tally;
}

/**
 * Pulls the pages of one pass and commits each with the checkpoint after it. A page is in the cache with its
 * checkpoint or not at all, so that wherever this ends, the next pass goes on after the last committed page.
 */
export async function readPages(work: ReadPages): Promise<'complete' | 'stopped'> {
  const { store, held, request, runId, settings, mapping, tally } = work;
  const { system, stream } = request;
  let pass = work.pass;
  let writing = false;
  const watch = watchShape({
    name: request,
    settings,
    stored: await store.shape(request),
    madeWith: `${pass.mappingHash} ${pass.readingHash}`,
    pass: { mode: pass.mode, resumed: pass.resume !== null },
  });
  try {
    // The source and the database work at the same time: a page is read and made ready while the one before is written.
    const pages = oneAhead((signal) => readyPages(work, watch, signal), held.signal);
    for await (const { page, records, watched, prepared } of pages) {
      writing = true;
      await warnOfFuture(store, request, page.records, records);
      const { lease } = held;
      const { records: kept, drift, refused } = watched;
      if (refused.length > 0) {
        await store.noteDrift({ ...drift, lease, runId, shape: null, now: hubNow() });
        tally.drift(drift.events);
        tellDrift(request, drift.events);
        throw refusedDrift(request, refused);
      }
      pass = advance(pass, page, kept);

      const spoilt = isSpoilt(pass, page, settings);
      const ended = page.next === null ? endOf(page, pass, request) : null;
      const checkpoint =
        spoilt || ended instanceof HubError
          ? before(work.checkpoint)
          : after(work.checkpoint, pass, page, settings.cursor);
      const mappingHash = mapping.hash;
      const now = hubNow();
      const latestVersion = latestPlausible(work.clock(), settings.cursor);
      const saving = { lease, runId, mappingHash, prepared, checkpoint, drift, latestVersion, now };
      const attributes = { 'customer360.records': page.records.length };
      const counts = await inSpan('save page', { attributes }, () => store.savePage(saving));
      tally.drift(drift.events);
      tellDrift(request, drift.events);
      tally.page(counts, page.records.length);

      if (spoilt) throw tooManyRejectedError(pass, settings, request);
      if (ended instanceof HubError) throw ended;
      if (ended !== null) {
        tally.complete(ended);
        return 'complete';
      }
      held.check();
      if (request.signal.aborted) return 'stopped';
      writing = false;
    }
  } catch (error) {
    held.check();
    // Asked to stop while waiting for a page: nothing is lost by not having it.
    if (request.signal.aborted && !writing) return 'stopped';
    throw error;
  }
  held.check();
  if (request.signal.aborted) return 'stopped';
  throw new HubError('SOURCE_PROTOCOL', 'Expected a last page without a next one, but the pages just ended.', {
    source: system,
    stream,
  });
}

/** A page with all done that can be done before the one before it is written. */
interface ReadyPage {
  page: Page;
  /** The records of the page, none with a version of the future. */
  records: SourceRecord[];
  watched: WatchedPage;
  prepared: PreparedPage;
}

async function* readyPages(work: ReadPages, watch: ShapeWatch, signal: AbortSignal): AsyncGenerator<ReadyPage> {
  const { store, request, settings, mapping, clock, pass, delta } = work;
  const from = { since: pass.since, resume: pass.resume, ...(delta === null ? {} : { delta }) };
  const pages = request.connector.pull(request.stream, from, signal);
  for await (const page of eachInSpan('read page', { kind: 'client' }, pages)) {
    const now = clock();
    const records = page.records.map((record) => withPlausibleVersion(record, now, settings.cursor));
    const attributes = { 'customer360.records': records.length };
    yield await inSpan('map page', { attributes }, async () => {
      const watched = watch.page(await mapping.mapPage(records), page.next === null);
      return { page, records, watched, prepared: await store.preparePage(request, watched.records) };
    });
  }
}

function advance(pass: RunningPass, page: Page, mapped: readonly MappedRecord[]): RunningPass {
  if (page.next !== null && page.next === pass.resume && defends('loop detection')) {
    throw new HubError('SOURCE_PROTOCOL', 'Expected the next page to be another one, but the source named this one.');
  }
  return {
    ...pass,
    resume: page.next,
    highest: mapped.reduce((highest, { record }) => later(highest, record.version), pass.highest),
    read: pass.read + mapped.length,
    rejected: pass.rejected + mapped.filter(({ outcome }) => outcome === 'rejected').length,
  };
}

/** What the last page proves; or, as an error, that records are missing: what came is kept all the same. */
function endOf({ evidence }: Page, { read }: RunningPass, request: StreamRequest): Completeness | HubError {
  try {
    return completenessOf(evidence, read, request);
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
}

/** The checkpoint that says: this page is in, go on after it; or, after the last page, the finished cursor. */
function after(checkpoint: Checkpoint, pass: RunningPass, page: Page, cursor: CursorSettings | undefined): Checkpoint {
  if (page.next !== null) return { ...checkpoint, pass: { ...pass, resume: page.next } };
  const { mode, highest, ceiling, mappingHash, readingHash } = pass;
  const previous = checkpoint.finished?.cursor ?? null;
  const finished = cursor ? finishedCursor({ mode, previous, highest, ceiling, type: cursor.type }) : null;
  const delta = page.delta === undefined ? {} : { delta: page.delta };
  return { ...checkpoint, pass: null, finished: { cursor: finished, ...delta, mappingHash, readingHash } };
}

/** The checkpoint held where it was before the pass, so that what did not fit is read again. */
function before(checkpoint: Checkpoint): Checkpoint {
  return { ...checkpoint, pass: null };
}

function isSpoilt(pass: RunningPass, page: Page, { quarantineThreshold }: StreamSettings): boolean {
  const { read, rejected } = pass;
  return tooManyRejected({ read, rejected, threshold: quarantineThreshold, lastPage: page.next === null });
}

function tooManyRejectedError(
  pass: RunningPass,
  settings: StreamSettings,
  { system, stream }: StreamRequest,
): HubError {
  const allowed = `${Math.round(settings.quarantineThreshold * 100)} %`;
  return new HubError(
    'QUARANTINE_THRESHOLD',
    `Expected at most ${allowed} of the records of ${system}/${stream} not to fit, got ${pass.rejected} of ${pass.read}. ` +
      'Look at the quarantine for the reasons, correct the mapping or the source, or raise quarantineThreshold.',
    { source: system, stream },
  );
}
