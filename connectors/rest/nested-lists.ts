import type { RecordMapping } from '../../config/settings/settings.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { compileIsRead } from '../mapping/read-paths.ts';
import type { RestStream } from './settings.ts';
import { isAboutList, type Signs, signsOf } from './signs.ts';
import { countOf, isObject, valueAt } from './wire.ts';

/** A list inside a record, of which the answer holds only a part. */
export interface PartialList {
  /** Where it is, for people. */
  at: string;
  /** The name of the list in the object that holds it. */
  name: string;
  /** What came of it so far. */
  elements: readonly JsonValue[];
  /** The address of what follows; null where the answer does not tell it. */
  link: string | null;
  /** What says that more follows. */
  why: string;
  /** Puts the whole list in the place of its part, and notes that nothing follows. */
  settle(whole: JsonValue[]): void;
}

/** Lists are looked for so deep in a record. */
const MAX_DEPTH = 12;

/** What APIs call the list in an object that is about one page of it. */
const listNames = [
  'data',
  'results',
  'items',
  'records',
  'value',
  'values',
  'nodes',
  'edges',
  'elements',
  'entries',
  'content',
  'rows',
  'member',
];

/** Fields by which an object shows that it is one page of a list, and not a thing that has a list. */
const pagedNames =
  /^(previous|prev|prev_page|limit|offset|page|page_?size|per_?page|size|skip|start(_?at)?|max_?results|page_?info)$/i;

/**
 * Compiles the look for lists inside a record that the source pages: an object around a list that names a next page, or
 * says that there are more elements; or a link beside the list, as OData has it. Only lists count whose elements the
 * mapping reads. null where it reads none.
 */
export function compilePartialLists(stream: RestStream): ((data: JsonObject) => PartialList | null) | null {
  const reading = stream.records.filter(readsElements);
  if (reading.length === 0) return null;
  const isRead = compileIsRead({ ...stream, records: reading });

  function find(value: JsonValue, path: readonly string[]): PartialList | null {
    if (path.length > MAX_DEPTH) return null;
    if (Array.isArray(value)) return firstOf(value, (element) => find(element, path));
    if (!isObject(value)) return null;
    const own = path.length === 0 ? null : partialInside(value, path, isRead);
    return (
      own ??
      partialBeside(value, path, isRead) ??
      firstOf(Object.entries(value), ([name, inner]) => (isRead([...path, name]) ? find(inner, [...path, name]) : null))
    );
  }
  return (data) => find(data, []);
}

/** What follows in the answer to a link: more elements, and perhaps another link. */
export interface FurtherElements {
  elements: readonly JsonValue[];
  link: string | null;
  /** What says that more follows although there is no link; null where nothing does. */
  why: string | null;
}

/** Reads the answer to a link of a partial list. null where it has no list. */
export function furtherElements(body: JsonValue, name: string): FurtherElements | null {
  if (Array.isArray(body)) return { elements: body, link: null, why: null };
  if (!isObject(body)) return null;
  const list = [name, ...listNames].find((one) => Array.isArray(body[one])) ?? onlyList(body);
  if (list === null) return null;
  const elements = body[list] as JsonValue[];
  const { more, next } = saidIn(body);
  const link = more?.value === false || next === null ? null : linkAt(body, next.at);
  const why = link === null ? whyMore(body, elements.length, { countsElements: false }) : null;
  return { elements, link, why };
}

type IsRead = (names: readonly string[]) => boolean;

/** `lines: { data: […], has_more: true }`. */
function partialInside(holder: JsonObject, path: readonly string[], isRead: IsRead): PartialList | null {
  const name = listNames.find((one) => Array.isArray(holder[one])) ?? onlyList(holder);
  if (name === null || !isRead([...path, name])) return null;
  const elements = holder[name] as JsonValue[];
  const why = whyMore(holder, elements.length, { countsElements: true });
  if (why === null) return null;
  const { next } = saidIn(holder);
  return {
    at: [...path, name].join('.'),
    name,
    elements,
    link: next === null ? null : linkAt(holder, next.at),
    why,
    settle(whole) {
      holder[name] = whole;
      noteEnd(holder);
    },
  };
}

const besideLink = /^(.+)@(?:odata\.)?nextLink$/;
const besideCount = /^(.+)@(?:odata\.)?count$/;

