import type { Micros } from '../landscape/calendar.ts';

/** One record of a source as it serves it, with what it is found and ordered by. */
export interface Entry<R> {
  key: string;
  /** When it was last written. */
  stamp: Micros;
  row: R;
}

/** The records of one kind of a source, in memory. */
export interface StampedTable<R> {
  readonly size: number;
  get(key: string): Entry<R> | undefined;
  put(entry: Entry<R>): void;
  delete(key: string): boolean;
  /** All entries in the order `compare` gives; kept under `name` until something changes. */
  ordered(name: string, compare: (a: Entry<R>, b: Entry<R>) => number): readonly Entry<R>[];
  /** All entries by (stamp, key). */
  byStamp(): readonly Entry<R>[];
  byKey(): readonly Entry<R>[];
}

export function createStampedTable<R>(): StampedTable<R> {
  const entries = new Map<string, Entry<R>>();
  const orders = new Map<string, readonly Entry<R>[]>();

  function ordered(name: string, compare: (a: Entry<R>, b: Entry<R>) => number): readonly Entry<R>[] {
    const kept = orders.get(name);
    if (kept) return kept;
    const sorted = [...entries.values()].sort(compare);
    orders.set(name, sorted);
    return sorted;
  }

  return {
    get size() {
      return entries.size;
    },
    get: (key) => entries.get(key),
    put(entry) {
      entries.set(entry.key, entry);
      orders.clear();
    },
    delete(key) {
      orders.clear();
      return entries.delete(key);
    },
    ordered,
    byStamp: () => ordered('stamp', (a, b) => a.stamp - b.stamp || compareText(a.key, b.key)),
    byKey: () => ordered('key', (a, b) => compareText(a.key, b.key)),
  };
}

/** Text order by code unit, as databases with binary collation have it. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first index at which `isAfter` holds, in a list where it holds from some index on. */
export function firstIndexWhere<T>(list: readonly T[], isAfter: (item: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = list[middle];
    if (item !== undefined && isAfter(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
