import type { JsonValue } from '../../schema/json.ts';
import { mismatch } from './mismatch.ts';

const number = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;
/** A larger exponent is no number of a record. */
const MOST_DIGITS = 255;

/**
 * One spelling for a whole number, whatever its digits were written with: `4711`, `4711.0`, `4.711e3` and
 * `000000004711` become `4711`. null for what is no whole number.
 */
export function wholeNumberText(text: string): string | null {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = number.exec(text.trim()) ?? [];
  if (whole === '') return null;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point > MOST_DIGITS) return null;
  if (/[1-9]/.test(digits.slice(Math.max(0, point)))) return null;
  const magnitude = digits.slice(0, Math.max(0, point)).padEnd(point, '0').replace(/^0+/, '') || '0';
  return sign === '-' && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

/** As `wholeNumberText`. Throws a mismatch for what is no whole number. */
export function integerText(text: string): string {
  const whole = wholeNumberText(text);
  if (whole === null) throw mismatch('a whole number, as `type: integer` says', text);
  return whole;
}

/**
 * The text that stands for a value in a key. JSON says of a number what it is, so two spellings of one number are one
 * key; of a text it says nothing: `00123` and `123` stay two.
 */
export function keyText(value: JsonValue | undefined, text: string): string {
  return isNumber(value) ? (wholeNumberText(text) ?? text) : text;
}

function isNumber(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null && 'isLosslessNumber' in value;
}
