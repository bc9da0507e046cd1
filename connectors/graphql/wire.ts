import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compilePath } from '../mapping/path.ts';

/** One page of a list. */
export interface ConnectionPage {
  items: JsonObject[];
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

/**
 * A connection (`nodes` or `edges`, with `pageInfo`) or a plain list. Throws Error saying what was there instead: what
 * is no list is never an empty one.
 */
export function readConnection(body: JsonValue, resource: string): ConnectionPage {
  const found = at(body, `data.${resource}`);
  if (Array.isArray(found)) return { items: objectsOf(found, resource), endCursor: null, doubt: plainList };
  const nodes = at(found ?? null, 'nodes');
  const edges = at(found ?? null, 'edges');
  const list = Array.isArray(nodes)
    ? nodes
    : Array.isArray(edges)
      ? edges.map((edge) => at(edge, 'node') ?? null)
      : null;
  if (list === null) {
    throw new Error(`expected a list, or a connection with nodes or edges, in ${resource}; check resource and query`);
  }
  const hasNext = at(found ?? null, 'pageInfo.hasNextPage');
  if (typeof hasNext !== 'boolean') {
    throw new Error(`expected ${resource} to tell whether there is more; ask for pageInfo { hasNextPage endCursor }`);
  }
  const endCursor = textOf(at(found ?? null, 'pageInfo.endCursor'));
  if (hasNext && endCursor === null)
    throw new Error(`expected ${resource} to tell its endCursor; ask for it in pageInfo`);
  return { items: objectsOf(list, resource), endCursor: hasNext ? endCursor : null, doubt: null };
}

/** Records asked for by key; those that are not there come as null. */
export function readNodes(body: JsonValue, resource: string): JsonObject[] {
  const found = at(body, `data.${resource}`);
  if (!Array.isArray(found)) throw new Error(`expected a list in ${resource}; check byKey`);
  return objectsOf(
    found.filter((item) => item !== null),
    resource,
  );
}

function objectsOf(list: readonly JsonValue[], resource: string): JsonObject[] {
  return list.map((item) => {
    const isObject = item !== null && typeof item === 'object' && !Array.isArray(item) && !('isLosslessNumber' in item);
    if (isObject) return item as JsonObject;
    throw new Error(`expected records in ${resource}, got ${item === null ? 'null' : 'something else'} in it`);
  });
}

function at(value: JsonValue, path: string): JsonValue | undefined {
  return compilePath(path)({ here: value, outer: null });
}
