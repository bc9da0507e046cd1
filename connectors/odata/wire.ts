import type { JsonObject, JsonValue } from '../../schema/json.ts';

/** What is read of an answer that lists entities, in either version. */
export interface EntityPage {
  items: JsonObject[];
  nextLink: string | null;
  count: number | null;
}

/** The entities of an answer, v2 envelopes and dates unwrapped. Throws Error saying what is missing. */
export function readEntityPage(body: JsonValue, version: 2 | 4): EntityPage {
  // Some v2 services leave the envelope's envelope out and answer `{"d": […]}`.
  const outer = objectOf(body);
  const envelope = version === 2 ? objectOf(outer?.d) : outer;
  const items = version === 2 ? (envelope?.results ?? outer?.d) : envelope?.value;
  if (!Array.isArray(items)) {
    const where = version === 2 ? 'd.results' : 'value';
    throw new Error(`expected entities in \`${where}\`, got ${namesOf(body)}; is \`version: ${version}\` right?`);
  }
  return {
    items: items.map((item) => entityOf(item, version)),
    nextLink: textAt(envelope, version === 2 ? '__next' : '@odata.nextLink'),
    count: countOf(textAt(envelope, version === 2 ? '__count' : '@odata.count')),
  };
}

function entityOf(item: JsonValue, version: 2 | 4): JsonObject {
  const entity = objectOf(version === 2 ? unwrapped(item) : withoutControls(item));
  if (!entity) throw new Error('expected every entity to be an object, got something else');
  return entity;
}

/** v4: what the protocol says about an entity is not part of it. */
function withoutControls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutControls);
  const object = objectOf(value);
  if (!object) return value;
  const own = Object.entries(object).filter(([name]) => !name.includes('@odata.'));
  return Object.fromEntries(own.map(([name, inner]) => [name, withoutControls(inner)]));
}

/** v2: lists come in `results`, dates as `/Date(…)/`, and links to what was not expanded as `__deferred`. */
function unwrapped(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.startsWith('/Date(') ? isoOf(value) : value;
  if (Array.isArray(value)) return value.map(unwrapped);
  const object = objectOf(value);
  if (!object) return value;
  if (Array.isArray(object.results)) return object.results.map(unwrapped);
  const own = Object.entries(object).filter(([name, inner]) => name !== '__metadata' && !isDeferred(inner));
  return Object.fromEntries(own.map(([name, inner]) => [name, unwrapped(inner)]));
}

/** With an offset it is an instant; without, a date and time of no zone. Both count from 1970 in UTC. */
function isoOf(text: string): string {
  const match = /^\/Date\((-?\d{1,16})([+-]\d{1,4})?\)\/$/.exec(text);
  const date = new Date(match ? Number(match[1]) : Number.NaN);
  if (!match || Number.isNaN(date.getTime())) return text;
  const iso = date.toISOString().replace('.000Z', 'Z');
  return match[2] === undefined ? iso.slice(0, -1) : iso;
}

function isDeferred(value: JsonValue): boolean {
  return objectOf(value)?.__deferred !== undefined;
}

function objectOf(value: JsonValue | undefined): JsonObject | null {
  const isObject =
    value !== null && typeof value === 'object' && !Array.isArray(value) && !('isLosslessNumber' in value);
  return isObject ? (value as JsonObject) : null;
}

function textAt(object: JsonObject | null, name: string): string | null {
  const value = object?.[name];
  return value === undefined || value === null || value === '' ? null : value.toString();
}

function countOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

function namesOf(body: JsonValue): string {
  const object = objectOf(body);
  return object ? `an object with ${Object.keys(object).slice(0, 6).join(', ') || 'no fields'}` : 'no object';
}
