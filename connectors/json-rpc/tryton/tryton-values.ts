import { Decimal } from 'decimal.js';
import { DateTime } from 'luxon';
import type { JsonObject, JsonValue } from '../../../schema/json.ts';

/**
 * Tryton's values as plain ones.
 *
 * - numbers, Decimal: their digits as text; date: `2025-07-08`; datetime: an instant, read in the server's zone
 * - timedelta: seconds; bytes: base64; time: `hh:mm:ss`
 * - `"party": 324, "party.": {"code": "C7"}` → `party: {id: "324", code: "C7"}`; a list of linked records likewise
 * - a reference of which more was asked, `"origin": "sale.line,50", "origin.": {"sale": 8}` →
 *   `origin: {reference: "sale.line,50", id: "50", sale: "8"}`
 */
export function plainRecord(record: JsonObject, zone: string): JsonObject {
  const plain: JsonObject = {};
  for (const [name, value] of Object.entries(record)) {
    if (!name.endsWith('.')) plain[name] ??= plainValue(value, zone);
  }
  for (const [name, value] of Object.entries(record)) {
    if (name.endsWith('.')) plain[name.slice(0, -1)] = linked(plain[name.slice(0, -1)], plainValue(value, zone));
  }
  return plain;
}

function linked(id: JsonValue | undefined, record: JsonValue): JsonValue {
  if (typeof id !== 'string' || !id.includes(',')) return record;
  return { reference: id, ...(isObject(record) ? record : {}) };
}

function plainValue(value: JsonValue, zone: string): JsonValue {
  if (typeof value === 'number') return plainNumber(String(value));
  if (Array.isArray(value)) return value.map((item) => plainValue(item, zone));
  if (!isObject(value)) return value !== null && typeof value === 'object' ? plainNumber(value.toString()) : value;
  const wrapped = value.__class__;
  return typeof wrapped === 'string' ? unwrap(wrapped, value, zone) : plainRecord(value, zone);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('isLosslessNumber' in value);
}

/**
 * Quantities are binary floats in Tryton (`20.0`, `1e-05`, a sum of `0.30000000000000004`). 15 significant digits
 * are what a double holds for certain: with them the noise goes and no digit somebody typed does.
 */
function plainNumber(text: string): string {
  if (/^-?\d+$/.test(text)) return text;
  return new Decimal(text).toSignificantDigits(15).toFixed();
}

function unwrap(wrapped: string, value: JsonObject, zone: string): JsonValue {
  switch (wrapped) {
    case 'Decimal':
      return decimalText(textAt(value, 'decimal'));
    case 'date':
      return dateText(value);
    case 'datetime':
      return instantText(value, zone);
    case 'time':
      return timeText(value);
    case 'timedelta':
      return textAt(value, 'seconds');
    case 'bytes':
      return textAt(value, 'base64');
    default:
      return value;
  }
}

/** Text that is no decimal stays as it is: the mapping then puts its record aside. */
function decimalText(text: string): string {
  try {
    return new Decimal(text).toFixed();
  } catch {
    return text;
  }
}

function instantText(value: JsonObject, zone: string): string {
  const micros = textAt(value, 'microsecond').padStart(6, '0');
  const local = `${dateText(value)}T${timeText(value)}`;
  return DateTime.fromISO(`${local}.${micros.slice(0, 3)}`, { zone })
    .toUTC()
    .toFormat(`yyyy-MM-dd'T'HH:mm:ss.SSS'${micros.slice(3)}Z'`);
}

function dateText(value: JsonObject): string {
  return `${textAt(value, 'year').padStart(4, '0')}-${two(value, 'month')}-${two(value, 'day')}`;
}

function timeText(value: JsonObject): string {
  return `${two(value, 'hour')}:${two(value, 'minute')}:${two(value, 'second')}`;
}

function two(value: JsonObject, name: string): string {
  return textAt(value, name).padStart(2, '0');
}

function textAt(value: JsonObject, name: string): string {
  return value[name]?.toString() ?? '0';
}

/** An instant as Tryton takes it in a domain: the server's wall clock. */
export function wrappedInstant(instant: string, zone: string): Record<string, string | number> {
  const { year, month, day, hour, minute, second, millisecond } = DateTime.fromISO(instant, { zone: 'utc' }).setZone(
    zone,
  );
  const microsecond = millisecond * 1000 + Number(instant.slice(23, 26));
  return { __class__: 'datetime', year, month, day, hour, minute, second, microsecond };
}
