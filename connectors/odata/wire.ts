import { defends } from '../../config/defences.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { ReadItem } from '../damaged-record.ts';
import type { FoundList, ListItem, ListPlace } from '../json/list-place.ts';
import type { OdataVersion } from './odata-version.ts';

/** What is read of an answer that lists entities, in any version. */
export interface EntityPage {
  items: Entity[];
  /** Entities that are gone, in the changes of a delta link. */
  removed: RemovedEntity[];
  nextLink: string | null;
  /** Where the changes after this answer are asked for; on the last page, from sources that keep track of them. */
  deltaLink: string | null;
  /** How many entities the list has, where the answer says so. */
  count: number | null;
}

/** One entity without what the protocol says about it. */
export interface Entity extends ReadItem {
  /** Lists inside it of which not all elements came. */
  partial: PartialList[];
}

/** A list inside an entity of which the server gave only a part. */
export interface PartialList {
  /** Where it is in the entity, such as `Lines` or `Lines.Schedules`. */
  path: string;
  /** What came of it. The same array as in `data`: what is added here is added there. */
  elements: JsonValue[];
  /** Where the rest is asked for; null where the server does not say. */
  link: string | null;
  /** How many elements it has, where the server says so. */
  count: number | null;
  /** Only what changed in it came, by `Lines@delta`. */
  changesOnly: boolean;
}

export interface RemovedEntity {
  /** Its address, such as `Orders('4711')`, or only its key; null where it is told by its properties. */
  id: string | null;
  /** What is still told of it: its key, perhaps. */
  data: JsonObject;
}

/** A part of a list inside an entity, asked for by its next link. Its elements need not be objects. */
export interface ElementPage {
  elements: JsonValue[];
  partial: PartialList[];
  nextLink: string | null;
  count: number | null;
}

/** Where an answer has its entities. Some v2 services leave the inner envelope out and answer `{"d": […]}`. */
export const entityPlaces: Record<OdataVersion, ListPlace> = {
  2: { lists: ['d.results', 'd', 'value'] },
  3: { lists: ['value', 'd.results', 'd'] },
  4: { lists: ['value'] },
};

/**
 * The entities of an answer, without control information, in the spelling of any version: `d.__next` and `d.__count`
 * (2 and 3, JSON verbose), `odata.nextLink` (3, JSON light), `@odata.nextLink` (4.0), `@nextLink` (4.01). Throws Error
 * saying what is missing.
 */
export function readEntityPage(list: FoundList | null, body: JsonValue, version: OdataVersion): EntityPage {
  const { items, envelope, isVerbose } = envelopeOf(list, body, version);
  const entities = isVerbose ? items : items.filter(({ value }) => !isRelation(value));
  const isGone = ({ value }: ListItem) => !isVerbose && isRemoved(value);
  return {
    items: entities.filter((item) => !isGone(item)).map((item) => entityOf(item, isVerbose)),
    removed: entities.filter(isGone).map(({ value }) => removedOf(value)),
    nextLink: linkAt(envelope, 'next'),
    deltaLink: linkAt(envelope, 'delta'),
    count: countAt(envelope),
  };
}

/** As `readEntityPage`, for the rest of a list inside an entity. Throws Error where one of its elements is damaged. */
export function readElementPage(
  list: FoundList | null,
  body: JsonValue,
  version: OdataVersion,
  path: string,
): ElementPage {
  const { items, envelope, isVerbose } = envelopeOf(list, body, version);
  const reader = new PlainReader(isVerbose);
  const damaged = items.find(({ damage }) => damage !== undefined);
  if (damaged?.damage) throw new Error(damaged.damage.reason);
  return {
    elements: items.map(({ value }) => reader.plain(value, path)),
    partial: reader.partial,
    nextLink: linkAt(envelope, 'next'),
    count: countAt(envelope),
  };
}

interface Envelope {
  items: readonly ListItem[];
  envelope: JsonObject | null;
  isVerbose: boolean;
}

function envelopeOf(list: FoundList | null, body: JsonValue, version: OdataVersion): Envelope {
  const outer = objectOf(body);
  const isVerbose = list !== null && list.path !== 'value';
  const isNewer = outer !== null && version < 4 && Object.keys(outer).some((name) => name.startsWith('@odata.'));
  if (list !== null && !isNewer) {
    return { items: list.items, envelope: isVerbose ? (objectOf(outer?.d) ?? outer) : outer, isVerbose };
  }
  const where = { 2: '`d.results`', 3: '`value` or `d.results`', 4: '`value`' }[version];
  throw new Error(`expected entities in ${where}, got ${namesOf(body)}; is \`version: ${version}\` right?`);
}

function entityOf({ value, damage }: ListItem, isVerbose: boolean): Entity {
  const reader = new PlainReader(isVerbose);
  const data = objectOf(reader.plain(value, ''));
  if (!data) throw new Error('expected every entity to be an object, got something else');
  return { data, partial: reader.partial, ...(damage ? { damage } : {}) };
}

/** 4.01 marks what is gone by `@removed`, 4.0 by the context `…/$deletedEntity`. */
function isRemoved(item: JsonValue): boolean {
  const object = objectOf(item);
  return (
    object !== null && (controlAt(object, 'removed') !== undefined || contextOf(object).endsWith('/$deletedEntity'))
  );
}

/** Changes of relations between entities, which are no entities. */
function isRelation(item: JsonValue): boolean {
  const object = objectOf(item);
  return object !== null && /\/\$(link|deletedLink)$/.test(contextOf(object));
}

function contextOf(object: JsonObject): string {
  return text(controlAt(object, 'context')) ?? '';
}

