import { hash } from 'node:crypto';
import type { JsonObject } from '../../schema/json.ts';
import { canonicalJson } from '../sql/json-text.ts';

/** SHA-256 of a source record's data; the order of the fields in it does not matter, every digit does. */
export function contentHash(data: JsonObject): string {
  return hash('sha256', canonicalJson(data), 'hex');
}
