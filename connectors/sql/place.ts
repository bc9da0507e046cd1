import { z } from 'zod';
import { exactNumberOf, type SqlValue } from './wire.ts';

/** The values of a place in a table, each with its type in front: `w:4711`, `b:00ff`. */
export const placeSchema = z.array(
  z
    .string()
    .regex(/^[nwebs]:/)
    .nullable(),
);

/** A value of a place as text, from which it comes back with the type it had. */
export function placeText(value: SqlValue): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return `s:${value}`;
  if (typeof value === 'bigint') return `w:${value}`;
  if (typeof value === 'number') return `n:${value}`;
  return Buffer.isBuffer(value) ? `b:${value.toString('hex')}` : `e:${value.toSqlString()}`;
}

export function valuesOfPlace(texts: z.infer<typeof placeSchema>): SqlValue[] {
  return texts.map((text) => (text === null ? null : sqlValueOf(text.charAt(0), text.slice(2))));
}

function sqlValueOf(type: string, text: string): SqlValue {
  switch (type) {
    case 'w':
      return BigInt(text);
    case 'n':
      return Number(text);
    case 'b':
      return Buffer.from(text, 'hex');
    case 'e':
      return exactNumberOf(text);
    default:
      return text;
  }
}
