import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { ReadItem } from '../damaged-record.ts';
import type { FoundList, ListItem, ListPlace } from '../json/list-place.ts';

/** What is read of an answer that lists entities, in either version. */
export interface EntityPage {
  items: ReadItem[];
  /** Entities that are gone, in the changes of a delta link. */
  removed: RemovedEntity[];
  nextLink: string | null;
  /** Where the changes after this answer are asked for; on the last page, from sources that keep track of them. */
  deltaLink: string | null;
  count: number | null;
}

export interface RemovedEntity {
  /** Its address, such as `Orders('4711')`, or only its key; null where it is told by its properties. */
  id: string | null;
  /** What is still told of it: its key, perhaps. */
  data: JsonObject;
}

/** Where an answer has its entities. Some v2 services leave the envelope's envelope out and answer `{"d": […]}`. */
export const entityPlaces: Record<2 | 4, ListPlace> = {
  2: { lists: ['d.results', 'd'] },
  4: { lists: ['value'] },
};

/** The entities of an answer, v2 envelopes and dates unwrapped. Throws Error saying what is missing. */
export function readEntityPage(list: FoundList | null, body: JsonValue, version: 2 | 4): EntityPage {
  const outer = objectOf(body);
  const envelope = version === 2 ? objectOf(outer?.d) : outer;
  if (list === null) {
    const where = version === 2 ? 'd.results' : 'value';
    throw new Error(`expected entities in \`${where}\`, got ${namesOf(body)}; is \`version: ${version}\` right?`);
  }
  const entities = version === 2 ? list.items : list.items.filter(({ value }) => !isLink(value));
  return {
    items: entities.filter(({ value }) => version === 2 || !isRemoved(value)).map((item) => entityOf(item, version)),
    removed:
      version === 2
        ? []
        : entities
            .map(({ value }) => value)
            .filter(isRemoved)
            .map(removedOf),
    nextLink: textAt(envelope, version === 2 ? '__next' : '@odata.nextLink'),
    deltaLink: version === 2 ? null : textAt(envelope, '@odata.deltaLink'),
    count: countOf(textAt(envelope, version === 2 ? '__count' : '@odata.count')),
  };
}

function entityOf({ value, damage }: ListItem, version: 2 | 4): ReadItem {
  const data = objectOf(version === 2 ? unwrapped(value) : withoutControls(value));
  if (!data) throw new Error('expected every entity to be an object, got something else');
  return { data, ...(damage ? { damage } : {}) };
}

/** 4.01 marks what is gone by `@removed`, 4.0 by the context `…/$deletedEntity`. */
function isRemoved(item: JsonValue): boolean {
  const object = objectOf(item);
  return (
    object !== null &&
    (object['@removed'] !== undefined ||
      object['@odata.removed'] !== undefined ||
      contextOf(object).endsWith('/$deletedEntity'))
  );
}

/** Changes of relations between entities, which are no entities. */
function isLink(item: JsonValue): boolean {
  const object = objectOf(item);
  return object !== null && /\/\$(link|deletedLink)$/.test(contextOf(object));
}

function contextOf(object: JsonObject): string {
  return textAt(object, '@odata.context') ?? textAt(object, '@context') ?? '';
}

function removedOf(item: JsonValue): RemovedEntity {
  const object = objectOf(item) ?? {};
  const isOld = contextOf(object).endsWith('/$deletedEntity');
  const id = textAt(object, '@odata.id') ?? textAt(object, '@id') ?? (isOld ? textAt(object, 'id') : null);
  return { id, data: id === null ? entityOf({ value: object }, 4).data : {} };
}

/** v4: what the protocol says about an entity is not part of it. */
function withoutControls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutControls);
  const object = objectOf(value);
  if (!object) return value;
  const own = Object.entries(object).filter(([name]) => !name.includes('@odata.') && !name.startsWith('@'));
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
