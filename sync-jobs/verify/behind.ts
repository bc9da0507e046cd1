import type { SyncStore } from '../../cache/sync/sync-store.ts';
import { HubError } from '../../config/errors.ts';
import type { StreamSettings } from '../../config/settings/settings.ts';
import { type Checkpoint, parseCheckpoint } from '../pass/checkpoint.ts';
import { readingHash } from '../pass/reading-hash.ts';
import { mappingOf } from '../pass/stream-mapping.ts';
import { streamSettingsOf } from '../pass/stream-settings.ts';
import type { StreamRequest } from '../pass/sync-run.ts';
import { lookBack } from '../pass/version-window.ts';
import { guardShrink } from '../reconcile/compare-keys.ts';
import type { Standing } from './recheck.ts';
import { isAbsent, unknown } from './record-state.ts';

/**
 * What a record is on which source and cache do not agree. DIFFERENT: the last pass should have brought what the source
 * has. PENDING: by its stamp it changed after the last pass, and the next one brings it. UNDECIDED: the next pass or
 * reconcile brings it, and nothing tells whether the last one should have.
 */
export type Verdict = 'DIFFERENT' | 'PENDING' | 'UNDECIDED';

/** What the last finished pass of a stream knew. */
export interface LastPass {
  /** Up to which change stamp it read; null where records carry none. */
  cursor: string | null;
  /** From which stamp on the next pass reads; null where it reads without one. */
  since: string | null;
  /** A pass began after the differences were first seen, and has ended: it should have brought them. */
  caughtUp: boolean;
  /** A pass or a reconcile will notice when a record is gone from the source. */
  noticesDeletes: boolean;
}

/** Throws where the last pass did not read the stream in full with the present settings: every record would differ. */
export async function expectReadInFull(
  request: Pick<StreamRequest, 'cache' | 'system' | 'stream' | 'source'>,
  store: SyncStore,
): Promise<void> {
  const { system, stream, source } = request;
  const { finished } = parseCheckpoint((await store.state({ system, stream })).checkpoint);
  const settings = streamSettingsOf(source, request);
  const problem = !finished
    ? 'to have been read in full, but no pass has got to its end yet'
    : finished.mappingHash !== (await mappingOf(request, settings)).hash
      ? 'to have been read with its present mapping, but the mapping has changed since the last pass'
      : finished.readingHash !== readingHash(source.kind, settings)
        ? 'to have been read with its present settings, but they have changed since the last pass'
        : null;
  if (problem === null) return;
  throw new HubError('VERIFY_DIFFERENT', `Expected ${system}/${stream} ${problem}. Sync it first.`, {
    source: system,
    stream,
  });
}

/** What the last pass that has ended by now knew; `seenAt` is when the differences were first seen, by the hub's clock. */
export async function readLastPass(
  { system, stream, source }: Pick<StreamRequest, 'system' | 'stream' | 'source'>,
  store: SyncStore,
  seenAt: string,
): Promise<LastPass> {
  const { checkpoint, lastSuccessAt } = await store.state({ system, stream });
  const { finished }: Checkpoint = parseCheckpoint(checkpoint);
  const { cursor, deletes }: StreamSettings = streamSettingsOf(source, { system, stream });
  const upTo = cursor ? (finished?.cursor ?? null) : null;
  return {
    cursor: upTo,
    since: cursor && upTo !== null && finished?.delta === undefined ? lookBack(upTo, cursor) : null,
    caughtUp: lastSuccessAt !== null && lastSuccessAt >= seenAt,
    noticesDeletes: deletes === 'scan' || finished?.delta !== undefined,
  };
}

/** Judges one record on which the two sides do not agree. Pure. */
export function judge({ source, cache }: Standing, { cursor, since, caughtUp, noticesDeletes }: LastPass): Verdict {
  // It was in the first list, and the second one ended before it.
  if (source === unknown) return 'UNDECIDED';
  const { given } = source;
  const { noted } = cache;
  if (given === undefined && isAbsent(source)) {
    // Rows under a tombstone are no record that went away since.
    return cache.live && noticesDeletes ? 'UNDECIDED' : 'DIFFERENT';
  }
  // The cache was given this very record, so that what it shows was altered.
  const wasRead = noted !== undefined && noted.deletedAt === null && noted.contentHash === given?.contentHash;
  if (wasRead || caughtUp) return 'DIFFERENT';
  const version = given?.version ?? null;
  if (cursor === null || version === null) return 'UNDECIDED';
  // A change without a new stamp.
  if (noted && noted.version !== null && version <= noted.version) return 'DIFFERENT';
  if (version > cursor) return 'PENDING';
  // It may have been committed late, which the lookback is for; what lies before it is not read again.
  return since === null || version >= since ? 'UNDECIDED' : 'DIFFERENT';
}

/** Whether a reconcile would believe that so many records are gone. */
export function isBelievable(gone: number, known: number, { system, stream }: { system: string; stream: string }) {
  try {
    guardShrink({ system, stream, known, missing: gone });
    return true;
  } catch {
    return false;
  }
}
