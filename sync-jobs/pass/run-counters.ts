import type { Completeness } from '../../cache/streams/completeness.ts';
import type { Drift } from '../../cache/streams/drift-event.ts';
import type { PageCounts, RunMode } from '../../cache/sync/sync-store.ts';
import { noCounts, type RunFacts, type StreamRequest } from './sync-run.ts';

/** The counts of a run under way; every committed page is told to `onProgress`. */
export interface Tally {
  facts(): RunFacts;
  page(page: PageCounts, read: number): void;
  deleted(count: number): void;
  /** Changes of the records' shape that were not known of before. */
  drift(events: readonly Drift[]): void;
  /** What the end of the read proved. */
  complete(completeness: Completeness): void;
  /** Records that were missing and are kept. */
  withheld(count: number): void;
}

export function createTally(
  { system, stream, onProgress }: StreamRequest,
  { runId, mode, reason }: { runId: string; mode: RunMode; reason: string | null },
): Tally {
  const counts = { ...noCounts };
  const drift: Drift[] = [];
  let completeness: Completeness | null = null;
  let withheld = 0;
  return {
    facts: () => ({ system, stream, ...counts, runId, mode, reason, drift: [...drift], completeness, withheld }),
    page(page, read) {
      counts.pages += 1;
      counts.read += read;
      counts.changed += page.changed;
      counts.unchanged += page.unchanged;
      counts.deleted += page.deleted;
      counts.quarantined += page.quarantined;
      onProgress?.({ system, stream, mode, ...counts });
    },
    deleted(count) {
      counts.deleted += count;
    },
    drift: (events) => void drift.push(...events),
    complete(found) {
      completeness = found;
    },
    withheld(count) {
      withheld += count;
    },
  };
}
