import type { Cache } from '../../cache/database/database.ts';
import { readStreamPasses } from '../../cache/streams/stream-passes.ts';

export interface Readiness {
  ready: boolean;
  /** What is still missing, for people. */
  reasons: string[];
}

/** Ready means: the database answers, and some stream has been read completely, so that answers are not just empty. */
export async function readiness(cache: Cache): Promise<Readiness> {
  try {
    const passes = await readStreamPasses(cache);
    if (passes.some((pass) => pass.lastSuccessAt !== null)) return { ready: true, reasons: [] };
    return {
      ready: false,
      reasons: ['No stream has been synced yet: run `customer360 sync`, or wait for the schedule.'],
    };
  } catch {
    return { ready: false, reasons: ['The cache database does not answer.'] };
  }
}
