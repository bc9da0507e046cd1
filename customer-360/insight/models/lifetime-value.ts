import { type BgNbd, expectedPurchases, type RepeatBuying } from './bg-nbd.ts';

/** Weeks of a mean month: 365.25 days / 12 / 7. */
const MONTH_WEEKS = 365.25 / 12 / 7;

export interface Horizon {
  months: number;
  /** Yearly, such as 0.1. */
  discountRate: number;
}

/**
 * Purchases to be expected within the horizon, each month's discounted by its end: Σ (E[Y(m)] − E[Y(m − 1)]) /
 * (1 + d)^(m / 12). Times the amount of a purchase this is the lifetime value (Fader, Hardie and Lee 2005, RFM and CLV,
 * for months instead of a continuous rate).
 */
export function discountedPurchases(
  parameters: BgNbd,
  buying: RepeatBuying,
  { months, discountRate }: Horizon,
): number {
  let before = 0;
  let sum = 0;
  for (let month = 1; month <= months; month++) {
    const until = expectedPurchases(parameters, buying, month * MONTH_WEEKS);
    sum += (until - before) / (1 + discountRate) ** (month / 12);
    before = until;
  }
  return sum;
}
