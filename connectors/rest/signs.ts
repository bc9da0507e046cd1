import type { JsonObject, JsonValue } from '../../schema/json.ts';
import { stepsOf } from '../mapping/path.ts';
import { countOf, flagOf, isObject, nextOfLinkHeader } from './wire.ts';

/** Something an answer says about its list, and where. */
interface Sign<T> {
  /** A path of the answer such as `meta.total`, or `header X-Total-Count`. */
  at: string;
  value: T;
}

/** How a further page is named: by its address, by a cursor, or by its number. */
type NextKind = 'link' | 'cursor' | 'page';

/** What an answer says about its list in well-known places, whether or not the settings speak of it. */
export interface Signs {
  /** Whether a further page follows, by a flag. */
  more: Sign<boolean> | null;
  /** A further page that is named. */
  next: Sign<NextKind> | null;
  /** How many records the list has. */
  records: Sign<number> | null;
  /** How many pages the list has. */
  pages: Sign<number> | null;
}

export interface Answered {
  /** The answer without its records. */
  body: JsonValue;
  headers: Readonly<Record<string, string>>;
}

/** Objects of an answer that are about the list and not about its records. */
const envelopes = [
  'meta',
  '_meta',
  'metadata',
  'pagination',
  'paging',
  'page',
  'pageInfo',
  'page_info',
  'pages',
  'info',
  'links',
  '_links',
  'response_metadata',
];

const moreFlags = [
  'has_more',
  'hasMore',
  'has_next',
  'hasNext',
  'has_next_page',
  'hasNextPage',
  'has_more_pages',
  'hasMorePages',
  'hasMoreItems',
  'has_more_items',
  'more',
  'more_records',
  'moreRecords',
  'moreResults',
  'more_items_in_collection',
  'is_truncated',
  'isTruncated',
  'IsTruncated',
  'truncated',
];

const endFlags = [
  'end_of_stream',
  'endOfStream',
  'end_of_list',
  'endOfList',
  'is_last',
  'isLast',
  'is_last_page',
  'isLastPage',
  'last_page',
  'lastPage',
  'last',
  'done',
];

const nextLinks = [
  'next',
  'next_url',
  'nextUrl',
  'next_page_url',
  'nextPageUrl',
  'next_link',
  'nextLink',
  'next_href',
  'nextHref',
  'next_page',
  'nextPage',
  'nextRecordsUrl',
  '@odata.nextLink',
  'odata.nextLink',
  '@nextLink',
  '__next',
];

const nextCursors = [
  'next_cursor',
  'nextCursor',
  'next_page_token',
  'nextPageToken',
  'next_token',
  'nextToken',
  'NextToken',
  'after_cursor',
  'afterCursor',
  'continuation',
  'continuation_token',
  'continuationToken',
  'next_offset',
  'nextOffset',
];

/** Of the list as it is filtered first: some tell beside it how much there is without the filter. */
const recordTotals = [
  'filter_count',
  'recordsFiltered',
  'total_count',
  'totalCount',
  'total_results',
  'totalResults',
  'total_records',
  'totalRecords',
  'total_items',
  'totalItems',
  'total_elements',
  'totalElements',
  'total_entries',
  'totalEntries',
  'total_size',
  'totalSize',
  'recordsTotal',
  'numFound',
  '@odata.count',
  'odata.count',
  '@count',
  '__count',
  'total',
];

const pageTotals = [
  'total_pages',
  'totalPages',
  'page_count',
  'pageCount',
  'last_page',
  'lastPage',
  'num_pages',
  'numPages',
  'pages',
];

const recordHeaders = ['x-total-count', 'x-total', 'x-wp-total', 'x-total-results', 'total-count'];
const pageHeaders = ['x-total-pages', 'x-wp-totalpages'];

/** The signs of an answer. Those at a place of `ignore` count for nothing; `itemsPath` is where its records were. */
export function signsOf({ body, headers }: Answered, itemsPath: string, ignore: readonly string[]): Signs {
  const ignored = new Set(ignore.map((place) => place.toLowerCase()));
  const heeded = <T>(sign: Sign<T>) => {
    const at = sign.at.toLowerCase();
    return !ignored.has(at) && !ignored.has(at.replace('header ', ''));
  };
  const places = placesOf(body, itemsPath);
  const flags = [
    ...found(places, moreFlags, (value) => (typeof value === 'boolean' || isWord(value) ? flagOf(value) : null)),
    ...found(places, endFlags, (value) => {
      const isEnd = typeof value === 'boolean' || isWord(value) ? flagOf(value) : null;
      return isEnd === null ? null : !isEnd;
    }),
  ].filter(heeded);
  const named = [
    ...headerNext(headers),
    ...found(places, nextLinks, nextKind),
    ...listedLinks(places),
    ...found(places, nextCursors, (value) => (nextKind(value) === null ? null : ('cursor' as const))),
  ].filter(heeded);
  const records = [
    ...found(places, recordTotals, countOf),
    ...countsBesideLinks(places),
    ...headerCounts(headers, recordHeaders),
    ...contentRange(headers['content-range']),
  ].filter(heeded);
  const pages = [...found(places, pageTotals, countOf), ...headerCounts(headers, pageHeaders)].filter(heeded);
  return {
    more: flags.find(({ value }) => value) ?? flags[0] ?? null,
    next: named[0] ?? null,
    records: records[0] ?? null,
    pages: pages[0] ?? null,
  };
}

