import type { Cache } from '../../cache/database/database.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import { runSync } from '../../sync-jobs/pass/run-sync.ts';
import type { SyncRun } from '../../sync-jobs/pass/sync-run.ts';
import { type OrderSource, orderSourceSettings, STREAM, SYSTEM } from './order-source.ts';

const log = createLog({ level: 'warn' });

/** One pass of the orders, as the schedule would run it. Throws where it does not succeed. */
export async function runPass(cache: Cache, { connector }: OrderSource): Promise<SyncRun> {
  const run = await runSync({
    system: SYSTEM,
    stream: STREAM,
    source: orderSourceSettings(),
    connector,
    cache,
    identity: hubSettings.parse({}).identity,
    priorities: {},
    owner: 'bench',
    log,
    signal: new AbortController().signal,
  });
  if (run.outcome === 'FAILED' || run.outcome === 'BUSY') throw run.error;
  if (run.outcome !== 'SUCCEEDED' || run.quarantined > 0) throw new Error(`Expected a clean pass, got ${run.outcome}.`);
  return run;
}
