import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { ReadItem } from '../damaged-record.ts';
import type { FoundList, ListPlace } from '../json/list-place.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compilePath } from '../mapping/path.ts';

/** One page of a list. */
export interface ConnectionPage {
  items: ReadItem[];
  /** Where the next page begins; null on the last one, and of a plain list. */
  endCursor: string | null;
  /** Why the last page may not be the end of the list; null where the server says that there is no more. */
  doubt: string | null;
}

const plainList = 'the query asks for a plain list, and a server may cut one without saying so';

/** What a server says went wrong: a query may fail in an answer of status 200, and in half of its fields. */
export interface GraphqlFailure {
  message: string;
  code: string | null;
}

/** The first error of an answer, or null. */
export function failureOf(body: JsonValue): GraphqlFailure | null {
  const errors = at(body, 'errors');
  if (!Array.isArray(errors) || errors.length === 0) return null;
  const [first = null] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const code = at(first, 'extensions.code');
  return {
    message: `${String(at(first, 'message') ?? 'an error')}${more}`,
    code: typeof code === 'string' ? code : null,
  };
}

/** Where an answer may have the records of a connection or plain list. */
export function placesOf(resource: string): ListPlace {
  return { lists: [`data.${resource}`, `data.${resource}.nodes`, `data.${resource}.edges`] };
}

/**
 * A connection (`nodes` or `edges`, with `pageInfo`) or a plain list. Throws Error saying what was there instead: what
 * is no list is never an empty one.
 */
export function readConnection(list: FoundList | null, body: JsonValue, resource: string): ConnectionPage {
  if (list === null) {
    throw new Error(`expected a list, or a connection with nodes or edges, in ${resource}; check resource and query`);
  }
  const items = itemsOf(list, resource);
  if (list.path === `data.${resource}`) return { items, endCursor: null, doubt: plainList };
  const found = at(body, `data.${resource}`);
  const hasNext = at(found ?? null, 'pageInfo.hasNextPage');
  if (typeof hasNext !== 'boolean') {
    throw new Error(`expected ${resource} to tell whether there is more; ask for pageInfo { hasNextPage endCursor }`);
  }
  const endCursor = textOf(at(found ?? null, 'pageInfo.endCursor'));
  if (hasNext && endCursor === null)
    throw new Error(`expected ${resource} to tell its endCursor; ask for it in pageInfo`);
  return { items, endCursor: hasNext ? endCursor : null, doubt: null };
}

/** Records asked for by key; those that are not there come as null. */
export function readNodes(list: FoundList | null, resource: string): ReadItem[] {
  if (list === null) throw new Error(`expected a list in ${resource}; check byKey`);
  return itemsOf({ ...list, items: list.items.filter(({ value }) => value !== null) }, resource);
}

function itemsOf({ path, items }: FoundList, resource: string): ReadItem[] {
  const isEdges = path === `data.${resource}.edges`;
  return items.map(({ value, damage }) => {
    const node = isEdges ? (at(value, 'node') ?? null) : value;
    const isObject = node !== null && typeof node === 'object' && !Array.isArray(node) && !('isLosslessNumber' in node);
    if (damage) return { data: isObject ? (node as JsonObject) : {}, damage };
    if (isObject) return { data: node as JsonObject };
    throw new Error(`expected records in ${resource}, got ${node === null ? 'null' : 'something else'} in it`);
  });
}

function at(value: JsonValue, path: string): JsonValue | undefined {
  return compilePath(path)({ here: value, outer: null });
}
