import type { Cache } from '../../cache/database/database.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings } from '../../config/settings/settings.ts';
import type { Connector } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { runSync } from '../../sync-jobs/pass/run-sync.ts';
import type { SyncRequest } from '../../sync-jobs/pass/sync-run.ts';
import { reconcile } from '../../sync-jobs/reconcile/reconcile.ts';
import { type VerifyRequest, verify } from '../../sync-jobs/verify/verify.ts';

type Fields = Record<string, unknown>;

/** The stream `things` of a real source of any kind, on its way into a real cache. */
export interface StreamUnderTest {
  connector: Connector;
  sync(change?: Partial<SyncRequest>): ReturnType<typeof runSync>;
  reconcile(): ReturnType<typeof reconcile>;
  verify(change?: Partial<VerifyRequest>): ReturnType<typeof verify>;
  /** Source key → the canonical fields of the rows made of it, as the cache shows them. */
  rows(): Promise<Record<string, Fields>>;
  /** Source key → why it does not fit. */
  quarantined(): Promise<Record<string, string>>;
}

const quiet = createLog({ level: 'silent' });

/** `settings` is what somebody would write in the settings file under the name of the source. */
export function streamUnderTest(cache: Cache, system: string, settings: object): StreamUnderTest {
  const source = sourceSchema.parse(settings);
  const connector = connect({ system, settings: source });
  const name = { system, stream: 'things' };
  const store = createSyncStore(cache);
  const request: Omit<SyncRequest, 'onProgress'> = {
    ...name,
    source,
    connector,
    cache,
    identity: hubSettings.parse({}).identity,
    priorities: {},
    owner: 'test',
    log: quiet,
    signal: new AbortController().signal,
  };
  return {
    connector,
    sync: (change) => runSync({ ...request, ...change }),
    reconcile: () => reconcile(request),
    verify: (change) => verify({ ...request, ...change }),
    async rows() {
      const keys = await store.keysOf({ ...name, after: null, first: 10_000 });
      const rows = await store.canonicalRowsOf(keys.map(({ id }) => id));
      return Object.fromEntries(rows.map(({ key, fields }): [string, Fields] => [key, fields]));
    },
    async quarantined() {
      const items = await createQuarantineStore(cache).list({ system, first: 100 });
      return Object.fromEntries(items.map(({ key, message }): [string, string] => [key, message]));
    },
  };
}
