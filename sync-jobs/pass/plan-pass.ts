import { defends } from '../../config/defences.ts';
import type { CursorSettings } from '../../config/settings/settings.ts';
import type { Checkpoint, InterruptedPass } from './checkpoint.ts';
import { earlier, later, lookBack, versionAt } from './version-window.ts';

/** What one pass is going to read. `resume` is null when it starts at the beginning of its window. */
export interface PassPlan {
  mode: 'FULL' | 'INCREMENTAL';
  /** Why this mode, in words for the run history. */
  reason: string;
  since: string | null;
  resume: string | null;
  /** What the source itself called the place where the last pass ended; null when the pass starts from a version or reads everything. */
  delta: string | null;
  highest: string | null;
  /** The source's clock when an interrupted pass began; null for a new pass. */
  ceiling: string | null;
  /** Our own clock when an interrupted pass began; null for a new pass. */
  begunAt: string | null;
  read: number;
  rejected: number;
  /** How often the pass was started again from its beginning. */
  restarts?: number;
}

export interface PlanRequest {
  checkpoint: Checkpoint;
  mappingHash: string;
  readingHash: string;
  cursor: CursorSettings | undefined;
  /** Reason to read everything, given from outside; null to decide here. */
  forceFull: string | null;
  /** Reason to start an interrupted pass again from its beginning. */
  startAgain?: string | null;
}

/** Decides how a stream is read next. Pure: the whole of "full or incremental, from where, and why". */
export function planPass(request: PlanRequest): PassPlan {
  const { checkpoint, mappingHash, readingHash, cursor, forceFull, startAgain = null } = request;
  const { finished, pass } = checkpoint;
  if (forceFull !== null) return fullPass(forceFull);

  const latest = pass ?? finished;
  if (!latest) return fullPass('the stream has not been read before');
  if (latest.mappingHash !== mappingHash && defends('mapping hash')) return fullPass('the mapping has changed');
  if (latest.readingHash !== readingHash && defends('reading hash'))
    return fullPass('the settings of the stream, or the connector, have changed');

  const delta = finished?.delta ?? null;
  if (pass && startAgain !== null) return fromBeginning(pass, delta, startAgain);
  if (pass && defends('resumed passes')) return resumed(pass, delta);
  if (delta !== null) return { ...fresh, mode: 'INCREMENTAL', reason: changesByDelta, since: null, delta };
  if (!cursor) return fullPass('the stream has no cursor');
  if (!finished || finished.cursor === null) return fullPass('no record has carried a change stamp yet');
  return {
    ...fresh,
    mode: 'INCREMENTAL',
    reason: `changes since ${finished.cursor}`,
    since: defends('lookback') ? lookBack(finished.cursor, cursor) : finished.cursor,
  };
}

/**
 * The cursor a pass leaves when it has read its last page. It is never after the source's clock at the pass's
 * beginning: what changed meanwhile, and what is stamped in the future, is read again. A full pass forgets the old
 * cursor, so that a source restored from a backup is followed.
 */
export function finishedCursor(request: {
  mode: 'FULL' | 'INCREMENTAL';
  previous: string | null;
  highest: string | null;
  ceiling: string | null;
  type: CursorSettings['type'];
}): string | null {
  const { mode, previous, highest, ceiling, type } = request;
  const seen = highest === null ? null : earlier(highest, ceiling === null ? null : versionAt(ceiling, type));
  return mode === 'FULL' ? seen : later(previous, seen);
}

const changesByDelta = "changes since the last pass, by the source's own account";

const fresh = { resume: null, delta: null, highest: null, ceiling: null, begunAt: null, read: 0, rejected: 0 };

function fullPass(reason: string): PassPlan {
  return { ...fresh, mode: 'FULL', reason, since: null };
}

/** A full pass is never told where the one before ended; an incremental one still starts there. */
function resumed(pass: InterruptedPass, delta: string | null): PassPlan {
  const { mode, since, resume, highest, ceiling, begunAt, read, rejected } = pass;
  const reason = pass.reason.startsWith('resumed: ') ? pass.reason : `resumed: ${pass.reason}`;
  const from = mode === 'INCREMENTAL' ? delta : null;
  const restarts = pass.restarts === undefined ? {} : { restarts: pass.restarts };
  return { mode, reason, since, resume, delta: from, highest, ceiling, begunAt, read, rejected, ...restarts };
}

/** The same window once more, as if none of it had been read. */
function fromBeginning({ mode, since, restarts = 0 }: InterruptedPass, delta: string | null, reason: string): PassPlan {
  return { ...fresh, mode, reason, since, delta: mode === 'INCREMENTAL' ? delta : null, restarts: restarts + 1 };
}
