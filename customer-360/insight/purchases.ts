import type { DayOfOrders } from '../../cache/insight-facts.ts';
import { type Units, unitsOf } from '../exact-decimal.ts';
import { dayOf } from './repeat-buying.ts';
import type { Converter } from './reporting-currency.ts';
import type { WindowBuying } from './rfm.ts';

/** What one customer bought on one day, in the reporting currency. */
export interface Purchase {
  day: number;
  amount: Units;
  orders: number;
}

export interface BuyingHistory {
  /** By day, ascending, each day once. */
  purchases: Purchase[];
  /** Sums in currencies without a rate, of all time: they are in none of the amounts. */
  notConverted: Map<string | null, Units>;
}

/** A customer's orders by day in one currency. A day whose amount has no rate is a purchase all the same. */
export function buyingHistoryOf(days: readonly DayOfOrders[], { convert }: Converter): BuyingHistory {
  const byDay = new Map<number, Purchase>();
  const notConverted = new Map<string | null, Units>();
  for (const { date, currency, amount, orders } of days) {
    const day = dayOf(date);
    const purchase = byDay.get(day) ?? { day, amount: 0n, orders: 0 };
    byDay.set(day, purchase);
    purchase.orders += orders;
    const converted = convert(amount, currency);
    if (converted === null) notConverted.set(currency, (notConverted.get(currency) ?? 0n) + unitsOf(amount));
    else purchase.amount += unitsOf(converted);
  }
  return { purchases: [...byDay.values()].sort((a, b) => a.day - b.day), notConverted };
}

/** What lies within the `windowDays` up to `asOf`; null without a purchase there. */
export function withinWindow(
  purchases: readonly Purchase[],
  { asOf, windowDays }: { asOf: number; windowDays: number },
): WindowBuying | null {
  const recent = purchases.filter(({ day }) => day > asOf - windowDays && day <= asOf);
  const last = recent.at(-1);
  return last ? { last: last.day, purchases: recent.length, sales: salesOf(recent) } : null;
}

export function salesOf(purchases: readonly Purchase[]): Units {
  return purchases.reduce((sum, { amount }) => sum + amount, 0n);
}

const HALF_YEAR = 182;

/** Sales of the last half year over those of the half year before; null where there were none before. */
export function spendingRatioOf(purchases: readonly Purchase[], asOf: number): number | null {
  const between = (from: number, to: number) => salesOf(purchases.filter(({ day }) => day > from && day <= to));
  const before = between(asOf - 2 * HALF_YEAR, asOf - HALF_YEAR);
  return before > 0n ? Number(between(asOf - HALF_YEAR, asOf)) / Number(before) : null;
}

/** Which periods of `periodDays`, counted back from `asOf` (0 the latest), had a purchase; ascending. */
export function activePeriods(purchases: readonly Purchase[], asOf: number, periodDays: number): number[] {
  const periods = purchases.filter(({ day }) => day <= asOf).map(({ day }) => -Math.floor((asOf - day) / periodDays));
  return [...new Set(periods)];
}
