import type { InsightSettings } from '../../config/settings/insight-settings.ts';
import { maxUnits, sumUnits, type Units } from '../exact-decimal.ts';

export type Grade = 'A' | 'B' | 'C';

/** The least sales of an A and of a B customer; null while there are no sales at all. */
export interface GradeBounds {
  a: Units | null;
  b: Units | null;
}

/**
 * ABC analysis (Pareto; Dickie 1951): customers from the largest sales down are A while those before them have brought
 * less than the share `a` of all sales, then B up to `b`, then C. Customers with equal sales get the grade of the first
 * of them.
 */
export function gradeBounds(sales: readonly Units[], { a, b }: InsightSettings['grade']): GradeBounds {
  const sorted = descending(sales.map(atLeastNothing));
  const total = sumUnits(sorted);
  const leastWithin = (share: number): Units | null => {
    let before = 0n;
    let least: Units | null = null;
    for (const each of sorted) {
      if (each <= 0n || (share < 1 && Number(before) >= share * Number(total))) break;
      least = each;
      before += each;
    }
    return least;
  };
  return { a: leastWithin(a), b: leastWithin(b) };
}

/** null for a customer without sales in the window. */
export function gradeOf(sales: Units, { a, b }: GradeBounds): Grade | null {
  if (sales <= 0n) return null;
  if (a !== null && sales >= a) return 'A';
  return b !== null && sales >= b ? 'B' : 'C';
}

export interface CurvePoint {
  /** The largest so many percent of the customers, rounded up to whole ones. */
  customersPercent: number;
  customers: number;
  sales: Units;
  salesPercent: number;
}

/**
 * How sales are spread over the customers that bought, measured: 10 points by tenths of them. Who returned more than it
 * bought in the window has brought nothing.
 */
export function salesCurve(sales: readonly Units[]): CurvePoint[] {
  const sorted = descending(sales.map(atLeastNothing));
  const total = sumUnits(sorted);
  if (total === 0n) return [];
  let counted = 0;
  let sum = 0n;
  return Array.from({ length: 10 }, (_, tenth) => {
    const customers = Math.ceil((sorted.length * (tenth + 1)) / 10);
    sum += sumUnits(sorted.slice(counted, customers));
    counted = customers;
    return { customersPercent: (tenth + 1) * 10, customers, sales: sum, salesPercent: percent(sum, total) };
  });
}

function atLeastNothing(sales: Units): Units {
  return maxUnits(0n, sales);
}

/** With two digits behind the point, rounded half up. */
function percent(part: Units, whole: Units): number {
  return Number((part * 20_000n + whole) / (whole * 2n)) / 100;
}

function descending(sales: readonly Units[]): Units[] {
  return [...sales].sort((x, y) => (x > y ? -1 : x < y ? 1 : 0));
}
