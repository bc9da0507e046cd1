import { Decimal } from 'decimal.js';

export interface Converter {
  /** The currency all converted amounts are in; null while nothing names one. */
  currency: string | null;
  /** The amount in that currency with four digits behind the point, rounded half up; null without a rate for it. */
  convert(amount: string, currency: string | null): string | null;
}

/** Converts by the settings' rates alone. Exact decimals; an amount without a currency has no rate. */
export function createConverter(currency: string | null, rates: Readonly<Record<string, string>>): Converter {
  const parsed = new Map(Object.entries(rates).map(([code, rate]) => [code, new Decimal(rate)]));
  return {
    currency,
    convert(amount, from) {
      if (from === null || currency === null) return null;
      if (from === currency) return amount;
      const rate = parsed.get(from);
      return rate ? new Decimal(amount).times(rate).toDecimalPlaces(4, Decimal.ROUND_HALF_UP).toFixed() : null;
    },
  };
}
