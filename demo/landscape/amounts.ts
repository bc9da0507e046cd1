/** Money in hundredths of the currency's main unit, as an exact whole number. Won have none: always whole hundreds. */
export type Cents = number;

/** Quantities in thousandths of the unit. */
export type Milli = number;

export const currencies = {
  EUR: { perEuro: 1, step: 1 },
  USD: { perEuro: 1.1, step: 1 },
  GBP: { perEuro: 0.86, step: 1 },
  CNY: { perEuro: 7.8, step: 1 },
  KRW: { perEuro: 1480, step: 100 },
} as const;

export type Currency = keyof typeof currencies;

/** The nearest amount the currency has. */
export function roundTo(amount: number, currency: Currency): Cents {
  const { step } = currencies[currency];
  return Math.round(amount / step) * step;
}

/** `-12.30`: the decimal text of a whole number of 10^-digits. */
export function decimalText(value: number, digits: number): string {
  const text = String(Math.abs(value)).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const sign = value < 0 ? '-' : '';
  return `${sign}${whole}.${text.slice(text.length - digits)}`;
}