/** `Lines: […], 'Lines@odata.nextLink': …`; the list may be empty or left out. */
function partialBeside(holder: JsonObject, path: readonly string[], isRead: IsRead): PartialList | null {
  return firstOf(Object.entries(holder), ([field, said]) => {
    const name = (besideLink.exec(field) ?? besideCount.exec(field))?.[1];
    if (name === undefined || !isRead([...path, name])) return null;
    const list = holder[name] ?? [];
    if (!Array.isArray(list)) return null;
    const isLink = besideLink.test(field);
    const total = isLink ? null : countOf(said);
    if (isLink ? typeof said !== 'string' || said === '' : total === null || total <= list.length) return null;
    if (!isLink && besideLinkOf(holder, name)) return null;
    return {
      at: [...path, name].join('.'),
      name,
      elements: list,
      link: isLink ? String(said) : null,
      why: isLink ? `\`${field}\`` : `\`${field}\` of ${total}`,
      settle(whole) {
        holder[name] = whole;
        delete holder[field];
      },
    };
  });
}

function besideLinkOf(holder: JsonObject, name: string): boolean {
  return Object.keys(holder).some((field) => besideLink.exec(field)?.[1] === name);
}

/** What of an object says that more elements follow than it holds; null where nothing does. */
function whyMore(holder: JsonObject, length: number, { countsElements }: { countsElements: boolean }): string | null {
  const { more, next, records } = saidIn(holder);
  if (more?.value === true) return `\`${more.at}\``;
  if (more === null && next !== null) return `\`${next.at}\``;
  if (countsElements && more === null && records !== null && records.value > length) {
    return `\`${records.at}\` of ${records.value}`;
  }
  return null;
}

/**
 * What an object inside a record says of a list in it. A field such as `next`, `done` or `total` may be about anything
 * there, so it counts only where something else shows that the object is about a page.
 */
function saidIn(holder: JsonObject): Pick<Signs, 'more' | 'next' | 'records'> {
  const { more, next, records } = signsOf({ body: holder, headers: {} }, '', []);
  const isPaged = Object.keys(holder).some((name) => pagedNames.test(name));
  const isQuery = 'nextRecordsUrl' in holder || 'totalSize' in holder;
  const isBare = Object.entries(holder).every(([name, value]) => Array.isArray(value) || isAboutList(name));
  const isSpringPage = 'totalPages' in holder || 'totalElements' in holder;
  const counts = (at: string) => {
    if (at === 'done') return isQuery;
    if (/^(last|last_page|lastPage)$/.test(at)) return isSpringPage;
    if (/^(next|more|truncated|total|total_?items)$/i.test(at)) return isPaged;
    return true;
  };
  const isPage = isPaged || isQuery || isSpringPage || isBare;
  const hasLink = next !== null && (linkAt(holder, next.at) !== null || counts(next.at));
  return {
    more: more && counts(more.at) ? more : null,
    next: hasLink ? next : null,
    records: records && isPage && counts(records.at) ? records : null,
  };
}

/** The address a sign of a next page holds; null where it holds a cursor or number. */
function linkAt(holder: JsonObject, at: string): string | null {
  const value = Object.hasOwn(holder, at) ? holder[at] : valueAt(holder, at);
  const href = isObject(value) ? (value.href ?? value.url) : value;
  if (Array.isArray(href)) {
    const next = href.find((link) => isObject(link) && link.rel === 'next');
    return isObject(next) && typeof next.href === 'string' ? next.href : null;
  }
  return typeof href === 'string' && /^(https?:|\/|\?)/i.test(href) ? href : null;
}

/** As the source writes it where nothing follows. */
function noteEnd(holder: JsonObject): void {
  const { more, next } = signsOf({ body: holder, headers: {} }, '', []);
  if (next) setAt(holder, next.at, null);
  if (more?.value === true) {
    const flag = Object.hasOwn(holder, more.at) ? holder[more.at] : valueAt(holder, more.at);
    setAt(holder, more.at, flag !== true);
  }
}

function setAt(holder: JsonObject, at: string, value: JsonValue): void {
  if (Object.hasOwn(holder, at)) {
    holder[at] = value;
    return;
  }
  const steps = at.split('.');
  const inner = valueAt(holder, steps.slice(0, -1).join('.'));
  if (isObject(inner)) inner[steps.at(-1) ?? ''] = value;
}

function onlyList(holder: JsonObject): string | null {
  const lists = Object.keys(holder).filter((name) => Array.isArray(holder[name]));
  const [only] = lists;
  return only !== undefined && lists.length === 1 ? only : null;
}

/** Whether an entry may look at more of a list than an element at a fixed place. */
function readsElements({ each, when, fields }: RecordMapping): boolean {
  if (each !== undefined || when !== undefined) return true;
  return Object.values(fields).some((field) => typeof field !== 'string' && field.expression !== undefined);
}

function firstOf<T, R>(values: readonly T[], find: (value: T) => R | null): R | null {
  for (const value of values) {
    const found = find(value);
    if (found !== null) return found;
  }
  return null;
}
