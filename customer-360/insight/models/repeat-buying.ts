import type { BuyingCount, RepeatBuying } from './bg-nbd.ts';

const DAY = 86_400_000;
const WEEK_DAYS = 7;

/** Whole days since 1970 of a business date. */
export function dayOf(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY);
}

/** The business date of such a day. */
export function dateOf(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** (x, tx, T) in weeks of different days with a purchase, ascending; null without any up to `asOf`. */
export function repeatBuyingOf(days: readonly number[], asOf: number): RepeatBuying | null {
  const seen = days.filter((day) => day <= asOf);
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined) return null;
  return { x: seen.length - 1, tx: (last - first) / WEEK_DAYS, T: (asOf - first) / WEEK_DAYS };
}

/** Counts customers by their (x, tx, T), so that a million of them fit as their few different kinds. */
export function createBuyingCounts() {
  const counts = new Map<string, BuyingCount>();
  return {
    add(buying: RepeatBuying, customers = 1): void {
      const key = `${buying.x} ${buying.tx} ${buying.T}`;
      const known = counts.get(key);
      if (known) known.customers += customers;
      else counts.set(key, { ...buying, customers });
    },
    list: (): BuyingCount[] => [...counts.values()],
  };
}
