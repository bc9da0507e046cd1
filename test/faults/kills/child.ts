import { openCache } from '../../../cache/database/open-cache.ts';
import { createLog } from '../../../config/observability/log.ts';
import { hubSettings } from '../../../config/settings/settings.ts';
import { connect, type KnownSource } from '../../../connectors/kinds.ts';
import { runSync } from '../../../sync-jobs/pass/run-sync.ts';
import { reconcile } from '../../../sync-jobs/reconcile/reconcile.ts';
import { kinds } from '../landscape/truth.ts';

/** What a process that will be killed is told, as JSON in its first argument. */
export interface ChildOrder {
  cacheUrl: string;
  system: string;
  source: KnownSource;
  leaseTtl: number;
}

/** Syncs and reconciles for ever, saying `working` before each job: the harness ends it. */
const { cacheUrl, system, source, leaseTtl } = JSON.parse(process.argv[2] ?? '') as ChildOrder;
const cache = await openCache({ url: cacheUrl, poolSize: 4 });
const connector = connect({ system, settings: source });
const log = createLog({ level: 'silent' });
const signal = new AbortController().signal;
for (let round = 0; ; round += 1) {
  for (const stream of kinds) {
    const owner = `child ${process.pid}`;
    const identity = hubSettings.parse({}).identity;
    const request = {
      system,
      stream,
      source,
      connector,
      cache,
      identity,
      priorities: {},
      owner,
      log,
      signal,
      leaseTtl,
    };
    process.stdout.write('working\n');
    if (round % 3 === 2) await reconcile(request);
    else await runSync({ ...request, full: round % 5 === 4 });
  }
}