function removedOf(item: JsonValue): RemovedEntity {
  const object = objectOf(item) ?? {};
  const isOld = contextOf(object).endsWith('/$deletedEntity');
  const id = text(controlAt(object, 'id')) ?? (isOld ? text(object.id) : null);
  return { id, data: id === null ? entityOf({ value: object }, false).data : {} };
}

/** Takes what the protocol says about values out of them, and notes the lists of which only a part came. */
class PlainReader {
  readonly partial: PartialList[] = [];
  readonly #isVerbose: boolean;

  constructor(isVerbose: boolean) {
    this.#isVerbose = isVerbose;
  }

  plain(value: JsonValue, path: string): JsonValue {
    if (this.#isVerbose && typeof value === 'string') return value.startsWith('/Date(') ? isoOf(value) : value;
    if (Array.isArray(value)) return value.map((item) => this.plain(item, path));
    const object = objectOf(value);
    if (!object) return value;
    return this.#isVerbose ? this.#verbose(object, path) : this.#light(object, path);
  }

  /** Lists come in `results`, and links to what was not expanded as `__deferred`. */
  #verbose(object: JsonObject, path: string): JsonValue {
    if (Array.isArray(object.results)) {
      const elements = object.results.map((item) => this.plain(item, path));
      this.#note({ path, elements, link: linkAt(object, 'next'), count: countAt(object), changesOnly: false });
      return elements;
    }
    const own = Object.entries(object).filter(([name, inner]) => name !== '__metadata' && !isDeferred(inner));
    return Object.fromEntries(own.map(([name, inner]) => [name, this.plain(inner, below(path, name))]));
  }

  /** What is said about a property stands beside it: `Lines@odata.nextLink`, in 4.01 also `Lines@nextLink`. */
  #light(object: JsonObject, path: string): JsonObject {
    const own = new Map<string, JsonValue>();
    const said = new Map<string, Map<string, JsonValue>>();
    for (const [name, inner] of Object.entries(object)) {
      if (!mayBeControl(name)) {
        own.set(name, this.plain(inner, below(path, name)));
        continue;
      }
      const [, property, control] = /^([^@]+)@(?:odata\.)?(\w+)$/.exec(name) ?? [];
      if (property !== undefined && control !== undefined) {
        const about = said.get(property) ?? new Map<string, JsonValue>();
        said.set(property, about.set(control.toLowerCase(), inner));
      } else if (!isControl(name)) own.set(name, this.plain(inner, below(path, name)));
    }
    for (const [name, about] of said) {
      const link = text(about.get('nextlink'));
      const count = wholeNumber(about.get('count'));
      const changesOnly = about.has('delta');
      const list = own.get(name);
      if (link === null && !changesOnly && !(count !== null && Array.isArray(list))) continue;
      // Some services leave the list out, or null, beside the link to all of it.
      const elements = Array.isArray(list) ? list : [];
      own.set(name, elements);
      this.#note({ path: below(path, name), elements, link, count, changesOnly });
    }
    return Object.fromEntries(own);
  }

  #note(list: PartialList): void {
    const isShort = list.count !== null && list.count > list.elements.length;
    if (list.link !== null || isShort || list.changesOnly) this.partial.push(list);
  }
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Most names are those of properties, and records are many. */
function mayBeControl(name: string): boolean {
  return name.includes('@') || name.startsWith('odata.');
}

/** `@odata.etag`, `@etag`, and in version 3 `odata.etag`. A property's name holds neither an @ nor a dot. */
function isControl(name: string): boolean {
  return name.startsWith('@') || name.startsWith('odata.') || name.includes('@odata.');
}

/** With an offset it is an instant; without, a date and time of no zone. Both count from 1970 in UTC. */
function isoOf(written: string): string {
  const match = /^\/Date\((-?\d{1,16})([+-]\d{1,4})?\)\/$/.exec(written);
  const date = new Date(match ? Number(match[1]) : Number.NaN);
  if (!match || Number.isNaN(date.getTime())) return written;
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

/** What an object says about itself under one of the names `@odata.x`, `@x` and `odata.x`. */
function controlAt(object: JsonObject, name: string): JsonValue | undefined {
  return object[`@odata.${name}`] ?? object[`@${name}`] ?? object[`odata.${name}`];
}

const links = { next: /^(?:@?odata\.|@|__)?next(?:link)?$/i, delta: /^(?:@?odata\.|@|__)?delta(?:link)?$/i };
const counts = /^(?:@?odata\.|@|__)count$/i;

const ownSpellings = new Set(['@odata.nextLink', '@odata.deltaLink', '__next']);

/** A link of an envelope, in whatever spelling: one that is not understood would end a list too early. */
function linkAt(envelope: JsonObject | null, which: 'next' | 'delta'): string | null {
  for (const [name, value] of Object.entries(envelope ?? {})) {
    const isLink = links[which].test(name) && (ownSpellings.has(name) || defends('spellings of links'));
    if (isLink && typeof value === 'string' && value !== '') return value;
  }
  return null;
}

function countAt(envelope: JsonObject | null): number | null {
  // Dataverse counts to 5000 and says here that it stopped.
  if (envelope?.['@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded'] === true) return null;
  for (const [name, value] of Object.entries(envelope ?? {})) {
    const count = counts.test(name) ? wholeNumber(value) : null;
    if (count !== null) return count;
  }
  return null;
}

function text(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null || value === '' || Array.isArray(value)) return null;
  return typeof value === 'object' && !('isLosslessNumber' in value) ? null : value.toString();
}

function wholeNumber(value: JsonValue | undefined): number | null {
  const written = text(value);
  return written !== null && /^\d{1,15}$/.test(written) ? Number(written) : null;
}

function namesOf(body: JsonValue): string {
  const object = objectOf(body);
  return object ? `an object with ${Object.keys(object).slice(0, 6).join(', ') || 'no fields'}` : 'no object';
}
