import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { type ReadItem, readItemsOf } from '../damaged-record.ts';
import type { FoundList } from '../json/list-place.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compilePath } from '../mapping/path.ts';

/** The records of an answer. Throws Error saying what was there instead: no list is never an empty one. */
export function readItems(list: FoundList | null, body: JsonValue, itemsPath: string): ReadItem[] {
  const place = itemsPath === '' ? 'as the answer' : `in \`${itemsPath}\``;
  if (list === null) {
    throw new Error(`expected a list ${place}, got ${shapeOf(valueAt(body, itemsPath))}; check \`itemsPath\``);
  }
  return readItemsOf(list.items, (got) => new Error(`expected a list of objects ${place}, got ${shapeOf(got)} in it`));
}

/** The single record of an answer. */
export function readItem(list: FoundList | null, body: JsonValue, itemPath: string): ReadItem | null {
  const [item] = list?.items ?? [];
  if (item && isObject(item.value)) return { ...item, data: item.value };
  const found = valueAt(body, itemPath);
  if (found === undefined || found === null) return null;
  throw new Error(`expected one record at \`${itemPath}\`, got ${shapeOf(found)}; check \`itemPath\``);
}

/** A single value of an answer, such as the next cursor; null where there is none. */
export function readText(body: JsonValue, path: string): string | null {
  return textOf(valueAt(body, path));
}

/**
 * The address under `rel="next"` of a Link header (RFC 8288). null too where it says `results="false"`: the link is
 * then always there, and nothing behind it.
 */
export function nextOfLinkHeader(header: string | undefined): string | null {
  for (const [, address = '', parameters = ''] of (header ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    const [, quoted, bare = ''] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters) ?? [];
    if (!(quoted ?? bare).toLowerCase().split(/\s+/).includes('next')) continue;
    return /;\s*results\s*=\s*"?false\b/i.test(parameters) ? null : address;
  }
  return null;
}

/** A whole number that is not negative; null for anything else. */
export function countOf(value: JsonValue | undefined): number | null {
  if (value === undefined || typeof value === 'boolean' || Array.isArray(value)) return null;
  const text = String(value);
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;
}

/** What a flag says, also as a word or number; null where it says neither yes nor no. */
export function flagOf(value: JsonValue | undefined): boolean | null {
  if (typeof value === 'boolean') return value;
  const text = value === undefined || value === null || Array.isArray(value) ? '' : String(value).trim().toLowerCase();
  if (['true', '1', 'yes', 'y'].includes(text)) return true;
  return ['false', '0', 'no', 'n'].includes(text) ? false : null;
}

export function valueAt(body: JsonValue, path: string): JsonValue | undefined {
  return path === '' ? body : compilePath(path)({ here: body, outer: null });
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !('isLosslessNumber' in value);
}

function shapeOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return `an object with ${Object.keys(value).slice(0, 6).join(', ') || 'no fields'}`;
  return 'a single value';
}
