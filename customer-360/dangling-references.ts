import { createChangeLog } from '../cache/changes/change-log.ts';
import type { Cache } from '../cache/database/database.ts';
import { createInsightProgress } from '../cache/insight/insight-progress.ts';
import { countDangling, createDanglingStore } from '../cache/streams/dangling-references.ts';
import { instantOf } from '../schema/time.ts';

interface CountReferences {
  cache: Cache;
  /** Names this process: only one counts at a time. */
  holder: string;
  signal?: AbortSignal | undefined;
}

/**
 * Counts the references that lead nowhere and writes the counts down, unless nothing has changed since the last time.
 * Resolves to whether it counted.
 */
export async function countReferences({ cache, holder, signal }: CountReferences): Promise<boolean> {
  const progress = createInsightProgress(cache, 'references');
  if (!(await progress.claim(holder))) return false;
  try {
    const sequence = await createChangeLog(cache).last();
    if ((await progress.position()) === sequence) return false;
    const found = await countDangling(cache, signal);
    await createDanglingStore(cache).replace(found, instantOf(Date.now()));
    await progress.moveTo(sequence);
    return true;
  } catch (error) {
    if (signal?.aborted) return false;
    throw error;
  } finally {
    await progress.release(holder);
  }
}
