import { openCache } from '../../../cache/database/open-cache.ts';
import { createInsightProgress } from '../../../cache/insight/insight-progress.ts';
import { ownerOfThisProcess } from '../../../cache/streams/lease-owner.ts';
import { createSyncStore } from '../../../cache/sync/create-sync-store.ts';
import { type Defence, takeAway } from '../../../config/defences.ts';
import { createLog } from '../../../config/observability/log.ts';
import { hubSettings } from '../../../config/settings/settings.ts';
import { connect, type KnownSource, sourceSchema } from '../../../connectors/kinds.ts';
import { runSync } from '../../../sync-jobs/pass/run-sync.ts';

/** What a process is told, as JSON in its first argument. */
export interface PassOrder {
  cacheUrl: string;
  system: string;
  /** As in the settings file; its stream is `things`. */
  source: object;
  without: Defence | null;
}

/** Longer than any test waits: who gets on has not waited for it. */
const LEASE_TTL = 3_600_000;

/** One pass of a stream, whose outcome is said at the end; it also takes the place of the one who follows orders. */
const order = JSON.parse(process.argv[2] ?? '') as PassOrder;
if (order.without !== null) takeAway(order.without);
const cache = await openCache({ url: order.cacheUrl, poolSize: 2 });
const source: KnownSource = sourceSchema.parse(order.source);
const connector = connect({ system: order.system, settings: source });
const owner = ownerOfThisProcess();
const followed = await createInsightProgress(cache, 'orders').claim(owner);
const { outcome } = await runSync({
  system: order.system,
  stream: 'things',
  source,
  connector,
  cache,
  identity: hubSettings.parse({}).identity,
  priorities: {},
  owner,
  log: createLog({ level: 'silent' }),
  signal: new AbortController().signal,
  leaseTtl: LEASE_TTL,
});
const { leaseOwner } = await createSyncStore(cache).state({ system: order.system, stream: 'things' });
await connector.close();
await cache.close();
process.stdout.write(JSON.stringify({ outcome, followed, leaseOwner }));
