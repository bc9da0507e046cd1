import { BadRequest, type Request, wholeNumber } from '../serving/serve-http.ts';
import { compareText, type Entry, firstIndexWhere, type StampedTable } from '../serving/stamped-table.ts';
import type { EntityType, ErpRow } from './entity-types.ts';
import { comparable, compileFilter } from './odata-filter.ts';

/** However much is asked for, one answer holds no more. */
const MAX_PAGE = 1000;

export interface ReadRequest {
  type: EntityType;
  setName: string;
  table: StampedTable<ErpRow>;
  query: Request['query'];
  headers: Request['headers'];
}

export interface CollectionPage {
  rows: ErpRow[];
  count: number | null;
  nextLink: string | null;
}

const KNOWN_OPTIONS = new Set([
  '$filter',
  '$orderby',
  '$top',
  '$skip',
  '$skiptoken',
  '$count',
  '$select',
  '$expand',
  '$format',
]);

/** One page of an entity set, with the link to the next when there may be more. */
export function readCollection({ type, setName, table, query, headers }: ReadRequest): CollectionPage {
  for (const option of query.keys()) {
    if (option.startsWith('$') && !KNOWN_OPTIONS.has(option))
      throw new BadRequest(`The query option '${option}' is not supported.`);
  }
  const filter = query.get('$filter');
  const matches = filter === undefined ? () => true : compileFilter(filter, type);
  const order = readOrder(query.get('$orderby'), type);
  const entries = table.ordered(order.name, order.compare);
  const token = readToken(query.get('$skiptoken'), order, type);
  const top = wholeNumber(query, '$top', Number.MAX_SAFE_INTEGER) - (token?.served ?? 0);
  const size = Math.min(MAX_PAGE, preferredSize(headers), top);
  let toSkip = token ? 0 : wholeNumber(query, '$skip', 0);

  const rows: ErpRow[] = [];
  const start = token ? firstIndexWhere(entries, (entry) => order.compare(entry, token.after) > 0) : 0;
  for (let i = start; i < entries.length && rows.length < size; i++) {
    const row = entries[i]?.row;
    if (!row || !matches(row)) continue;
    if (toSkip > 0) toSkip--;
    else rows.push(row);
  }
  const last = rows.at(-1);
  const more = last !== undefined && rows.length === size && rows.length < top;
  return {
    rows: rows.map(projection(type, query)),
    count: query.get('$count') === 'true' ? countOf(table, matches) : null,
    nextLink: more ? nextLink(setName, query, writeToken(last, order, (token?.served ?? 0) + rows.length)) : null,
  };
}

/** How many entities fit the filter of a `/$count` request. */
export function countMatching({ type, table, query }: Pick<ReadRequest, 'type' | 'table' | 'query'>): number {
  const filter = query.get('$filter');
  return countOf(table, filter === undefined ? () => true : compileFilter(filter, type));
}

function countOf(table: StampedTable<ErpRow>, matches: (row: ErpRow) => boolean): number {
  return table.byKey().reduce((count, { row }) => (matches(row) ? count + 1 : count), 0);
}

/** What `$select` and `$expand` leave of a row; its key always stays. */
export function projection(type: EntityType, query: Request['query']): (row: ErpRow) => ErpRow {
  const selected = listOption(query, '$select').filter((name) => name !== '*');
  const expanded = listOption(query, '$expand');
  for (const name of selected) {
    if (!(name in type.properties))
      throw new BadRequest(`Could not find a property named '${name}' on type 'sales.${type.name}'.`);
  }
  for (const name of expanded) {
    if (!(name in type.navigation))
      throw new BadRequest(`'${name}' is not a navigation property of 'sales.${type.name}'.`);
  }
  const names = [...new Set(selected.length > 0 ? [type.key, ...selected] : Object.keys(type.properties)), ...expanded];
  return (row) => {
    const projected: ErpRow = {};
    for (const name of names) projected[name] = row[name] ?? null;
    return projected;
  };
}

function listOption(query: Request['query'], name: string): string[] {
  const text = query.get(name)?.trim();
  return text ? text.split(',').map((part) => part.trim()) : [];
}

interface Order {
  name: string;
  properties: string[];
  compare(a: Entry<ErpRow>, b: Entry<ErpRow>): number;
}

/** `$orderby`, always ended by the key, so that the order is total and a page can go on after its last row. */
function readOrder(orderby: string | undefined, type: EntityType): Order {
  const items = (orderby ?? '').split(',').filter((item) => item.trim() !== '');
  const parts = [...items, type.key].map((item) => {
    const [property = '', direction = 'asc'] = item.trim().split(/\s+/);
    const edm = type.properties[property];
    if (!edm) throw new BadRequest(`Could not find a property named '${property}' on type 'sales.${type.name}'.`);
    if (direction !== 'asc' && direction !== 'desc')
      throw new BadRequest(`$orderby expects asc or desc, got '${direction}'.`);
    return { property, edm, sign: direction === 'asc' ? 1 : -1 };
  });
  return {
    name: parts.map(({ property, sign }) => `${property}${sign}`).join(),
    properties: parts.map(({ property }) => property),
    compare(a, b) {
      for (const { property, edm, sign } of parts) {
        const [left, right] = [comparable(a.row[property], edm), comparable(b.row[property], edm)];
        if (left === right) continue;
        if (left === null) return -sign;
        if (right === null) return sign;
        return (
          sign *
          (typeof left === 'string' && typeof right === 'string' ? compareText(left, right) : left < right ? -1 : 1)
        );
      }
      return 0;
    },
  };
}

interface Token {
  after: Entry<ErpRow>;
  served: number;
}

/** The skip token names the last row that was served, so that rows coming and going before it shift nothing. */
function writeToken(last: ErpRow, order: Order, served: number): string {
  const values = order.properties.map((property) => last[property] ?? null);
  return Buffer.from(JSON.stringify([served, ...values])).toString('base64url');
}

function readToken(text: string | undefined, order: Order, type: EntityType): Token | null {
  if (text === undefined) return null;
  const parts: unknown = parseJson(Buffer.from(text, 'base64url').toString());
  if (!Array.isArray(parts) || typeof parts[0] !== 'number' || parts.length !== order.properties.length + 1) {
    throw new BadRequest('The $skiptoken was not given out by this request.');
  }
  const row: ErpRow = {};
  for (const [i, property] of order.properties.entries()) row[property] = parts[i + 1];
  return { served: parts[0], after: { key: String(row[type.key]), stamp: 0, row } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function nextLink(setName: string, query: Request['query'], token: string): string {
  const rest = [...query].filter(([name]) => name !== '$skiptoken' && name !== '$skip');
  return `${setName}?${[...rest, ['$skiptoken', token] as const].map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
}

function preferredSize(headers: Request['headers']): number {
  const preferred = /(?:odata\.)?maxpagesize=(\d+)/.exec(String(headers.prefer ?? ''))?.[1];
  return preferred === undefined ? MAX_PAGE : Math.max(1, Number(preferred));
}
