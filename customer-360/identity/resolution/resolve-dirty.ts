import type { Cache } from '../../../cache/database/database.ts';
import { createIdentityStore } from '../../../cache/identity/identity-store.ts';
import { instantOf } from '../../../schema/time.ts';
import { learnWhenNone } from './learn-models.ts';
import { createModelReader, type IdentitySettings } from './models-in-use.ts';
import { prepareBatch, type ResolveResult, resolveBatch } from './resolve-batch.ts';

export interface ResolveDirty {
  cache: Cache;
  identity: IdentitySettings;
  /** System → priority of its settings; higher wins in the golden record. */
  priorities: Readonly<Record<string, number>>;
  /** Parties a transaction takes on, whatever it does with them; by what it does when left out. */
  batchSize?: number;
}

/**
 * How many parties a transaction takes on: large enough to share its statements and, of many, the pages of the indexes
 * that it writes; small enough that pages waiting to be saved do not wait long.
 */
interface BatchSizes {
  /** Fewer dirty ones than this are resolved at once. */
  few: number;
  /** Of more, so many get their profiles and keys in one transaction. */
  prepared: number;
  /** Of those, so many are judged in one, and whom they turn out to be linked with. */
  judged: number;
}

const SIZES: BatchSizes = { few: 500, prepared: 10_000, judged: 1_000 };

/** Enough to learn from; a first load then weighs the rest by what it learnt, and not all of it twice. */
const LEARN_AFTER = 20_000;
/** Where it was not enough, this many times as many are looked at before the next try. */
const LEARN_AGAIN = 10;

/**
 * Decides anew who is who for every party marked dirty, batch by batch, each in one transaction. Any number of
 * processes may call it at once. The clusters do not depend on the order in which parties arrived or were resolved.
 */
export async function resolveDirty(request: ResolveDirty): Promise<ResolveResult> {
  const total: ResolveResult = { parties: 0, customers: 0, merged: 0, split: 0 };
  for (let most = LEARN_AFTER; ; most *= LEARN_AGAIN) {
    const some = await resolveSome(request, most);
    add(total, some);
    if (some.parties === 0) return total;
    // Where something was learnt, everybody is dirty again.
    await learnWhenNone(request.cache, request.identity);
  }
}

/**
 * Batches until nobody waits, or until `most` parties have been looked at. While many are dirty, only their profiles
 * are renewed: they are judged when all are.
 */
async function resolveSome({ cache, identity, priorities, batchSize }: ResolveDirty, most: number) {
  const sizes = batchSize === undefined ? SIZES : { few: batchSize, prepared: batchSize, judged: batchSize };
  const some: ResolveResult = { parties: 0, customers: 0, merged: 0, split: 0 };
  const readModels = createModelReader(identity);
  while (await anyWaiting(cache, some.parties < most)) {
    const batch = await cache.transaction(async (sql): Promise<ResolveResult> => {
      const store = createIdentityStore(sql);
      await store.lock();
      const dirty = some.parties < most ? await store.dirtyParties(sizes.prepared) : [];
      const inUse = await readModels(sql);
      const request = { sql, dirty, settings: identity, inUse, priorities, now: instantOf(Date.now()) };
      if (dirty.length < sizes.few) {
        return resolveBatch({ ...request, unjudged: await store.unjudgedParties(sizes.judged) });
      }
      await prepareBatch(request);
      return { parties: dirty.length, customers: 0, merged: 0, split: 0 };
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

/** Whether anybody is to be judged, or dirty where that is asked for. */
async function anyWaiting(cache: Cache, withDirty: boolean): Promise<boolean> {
  const tables = ['identity_unjudged', ...(withDirty ? ['identity_dirty'] : [])];
  for (const table of tables) {
    const rows = await cache.query(`SELECT party_id FROM ${table} LIMIT 1`);
    if (rows.length > 0) return true;
  }
  return false;
}
