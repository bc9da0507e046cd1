import type { PageCounts, RunMode } from '../cache/sync-store.ts';
import { noCounts, type RunFacts, type StreamRequest } from './sync-run.ts';

/** The counts of a run under way; every committed page is told to `onProgress`. */
export interface Tally {
  facts(): RunFacts;
  page(page: PageCounts, read: number): void;
  deleted(count: number): void;
}

export function createTally(
  { system, stream, onProgress }: StreamRequest,
  { runId, mode, reason }: { runId: string; mode: RunMode; reason: string | null },
): Tally {
  const counts = { ...noCounts };
  return {
    facts: () => ({ system, stream, ...counts, runId, mode, reason }),
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
  };
}
