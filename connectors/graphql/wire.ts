import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { type ReadItem, readItemsOf } from '../damaged-record.ts';
import type { FoundList, ListPlace } from '../json/list-place.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compilePath, stepsOf } from '../mapping/path.ts';

/** One page of a list. */
export interface ListAnswer {
  items: ReadItem[];
  /** Whether the records are in `nodes` or `edges`. */
  isConnection: boolean;
  /** Whether more follows, as `pageInfo` says; null where it says nothing. */
  hasNext: boolean | null;
  /** Where the next page begins; null where the server does not say, or nothing follows. */
  endCursor: string | null;
  /** How many records the list has, where the answer says so. */
  total: number | null;
}

/** What a server says went wrong: a query may fail in an answer of status 200, and in half of its fields. */
export interface GraphqlFailure {
  message: string;
  code: string | null;
}

/** The first error of an answer, or null. */
export function failureOf(body: JsonValue): GraphqlFailure | null {
  const errors = at(body, 'errors');
  if (errors === undefined || errors === null) return null;
  if (!Array.isArray(errors)) return { message: 'errors that are no list', code: null };
  const [first = null] = errors;
  if (first === null) return null;
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
 * A connection (`nodes` or `edges`, with `pageInfo`) or a plain list, and what stands beside its records about it.
 * Throws Error saying what was there instead: what is no list is never an empty one.
 */
export function readListAnswer(
  list: FoundList | null,
  body: JsonValue,
  { resource, totalPath }: { resource: string; totalPath: string | undefined },
): ListAnswer {
  if (list === null) {
    throw new Error(`expected a list, or a connection with nodes or edges, in ${resource}; check resource and query`);
  }
  const items = itemsOf(list, resource);
  const around = aroundOf(list, body, resource);
  const hasNext = at(around, 'pageInfo.hasNextPage');
  const flag = moreFlags.find((name) => at(around, name) === true);
  if (typeof hasNext !== 'boolean' && flag !== undefined) {
    throw new Error(
      `expected pageInfo { hasNextPage endCursor } in ${resource}, got ${flag}: true, which says that there is more`,
    );
  }
  return {
    items,
    isConnection: list.path !== `data.${resource}`,
    hasNext: typeof hasNext === 'boolean' ? hasNext : null,
    endCursor: hasNext === true ? textOf(at(around, 'pageInfo.endCursor')) : null,
    total: totalPath === undefined ? firstNumber(around, totals) : toldTotal(body, totalPath),
  };
}

/** What stands beside the records of a list: the connection, or the object that has the list as one of its fields. */
function aroundOf({ path }: FoundList, body: JsonValue, resource: string): JsonValue {
  if (path !== `data.${resource}`) return at(body, `data.${resource}`) ?? null;
  const steps = stepsOf(resource);
  let around = at(body, 'data') ?? null;
  if (steps.length === 1) return null;
  for (const step of steps.slice(0, -1)) around = (isObject(around) ? around[step] : undefined) ?? null;
  return around;
}

const moreFlags = ['hasNextPage', 'hasMore', 'has_more', 'hasNext'];
const totals = [
  'totalCount',
  'totalItems',
  'total_count',
  'totalElements',
  'totalResults',
  'total',
  'pageInfo.totalCount',
  'pageInfo.total',
];

function firstNumber(around: JsonValue, paths: readonly string[]): number | null {
  for (const path of paths) {
    const number = numberAt(around, path);
    if (number !== null) return number;
  }
  return null;
}

function toldTotal(body: JsonValue, path: string): number {
  const total = numberAt(at(body, 'data') ?? null, path);
  if (total === null) throw new Error(`expected the number of all records in ${path}; check totalPath and query`);
  return total;
}

function numberAt(value: JsonValue, path: string): number | null {
  const found = at(value, path);
  if (found === undefined || found === null || Array.isArray(found) || isObject(found)) return null;
  const text = found.toString();
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !('isLosslessNumber' in value);
}

/** Records asked for by key; those that are not there come as null. */
export function readNodes(list: FoundList | null, resource: string): ReadItem[] {
  if (list === null) throw new Error(`expected a list in ${resource}; check byKey`);
  return itemsOf({ ...list, items: list.items.filter(({ value }) => value !== null) }, resource);
}

function itemsOf({ path, items }: FoundList, resource: string): ReadItem[] {
  const isEdges = path === `data.${resource}.edges`;
  const nodes = isEdges ? items.map((edge) => ({ ...edge, value: at(edge.value, 'node') ?? null })) : items;
  const refuse = (got: JsonValue) =>
    new Error(`expected records in ${resource}, got ${got === null ? 'null' : 'something else'} in it`);
  return readItemsOf(nodes, refuse);
}

function at(value: JsonValue, path: string): JsonValue | undefined {
  return compilePath(path)({ here: value, outer: null });
}
