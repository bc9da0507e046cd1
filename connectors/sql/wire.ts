import { defends } from '../../config/defences.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';

/** A number that goes into a statement digit by digit: as text, MySQL would compare it as a double. */
export interface ExactNumber {
  toSqlString(): string;
}

/** What may stand for a `?`. */
export type SqlValue = string | number | bigint | Buffer | ExactNumber | null;

/** A row as a driver gives it. */
export type DriverRow = Record<string, unknown>;

/** A row with every value as text: numbers with the digits the database wrote, dates as they stand there. */
export function plainRow(row: DriverRow): JsonObject {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plainValue(value)]));
}

const zeroDate = /^0000-00-00( 00:00:00(\.0+)?)?$/;

function plainValue(value: unknown): JsonValue {
  if (typeof value === 'boolean') return value;
  const text = plainText(value);
  return text === null || zeroDate.test(text) ? null : text;
}

/** The text of a value as the database holds it, zero dates as well: bytes in lower-case hexadecimal. */
export function plainText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) && defends('held values') ? value.toString('hex') : String(value);
}

const exactNumber = /^-?\d{1,65}(\.\d{1,38})?$/;

/** The number that a text of digits stands for; null for any other text, which never gets into a statement. */
export function exactNumberOf(text: string): ExactNumber | null {
  return exactNumber.test(text) ? { toSqlString: () => text } : null;
}
