import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../schema/json.ts';

/** SHA-256 of a source record's data; the order of the fields in it does not matter, every digit does. */
export function contentHash(data: JsonObject): string {
  return hash('sha256', canonicalJson(data), 'hex');
}

function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isNumber(value)) return value.toString();
  const fields = Object.keys(value).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`).join(',')}}`;
}

function isNumber(value: JsonValue): value is Exclude<JsonValue, string | boolean | null | JsonValue[] | JsonObject> {
  return typeof value === 'object' && value !== null && 'isLosslessNumber' in value && value.isLosslessNumber === true;
}
