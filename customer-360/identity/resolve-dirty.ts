import type { Cache } from '../../cache/cache.ts';
import { createIdentityStore } from '../../cache/identity-store.ts';
import { instantOf } from '../../schema/time.ts';
import { learnWhenNone } from './learn-models.ts';
import { createModelReader, type IdentitySettings } from './models-in-use.ts';
import { type ResolveResult, resolveBatch } from './resolve-batch.ts';

export interface ResolveDirty {
  cache: Cache;
  identity: IdentitySettings;
  /** System → priority of its settings; higher wins in the golden record. */
  priorities: Readonly<Record<string, number>>;
  /** Dirty parties a transaction takes on. */
  batchSize?: number;
}

/** Large enough to share its statements, small enough that pages waiting to be saved do not wait long. */
const BATCH_SIZE = 500;

/** Enough to learn from; a first load then weighs the rest by what it learnt, and not all of it twice. */
const LEARN_AFTER = 20_000;

/**
 * Decides anew who is who for every party marked dirty, batch by batch, each in one transaction. Any number of
 * processes may call it at once. The clusters do not depend on the order in which parties arrived or were resolved.
 */
export async function resolveDirty(request: ResolveDirty): Promise<ResolveResult> {
  const total: ResolveResult = { parties: 0, customers: 0, merged: 0, split: 0 };
  for (;;) {
    const some = await resolveSome(request);
    add(total, some);
    if (some.parties === 0) return total;
    // Where something was learnt, everybody is dirty again.
    await learnWhenNone(request.cache, request.identity);
  }
}

/** Batches until nobody is dirty, or until there may be enough to learn from. */
async function resolveSome({ cache, identity, priorities, batchSize = BATCH_SIZE }: ResolveDirty) {
  const some: ResolveResult = { parties: 0, customers: 0, merged: 0, split: 0 };
  const readModels = createModelReader(identity);
  while (some.parties < LEARN_AFTER && (await anyDirty(cache))) {
    const batch = await cache.transaction(async (sql) => {
      const store = createIdentityStore(sql);
      await store.lock();
      const dirty = await store.dirtyParties(batchSize);
      const inUse = await readModels(sql);
      return resolveBatch({ sql, dirty, settings: identity, inUse, priorities, now: instantOf(Date.now()) });
    });
    add(some, batch);
  }
  return some;
}

function add(total: ResolveResult, batch: ResolveResult): void {
  total.parties += batch.parties;
  total.customers += batch.customers;
  total.merged += batch.merged;
  total.split += batch.split;
}

async function anyDirty(cache: Cache): Promise<boolean> {
  const rows = await cache.query('SELECT party_id FROM identity_dirty LIMIT 1');
  return rows.length > 0;
}
