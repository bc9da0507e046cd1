import { defends } from '../../config/defences.ts';
import type { RecordMapping } from '../../config/settings/settings.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { SourceRecord } from '../connector.ts';
import { compileIsRead } from '../mapping/read-paths.ts';
import { sizesInRecords } from './asked-sizes.ts';
import type { GraphqlStream } from './settings.ts';

/** Lists are looked for so deep in a record. */
const MAX_DEPTH = 12;
/** Where no size was asked for, a list this long may be cut if its length is a multiple of `CUT_STEP`. */
const LONG = 100;
const CUT_STEP = 50;

/**
 * Compiles the look for lists inside a record of which the server gave only a part: no query reads them on. Only lists
 * count whose elements the mapping reads. A record that has such a list is damaged, and so put aside with the reason.
 */
export function compileNestedLists(
  stream: GraphqlStream,
  query: string,
  resource: string,
): (records: readonly SourceRecord[]) => SourceRecord[] {
  const isRead = compileIsRead({ ...stream, records: stream.records.filter(readsElements) });
  const sizes = sizesInRecords(query, stream.variables, resource);

  /** Why a value may be a part, or have one in it; null where it is whole. */
  function partOf(value: JsonValue, path: readonly string[]): string | null {
    if (path.length > MAX_DEPTH) return null;
    if (Array.isArray(value)) return partOfList(value, path, sizes.get(path.join('.')));
    if (!isObject(value)) return null;
    const list = path.length === 0 ? null : connectionList(value);
    for (const [name, inner] of Object.entries(value)) {
      const below = [...path, name];
      const part = name === list && Array.isArray(inner) ? partOfConnection(value, inner, below) : partOf(inner, below);
      if (part !== null) return part;
    }
    return null;
  }

  function partOfConnection(
    connection: JsonObject,
    list: readonly JsonValue[],
    path: readonly string[],
  ): string | null {
    const at = path.slice(0, -1).join('.');
    const { hasNext, total } = saidOf(connection);
    if (isRead(path)) {
      if (hasNext === true) return `${at}: ${expectedWhole(list.length)} and hasNextPage: true. ${advice}`;
      if (total !== null && total > list.length)
        return `${at}: expected ${total} elements, got ${list.length}. ${advice}`;
    }
    if (hasNext === false || total !== null) return partOfElements(list, path);
    return partOfList(list, path, sizes.get(at));
  }

  /** `size` is what was asked for. One element is asked for where the others do not matter. */
  function partOfList(list: readonly JsonValue[], path: readonly string[], size: number | undefined): string | null {
    const { length } = list;
    const isFull = size === undefined ? length >= LONG && length % CUT_STEP === 0 : size > 1 && length >= size;
    if (!isFull || !isRead(path)) return partOfElements(list, path);
    const why = size === undefined ? 'as many as servers cut at by themselves' : 'as many as were asked for';
    return `${path.join('.')}: ${expectedWhole(length)}, ${why}, and nothing that says that there are no more. ${advice}`;
  }

  function partOfElements(list: readonly JsonValue[], path: readonly string[]): string | null {
    for (const element of list) {
      const part = partOf(element, path);
      if (part !== null) return part;
    }
    return null;
  }

  return (records) => {
    if (!defends('whole lists')) return [...records];
    return records.map((record) => {
      if (record.deleted || record.damage !== undefined) return record;
      const damage = partOf(record.data, []);
      return damage === null ? record : { ...record, damage };
    });
  };
}

const expectedWhole = (length: number) => `expected the whole list, got ${length} elements`;
const advice =
  'Ask for more elements at once and for pageInfo { hasNextPage } beside them, or read the list as a stream of its own';

/** Whether an entry may look at more of a list than an element at a fixed place. */
function readsElements({ each, when, fields }: RecordMapping): boolean {
  if (each !== undefined || when !== undefined) return true;
  return Object.values(fields).some((field) => typeof field !== 'string' && field.expression !== undefined);
}

function connectionList(value: JsonObject): string | null {
  return ['nodes', 'edges', 'items'].find((name) => Array.isArray(value[name])) ?? null;
}

function saidOf(connection: JsonObject): { hasNext: boolean | null; total: number | null } {
  const { pageInfo } = connection;
  const hasNext = pageInfo !== undefined && isObject(pageInfo) ? pageInfo.hasNextPage : null;
  const total = ['totalCount', 'totalItems', 'total'].map((name) => numberOf(connection[name])).find((n) => n !== null);
  return { hasNext: typeof hasNext === 'boolean' ? hasNext : null, total: total ?? null };
}

function numberOf(value: JsonValue | undefined): number | null {
  const text = value !== null && typeof value === 'object' && 'isLosslessNumber' in value ? value.toString() : '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function isObject(value: JsonValue): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !('isLosslessNumber' in value);
}
