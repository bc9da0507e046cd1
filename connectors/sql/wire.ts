import type { JsonObject, JsonValue } from '../../schema/json.ts';

/** What may stand for a `?`. */
export type SqlValue = string | number | null;

/** A row as a driver gives it. */
export type DriverRow = Record<string, unknown>;

/** A row with every value as text: numbers with the digits the database wrote, dates as they stand there. */
export function plainRow(row: DriverRow): JsonObject {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plainValue(value)]));
}

const zeroDate = /^0000-00-00( 00:00:00(\.0+)?)?$/;

function plainValue(value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (Buffer.isBuffer(value)) return binaryText(value);
  const text = String(value);
  return zeroDate.test(text) ? null : text;
}

/** BIT(1) is how some databases keep a flag; anything longer is shown in hexadecimal. */
function binaryText(value: Buffer): string {
  const [byte = 0] = value;
  return value.length === 1 && byte <= 1 ? String(byte) : value.toString('hex');
}

/** A value on its way back into a statement, to go on after the row it was read from. */
export function parameterOf(value: unknown): SqlValue {
  if (typeof value === 'number' || value === null) return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return String(value);
}
