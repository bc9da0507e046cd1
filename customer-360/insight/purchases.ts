import type { DayOfOrders } from '../../cache/insight/insight-facts.ts';
import { type Units, unitsOf } from '../exact-decimal.ts';
import { dayOf } from './models/repeat-buying.ts';
import type { Converter } from './reporting-currency.ts';
import type { WindowBuying } from './rfm.ts';

/** What one customer bought on one day, in the reporting currency. */
export interface Purchase {
  day: number;
  amount: Units;
  orders: number;
}

/** What was given back on one day, in the reporting currency: returns and credits that are booked as negative orders. */
interface Credit {
  day: number;
  /** Below zero. */
  amount: Units;
}

export interface BuyingHistory {
  /** By day, ascending, each day once. */
  purchases: Purchase[];
  /** They are no purchases: they lower sales, and nothing else. */
  credits: Credit[];
  /** Sums in currencies without a rate, of all time: they are in none of the amounts. */
  notConverted: Map<string | null, Units>;
}

/**
 * A customer's orders by day in one currency. A day whose amount has no rate is a purchase all the same; an order with
 * an amount below zero is none, whatever day it is of.
 */
export function buyingHistoryOf(days: readonly DayOfOrders[], { convert }: Converter): BuyingHistory {
  const byDay = new Map<number, Purchase>();
  const notConverted = new Map<string | null, Units>();
  const credits: Credit[] = [];
  for (const { date, currency, amount, orders, isCredit } of days) {
    const day = dayOf(date);
    const converted = convert(amount, currency);
    if (converted === null) notConverted.set(currency, (notConverted.get(currency) ?? 0n) + unitsOf(amount));
    if (isCredit) {
      if (converted !== null) credits.push({ day, amount: unitsOf(converted) });
      continue;
    }
    const purchase = byDay.get(day) ?? { day, amount: 0n, orders: 0 };
    byDay.set(day, purchase);
    purchase.orders += orders;
    if (converted !== null) purchase.amount += unitsOf(converted);
  }
  return { purchases: [...byDay.values()].sort((a, b) => a.day - b.day), credits, notConverted };
}

/** What lies within the `windowDays` up to `asOf`, sales less credits; null without a purchase there. */
export function withinWindow(
  { purchases, credits }: Pick<BuyingHistory, 'purchases' | 'credits'>,
  { asOf, windowDays }: { asOf: number; windowDays: number },
): WindowBuying | null {
  const isRecent = ({ day }: { day: number }) => day > asOf - windowDays && day <= asOf;
  const recent = purchases.filter(isRecent);
  const last = recent.at(-1);
  const sales = salesOf(recent) + salesOf(credits.filter(isRecent));
  return last ? { last: last.day, purchases: recent.length, sales } : null;
}

export function salesOf(purchases: readonly { amount: Units }[]): Units {
  return purchases.reduce((sum, { amount }) => sum + amount, 0n);
}

const HALF_YEAR = 182;

/** Sales less credits of the last half year over those of the half year before; null where there were none before. */
export function spendingRatioOf({ purchases, credits }: BuyingHistory, asOf: number): number | null {
  const all: readonly Credit[] = [...purchases, ...credits];
  const between = (from: number, to: number) => salesOf(all.filter(({ day }) => day > from && day <= to));
  const before = between(asOf - 2 * HALF_YEAR, asOf - HALF_YEAR);
  return before > 0n ? Number(between(asOf - HALF_YEAR, asOf)) / Number(before) : null;
}

/** Which periods of `periodDays`, counted back from `asOf` (0 the latest), had a purchase; ascending. */
export function activePeriods(purchases: readonly Purchase[], asOf: number, periodDays: number): number[] {
  const periods = purchases.filter(({ day }) => day <= asOf).map(({ day }) => -Math.floor((asOf - day) / periodDays));
  return [...new Set(periods)];
}
