import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { stepsOf } from '../mapping/path.ts';
import type { FoundList, ListPlace } from './list-place.ts';

/** An answer, and the list that was in it. */
export interface CutAnswer {
  /** The answer with the list empty in it, and without the single record. */
  rest: JsonValue;
  list: FoundList | null;
}

/** Takes the list out of an answer that was parsed as a whole. Changes `body`. */
export function cutList(body: JsonValue, place: ListPlace): CutAnswer {
  let rest = body;
  let list: FoundList | null = null;
  for (const path of place.lists) {
    const found = valueAt(rest, stepsOf(path));
    if (!Array.isArray(found)) continue;
    list ??= { path, items: found.map((value) => ({ value })) };
    rest = replaced(rest, stepsOf(path), []);
  }
  if (list !== null || place.record === undefined) return { rest, list };
  const found = valueAt(rest, stepsOf(place.record));
  if (!isObject(found)) return { rest, list };
  return { rest: replaced(rest, stepsOf(place.record), {}), list: { path: place.record, items: [{ value: found }] } };
}

function valueAt(body: JsonValue, steps: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = body;
  for (const step of steps) value = isContainer(value) ? childOf(value, step) : undefined;
  return value;
}

function childOf(value: JsonObject | JsonValue[], step: string): JsonValue | undefined {
  return Object.hasOwn(value, step) ? (value as JsonObject)[step] : undefined;
}

function replaced(body: JsonValue, steps: readonly string[], by: JsonValue): JsonValue {
  const last = steps.at(-1);
  if (last === undefined) return by;
  const holder = valueAt(body, steps.slice(0, -1));
  if (isContainer(holder)) (holder as JsonObject)[last] = by;
  return body;
}

function isContainer(value: JsonValue | undefined): value is JsonObject | JsonValue[] {
  return Array.isArray(value) || isObject(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !('isLosslessNumber' in value);
}
