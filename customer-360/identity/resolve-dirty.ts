import type { Cache } from '../../cache/cache.ts';
import { createIdentityStore } from '../../cache/identity-store.ts';
import type { HubSettings } from '../../config/settings.ts';
import { instantOf } from '../../schema/time.ts';
import { type ResolveResult, resolveBatch } from './resolve-batch.ts';

export interface ResolveDirty {
  cache: Cache;
  identity: HubSettings['identity'];
  /** System → priority of its settings; higher wins in the golden record. */
  priorities: Readonly<Record<string, number>>;
  /** Dirty parties a transaction takes on. */
  batchSize?: number;
}

/** Large enough to share its statements, small enough that pages waiting to be saved do not wait long. */
const BATCH_SIZE = 500;

/**
 * Decides anew who is who for every party marked dirty, batch by batch, each in one transaction. Any number of
 * processes may call it at once. The clusters do not depend on the order in which parties arrived or were resolved.
 */
export async function resolveDirty({
  cache,
  identity,
  priorities,
  batchSize = BATCH_SIZE,
}: ResolveDirty): Promise<ResolveResult> {
  const total: ResolveResult = { parties: 0, customers: 0, merged: 0, split: 0 };
  while (await anyDirty(cache)) {
    const batch = await cache.transaction((sql) =>
      resolveBatch({
        store: createIdentityStore(sql),
        batchSize,
        defaultCountry: identity.defaultCountry,
        maxShared: identity.maxShared,
        priorities,
        now: instantOf(Date.now()),
      }),
    );
    total.parties += batch.parties;
    total.customers += batch.customers;
    total.merged += batch.merged;
    total.split += batch.split;
  }
  return total;
}

async function anyDirty(cache: Cache): Promise<boolean> {
  const rows = await cache.query('SELECT party_id FROM identity_dirty LIMIT 1');
  return rows.length > 0;
}