/** Whether a name is one of those that are about a list. */
export function isAboutList(name: string): boolean {
  return (
    about.has(name) ||
    /^(page|per_?page|page_?size|limit|offset|size|start(at)?|count|max_?results|prev(ious)?(_.*)?|first|self|kind|etag|href|object|url|request_?id)$/i.test(
      name,
    )
  );
}

const about = new Set([
  ...envelopes,
  ...moreFlags,
  ...endFlags,
  ...nextLinks,
  ...nextCursors,
  ...recordTotals,
  ...pageTotals,
]);

interface Place {
  prefix: string;
  object: JsonObject;
}

/** The answer, what is around its list, and the envelopes in them. */
function placesOf(body: JsonValue, itemsPath: string): Place[] {
  if (!isObject(body)) return [];
  const around: Place[] = [{ prefix: '', object: body }];
  const steps = itemsPath === '' ? [] : stepsOf(itemsPath).slice(0, -1);
  let outer = body;
  for (const [level, step] of steps.entries()) {
    const inner = outer[step];
    if (!isObject(inner)) break;
    around.push({ prefix: `${steps.slice(0, level + 1).join('.')}.`, object: inner });
    outer = inner;
  }
  const inside = around.flatMap((place) => envelopesIn(place));
  return [...around, ...inside, ...inside.flatMap((place) => envelopesIn(place))];
}

function envelopesIn({ prefix, object }: Place): Place[] {
  return envelopes.flatMap((name) => {
    const inner = object[name];
    return isObject(inner) ? [{ prefix: `${prefix}${name}.`, object: inner }] : [];
  });
}

function found<T>(places: readonly Place[], names: readonly string[], read: (value: JsonValue) => T | null): Sign<T>[] {
  return places.flatMap(({ prefix, object }) =>
    names.flatMap((name) => {
      const value = Object.hasOwn(object, name) ? read(object[name] ?? null) : null;
      return value === null ? [] : [{ at: `${prefix}${name}`, value }];
    }),
  );
}

/** Django and its like: `count` is the total where `next` and `previous` are beside it, and the page's own elsewhere. */
function countsBesideLinks(places: readonly Place[]): Sign<number>[] {
  const beside = places.filter(({ object }) => 'next' in object && 'previous' in object);
  return found(beside, ['count'], countOf);
}

/** `links: [{ rel: next, href: … }]`. */
function listedLinks(places: readonly Place[]): Sign<NextKind>[] {
  return found(places, ['links', 'link', '_links'], (value) => {
    if (!Array.isArray(value)) return null;
    return value.some((link) => isObject(link) && link.rel === 'next') ? 'link' : null;
  });
}

function nextKind(value: JsonValue): NextKind | null {
  if (typeof value === 'string') {
    if (value.trim() === '') return null;
    return /^(https?:|\/|\?)/i.test(value) ? 'link' : 'cursor';
  }
  if (!isObject(value)) {
    const page = countOf(value);
    return page === null || page === 0 ? null : 'page';
  }
  const kinds = ['href', 'url', 'link', 'after', 'starting_after', 'cursor', 'page'].map((name) =>
    nextKind(value[name] ?? null),
  );
  return kinds.find((kind) => kind !== null) ?? null;
}

function headerNext(headers: Readonly<Record<string, string>>): Sign<NextKind>[] {
  if (nextOfLinkHeader(headers.link) !== null) return [{ at: 'header Link', value: 'link' }];
  const page = headers['x-next-page']?.trim();
  return page ? [{ at: 'header X-Next-Page', value: 'page' }] : [];
}

function headerCounts(headers: Readonly<Record<string, string>>, names: readonly string[]): Sign<number>[] {
  return names.flatMap((name) => {
    const value = countOf(headers[name] ?? null);
    return value === null ? [] : [{ at: `header ${name}`, value }];
  });
}

/** `items 0-24/3573`, or without a unit. */
function contentRange(header: string | undefined): Sign<number>[] {
  const total = /^\s*(?!bytes)(?:[\w-]+\s+)?(?:\d+-\d+|\*)\/(\d{1,15})\s*$/i.exec(header ?? '')?.[1];
  return total === undefined ? [] : [{ at: 'header Content-Range', value: Number(total) }];
}

function isWord(value: JsonValue): boolean {
  return typeof value === 'string' && /^(true|false)$/i.test(value);
}
