import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compilePath } from '../mapping/path.ts';

/** The records of an answer. Throws Error saying what was there instead: no list is never an empty one. */
export function readItems(body: JsonValue, itemsPath: string): JsonObject[] {
  const found = at(body, itemsPath);
  const place = itemsPath === '' ? 'as the answer' : `in \`${itemsPath}\``;
  if (!Array.isArray(found)) throw new Error(`expected a list ${place}, got ${shapeOf(found)}; check \`itemsPath\``);
  return found.map((item) => {
    if (isObject(item)) return item;
    throw new Error(`expected a list of objects ${place}, got ${shapeOf(item)} in it`);
  });
}

/** The single record of an answer. */
export function readItem(body: JsonValue, itemPath: string): JsonObject | null {
  const found = at(body, itemPath);
  if (found === undefined || found === null) return null;
  if (isObject(found)) return found;
  throw new Error(`expected one record at \`${itemPath}\`, got ${shapeOf(found)}; check \`itemPath\``);
}

/** A single value of an answer, such as the next cursor; null where there is none. */
export function readText(body: JsonValue, path: string): string | null {
  return textOf(at(body, path));
}

/** The address under `rel="next"` of a Link header (RFC 8288). */
export function nextOfLinkHeader(header: string | undefined): string | null {
  for (const [, address = '', parameters = ''] of (header ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    const [, quoted, bare = ''] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters) ?? [];
    if ((quoted ?? bare).toLowerCase().split(/\s+/).includes('next')) return address;
  }
  return null;
}

function at(body: JsonValue, path: string): JsonValue | undefined {
  return path === '' ? body : compilePath(path)({ here: body, outer: null });
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !('isLosslessNumber' in value);
}

function shapeOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return `an object with ${Object.keys(value).slice(0, 6).join(', ') || 'no fields'}`;
  return 'a single value';
}
