import { mismatch } from './mismatch.ts';

const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
/** As it is kept; nearly every amount comes so. */
const canonicalText = /^(?:0|-?(?:[1-9]\d{0,14}(?:\.\d{0,3}[1-9])?|0\.\d{0,3}[1-9]))$/;
const MAX_INTEGER_DIGITS = 15;
const MAX_FRACTION_DIGITS = 4;

/**
 * A decimal in canonical form (no leading or trailing zeros), from its text and never through a float.
 * Throws a mismatch where DECIMAL(19,4) could not hold it exactly.
 */
export function exactDecimal(text: string): string {
  if (canonicalText.test(text)) return text;
  const match = decimalText.exec(text.trim());
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = match ?? [];
  if (!match || integer + fraction === '') throw mismatch('a decimal such as 1234.50', text);
  const digits = integer + fraction;
  const point = integer.length + Number(exponent);
  const whole = digits.slice(0, Math.max(0, point)).padEnd(point, '0').replace(/^0+/, '');
  const part = (point < 0 ? '0'.repeat(-point) + digits : digits.slice(point)).replace(/0+$/, '');
  if (whole.length > MAX_INTEGER_DIGITS) throw mismatch(`at most ${MAX_INTEGER_DIGITS} digits before the point`, text);
  if (part.length > MAX_FRACTION_DIGITS) {
    throw mismatch(`at most ${MAX_FRACTION_DIGITS} digits after the point (an expression may $round it)`, text);
  }
  const magnitude = `${whole || '0'}${part && `.${part}`}`;
  return sign === '-' && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

/** An integer a JS number holds exactly. Throws a mismatch for any other text. */
export function exactInteger(text: string): number {
  const match = /^[+-]?\d+(?=(?:\.0*)?$)/.exec(text.trim());
  const value = match ? Number(match[0]) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw mismatch('a whole number', text);
  return value === 0 ? 0 : value;
}
