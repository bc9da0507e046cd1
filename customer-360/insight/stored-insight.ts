import type { StoredInsight } from '../../cache/insight/insight-store.ts';
import type { CustomerNumbers } from './customer-numbers.ts';
import { dateOf } from './models/repeat-buying.ts';

/** The row of a customer's numbers: what lists need in columns of their own, everything as JSON. */
export function storedInsight(
  customerId: string,
  numbers: CustomerNumbers,
  { asOf, computedAt }: { asOf: number; computedAt: string },
): StoredInsight {
  return {
    customerId,
    asOf: dateOf(asOf),
    computedAt,
    grade: numbers.grade,
    stage: numbers.stage,
    segment: numbers.rfm?.segment ?? null,
    atRisk: numbers.churn.atRisk,
    sales: fitting(numbers.buying.sales),
    lifetimeValue: fitting(numbers.lifetimeValue),
    openBalance: fitting(numbers.openBalance),
    lastOrder: numbers.buying.lastOrder,
    openComplaints: numbers.openComplaints,
    numbers: JSON.stringify(numbers),
  };
}

/** Columns hold 14 digits before the point on every database; a sum beyond is in the numbers only. */
function fitting(decimal: string | null): string | null {
  return decimal !== null && (decimal.replace('-', '').split('.')[0]?.length ?? 0) <= 14 ? decimal : null;
}

/** The numbers of such a row. */
export function numbersOf({ numbers }: Pick<StoredInsight, 'numbers'>): CustomerNumbers {
  return JSON.parse(numbers) as CustomerNumbers;
}
