import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { ReadItem } from '../damaged-record.ts';
import type { FoundList } from '../json/list-place.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compilePath } from '../mapping/path.ts';

/** The records of an answer. Throws Error saying what was there instead: no list is never an empty one. */
export function readItems(list: FoundList | null, body: JsonValue, itemsPath: string): ReadItem[] {
  const place = itemsPath === '' ? 'as the answer' : `in \`${itemsPath}\``;
  if (list === null) {
    throw new Error(`expected a list ${place}, got ${shapeOf(at(body, itemsPath))}; check \`itemsPath\``);
  }
  return list.items.map(({ value, ...item }) => {
    if (isObject(value)) return { data: value, ...item };
    throw new Error(`expected a list of objects ${place}, got ${shapeOf(value)} in it`);
  });
}

/** The single record of an answer. */
export function readItem(list: FoundList | null, body: JsonValue, itemPath: string): ReadItem | null {
  const [item] = list?.items ?? [];
  if (item && isObject(item.value)) return { ...item, data: item.value };
  const found = at(body, itemPath);
  if (found === undefined || found === null) return null;
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
