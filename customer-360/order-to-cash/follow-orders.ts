import { createChangeLog } from '../../cache/changes/change-log.ts';
import type { Cache } from '../../cache/database/database.ts';
import { createInsightProgress } from '../../cache/insight/insight-progress.ts';
import { nextOrders, type OrderWithDocuments, readOrdersWithDocuments } from '../../cache/records/order-facts.ts';
import {
  type OrderProgress,
  progressOfNothing,
  removeOrderProgress,
  saveOrderProgress,
} from '../../cache/records/order-progress.ts';
import { orderToCash } from './order-to-cash.ts';
import { nextDueOf } from './settlement.ts';

interface FollowOrders {
  cache: Cache;
  /** Names this process: only one works at a time. */
  holder: string;
  /** Aborted to stop after the batch under way. */
  signal?: AbortSignal | undefined;
}

/** Orders whose documents are read and whose progress is written together. */
const BATCH = 500;

/**
 * Works out anew how far the orders are that the change log names, from where it was left off, for lists to be filtered
 * by; all orders the first time, and when the log was not kept for so long. Resolves to how many that were, or null
 * where another process is at it.
 */
export async function followOrders({ cache, holder, signal }: FollowOrders): Promise<number | null> {
  const progress = createInsightProgress(cache, 'orders');
  if (!(await progress.claim(holder))) return null;
  const log = createChangeLog(cache);
  const mayGoOn = async () => !signal?.aborted && (await progress.claim(holder));
  try {
    const from = await progress.position();
    return from === null ? await all() : await changed(from);
  } finally {
    await progress.release(holder);
  }

  async function all(): Promise<number> {
    // what changes from here on is looked at again
    const sequence = await log.last();
    await progress.moveTo(null);
    let done = 0;
    for (let ids = await nextOrders(cache, '', BATCH); ids.length > 0; ) {
      if (!(await mayGoOn())) return done;
      await renew(ids);
      done += ids.length;
      ids = await nextOrders(cache, ids.at(-1) ?? '', BATCH);
    }
    for (let gone = await progressOfNothing(cache, BATCH); gone.length > 0; ) {
      await removeOrderProgress(cache, gone);
      gone = await progressOfNothing(cache, BATCH);
    }
    await progress.moveTo(sequence);
    return done;
  }

  async function changed(from: number): Promise<number> {
    let done = 0;
    for (let position = from, more = true; more; ) {
      const changes = await log.read({ after: position, ignore: 'insight' });
      if (changes.missed) return all();
      const ids = [...(changes.records.get('order') ?? [])].sort();
      for (let start = 0; start < ids.length; start += BATCH) {
        if (!(await mayGoOn())) return done;
        const batch = ids.slice(start, start + BATCH);
        await renew(batch);
        done += batch.length;
      }
      if (changes.through !== position) await progress.moveTo(changes.through);
      position = changes.through;
      more = changes.more;
    }
    return done;
  }

  /** Of those that are there; nothing is left of those that are no more. */
  async function renew(ids: readonly string[]): Promise<void> {
    const orders = await readOrdersWithDocuments(cache, ids);
    const there = new Set(orders.map(({ order }) => order.id));
    const gone = ids.filter((id) => !there.has(id));
    await cache.transaction(async (sql) => {
      await saveOrderProgress(sql, orders.map(progressOf));
      if (gone.length > 0) await removeOrderProgress(sql, gone);
    });
  }
}

/** Nothing was due before the first of days, so that what is stored stays true on every day. */
const BEFORE_ALL = '0000-01-01';

function progressOf(facts: OrderWithDocuments): OrderProgress {
  return {
    orderId: facts.order.id,
    ...orderToCash({ ...facts, today: BEFORE_ALL }),
    nextDue: nextDueOf(facts),
  };
}
