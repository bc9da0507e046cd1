import { defends } from '../../../config/defences.ts';
import { plainText, type SqlValue } from '../wire.ts';
import type { ColumnForm } from './column-form.ts';

/** Any column of SQLite: each of its values has a type of its own, and keeps it on its way back. */
export function sqliteForm(column: string): ColumnForm {
  return { shown: column, place: null, placeOf, valuesOf };
}

function placeOf(value: unknown): SqlValue {
  if (!defends('typed keys')) return value === null ? null : String(value);
  if (typeof value === 'bigint' || typeof value === 'number' || Buffer.isBuffer(value)) return value;
  return plainText(value);
}

const whole = /^-?\d{1,19}$/;
const hex = /^(?:[0-9a-f]{2})+$/;

/** A text may be that of a text, a number or a BLOB: a column without a type tells them apart. */
function valuesOf(text: string): SqlValue[] {
  if (!defends('typed keys')) return [text];
  return [text, ...numberOf(text), ...(hex.test(text) ? [Buffer.from(text, 'hex')] : [])];
}

function numberOf(text: string): SqlValue[] {
  const integer = whole.test(text) ? BigInt(text) : null;
  if (integer !== null && BigInt.asIntN(64, integer) === integer) return String(integer) === text ? [integer] : [];
  const number = Number(text);
  return text.trim() !== '' && String(number) === text ? [number] : [];
}
