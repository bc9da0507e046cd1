import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'lossless-json';
import type { Connector, SourceRecord } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { type Answer, type Loopback, startLoopback } from './loopback.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const live = () => new AbortController().signal;

const line = (n: number) => ({ no: n, sku: `S${n}` });
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => line(from + n));

/** A mapping that reads the lines of an order at `each`. */
const mapped = (each: string) => [
  { entity: 'order', fields: { orderNumber: 'id', status: { const: 'CONFIRMED' } } },
  { entity: 'orderLine', each, key: ['^.id', 'no'], fields: { orderId: '^.id', lineNo: 'no', sku: 'sku' } },
];

async function serve(
  order: object,
  each: string,
  answers: Record<string, Answer> = {},
  change: object = {},
): Promise<{ server: Loopback; connector: Connector }> {
  const server = await startLoopback(null, (url) => {
    if (url.pathname === '/api/orders')
      return {
        body: [
          { id: 'A', ...order },
          { id: 'B', note: 'whole' },
        ],
      };
    if (url.pathname === '/api/orders/A') return { body: { id: 'A', ...order } };
    return answers[`${url.pathname}${url.search}`] ?? { status: 404, body: { error: 'no such path' } };
  });
  const settings = sourceSchema.parse({
    kind: 'rest',
    url: `${server.origin}/api`,
    paging: { type: 'none' },
    streams: {
      things: { resource: '/orders', key: 'id', byKey: { path: '/orders/{key}' }, records: mapped(each), ...change },
    },
  });
  const connector = connect({ system: 'erp', settings });
  cleanups.push(server.stop, () => connector.close());
  return { server, connector };
}

async function read(connector: Connector): Promise<SourceRecord[]> {
  const all: SourceRecord[] = [];
  for await (const page of connector.pull('things', { since: null, resume: null }, live())) all.push(...page.records);
  return all;
}

/** As plain JSON, to be compared. */
const plain = (record: SourceRecord | undefined) =>
  JSON.parse(
    JSON.stringify(record?.data ?? null, (_, value) =>
      value !== null && typeof value === 'object' && 'isLosslessNumber' in value ? Number(value) : value,
    ),
  );

describe('a list inside a REST record that the source pages', () => {
  it.each<[string, object, string, Record<string, Answer>, object]>([
    [
      'results and next',
      { lines: { count: 5, next: 'http://backend/api/orders/A/lines?page=2', previous: null, results: lines(0, 2) } },
      'lines.results',
      {
        '/api/orders/A/lines?page=2': { body: { next: '/api/orders/A/lines?page=3', results: lines(2, 4) } },
        '/api/orders/A/lines?page=3': { body: { next: null, results: lines(4, 5) } },
      },
      { lines: { count: 5, next: null, previous: null, results: lines(0, 5) } },
    ],
    [
      'a HAL link',
      { lines: { items: lines(0, 2), _links: { self: { href: '/a' }, next: { href: '/api/l?after=2' } } } },
      'lines.items',
      { '/api/l?after=2': { body: { items: lines(2, 3), _links: { self: { href: '/b' } } } } },
      { lines: { items: lines(0, 3), _links: { self: { href: '/a' }, next: null } } },
    ],
    [
      'done: false and nextRecordsUrl',
      { Lines: { totalSize: 3, done: false, nextRecordsUrl: '/services/q/01g-2', records: lines(0, 2) } },
      'Lines.records',
      { '/services/q/01g-2': { body: { totalSize: 3, done: true, records: lines(2, 3) } } },
      { Lines: { totalSize: 3, done: true, nextRecordsUrl: null, records: lines(0, 3) } },
    ],
    [
      'has_more and a link',
      { lines: { data: lines(0, 2), meta: { has_more: true }, links: { next: '/api/l?p=2' } } },
      'lines.data',
      { '/api/l?p=2': { body: { data: lines(2, 3), meta: { has_more: false }, links: { next: '/api/l?p=3' } } } },
      { lines: { data: lines(0, 3), meta: { has_more: false }, links: { next: null } } },
    ],
    [
      'a link beside it, as OData has it',
      { Lines: lines(0, 2), 'Lines@odata.count': 3, 'Lines@odata.nextLink': 'http://h/api/Lines?skip=2' },
      'Lines',
      { '/api/Lines?skip=2': { body: { value: lines(2, 3) } } },
      { Lines: lines(0, 3), 'Lines@odata.count': 3 },
    ],
    [
      'an empty list beside its link',
      { Lines: [], 'Lines@nextLink': '/api/Lines?skip=0' },
      'Lines',
      { '/api/Lines?skip=0': { body: lines(0, 2) } },
      { Lines: lines(0, 2) },
    ],
    [
      '__next',
      { to_Item: { results: lines(0, 1), __next: '/api/items?$skiptoken=1' } },
      'to_Item.results',
      { '/api/items?$skiptoken=1': { body: { results: lines(1, 2) } } },
      { to_Item: { results: lines(0, 2), __next: null } },
    ],
    [
      'a list in the elements of another',
      {
        parts: [{ lines: { results: lines(0, 1), next: null } }, { lines: { results: lines(1, 2), next: '/api/l2' } }],
      },
      'parts',
      { '/api/l2': { body: { results: lines(2, 3), next: null } } },
      { parts: [{ lines: { results: lines(0, 1), next: null } }, { lines: { results: lines(1, 3), next: null } }] },
    ],
  ])('is read to its end by its links: %s', async (_, order, each, answers, whole) => {
    const { connector } = await serve(order, each, answers);
    const [first, second] = await read(connector);
    expect({ ...first, data: plain(first) }).toEqual({
      key: 'A',
      version: null,
      deleted: false,
      data: { id: 'A', ...whole },
    });
    expect(plain(second)).toEqual({ id: 'B', note: 'whole' });
    const [single] = await connector.readByKeys('things', ['A'], live());
    expect(plain(single)).toEqual({ id: 'A', ...whole });
  });

  it.each<[string, object, string, Record<string, Answer>, RegExp]>([
    [
      'has_more alone',
      { lines: { object: 'list', data: lines(0, 2), has_more: true, url: '/v1/lines' } },
      'lines.data',
      {},
      /lines.data: expected the whole list, got 2 elements and `has_more`, and no address/,
    ],
    ['a cursor', { lines: { items: lines(0, 2), next_cursor: 'abc' } }, 'lines.items', {}, /`next_cursor`/],
    [
      'pageInfo',
      { lines: { nodes: lines(0, 2), pageInfo: { hasNextPage: true, endCursor: 'x' } } },
      'lines.nodes',
      {},
      /`pageInfo.hasNextPage`/,
    ],
    [
      'done: false without an address',
      { lines: { totalSize: 9, done: false, records: lines(0, 2) } },
      'lines.records',
      {},
      /`done`/,
    ],
    [
      'a larger total of one page',
      { comment: { comments: lines(0, 2), startAt: 0, maxResults: 2, total: 5 } },
      'comment.comments',
      {},
      /`total` of 5/,
    ],
    ['a larger totalSize', { lines: { totalSize: 9, records: lines(0, 2) } }, 'lines.records', {}, /`totalSize` of 9/],
    [
      'a larger total and nothing else',
      { lines: { items: lines(0, 2), totalCount: 5 } },
      'lines.items',
      {},
      /`totalCount` of 5/,
    ],
    [
      'a larger count beside it',
      { Lines: lines(0, 2), 'Lines@odata.count': 5 },
      'Lines',
      {},
      /`Lines@odata.count` of 5/,
    ],
    [
      'a link that leads nowhere',
      { lines: { results: lines(0, 2), next: '/gone' } },
      'lines.results',
      {},
      /SOURCE_NOT_FOUND.*rewriteLinks/,
    ],
    [
      'a link to something else',
      { lines: { results: lines(0, 2), next: '/x' } },
      'lines.results',
      { '/x': { body: { hello: 1 } } },
      /no list behind its link/,
    ],
    [
      'a link that leads back',
      { lines: { results: lines(0, 2), next: '/x' } },
      'lines.results',
      { '/x': { body: { results: [], next: '/x' } } },
      /the same link twice/,
    ],
    [
      'a later page without an address',
      { lines: { data: lines(0, 2), links: { next: '/x' } } },
      'lines.data',
      { '/x': { body: { data: lines(2, 3), has_more: true } } },
      /got 3 elements and `has_more`/,
    ],
  ])('puts its record aside where the rest cannot be had: %s', async (_, order, each, answers, damage) => {
    const { connector } = await serve(order, each, answers);
    const [first, second] = await read(connector);
    expect(first).toMatchObject({ key: 'A', damage: expect.stringMatching(damage) });
    expect(second?.damage).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ['of which the mapping reads nothing', { lines: { data: lines(0, 2), has_more: true }, tags: ['x'] }, 'tags'],
    ['with a flag of its own', { list: { steps: lines(0, 2), done: false } }, 'list.steps'],
    ['with a next step', { list: { steps: lines(0, 2), next: 'approval' } }, 'list.steps'],
    ['with numbers of pieces', { cart: { items: lines(0, 2), totalCount: 5, currency: 'EUR' } }, 'cart.items'],
    ['with an amount', { cart: { items: lines(0, 2), total: 129 } }, 'cart.items'],
    [
      'that is the last page',
      { lines: { data: lines(0, 2), has_more: false, next_page: null, total: 2, limit: 10 } },
      'lines.data',
    ],
    [
      'in a record that has a next one',
      { lines: lines(0, 2), _links: { next: { href: '/api/orders/B' } }, has_more: true },
      'lines',
    ],
  ])('is left as it is where nothing shows that it is cut: %s', async (_, order, each) => {
    const { connector, server } = await serve(order, each);
    const [first] = await read(connector);
    expect(first?.damage).toBeUndefined();
    expect(plain(first)).toEqual({ id: 'A', ...order });
    expect(server.requests).toHaveLength(1);
  });

  it('is left as it is where only an element at a fixed place is read', async () => {
    const records = [
      { entity: 'order', fields: { orderNumber: 'id', status: { const: 'CONFIRMED' }, notes: 'lines.data.0.sku' } },
    ];
    const { connector } = await serve({ lines: { data: lines(0, 2), has_more: true } }, 'lines.data', {}, { records });
    expect((await read(connector))[0]?.damage).toBeUndefined();
  });

  it('fails the pass where the source does not answer, and is not followed by a scan of keys', async () => {
    const answers = { '/x': { status: 401, body: {} } };
    const { connector, server } = await serve(
      { lines: { results: lines(0, 2), next: '/x' } },
      'lines.results',
      answers,
    );
    await expect(read(connector)).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
    const asked = server.requests.length;
    for await (const _ of connector.scanKeys('things', live()));
    expect(server.requests.slice(asked)).toEqual(['/api/orders']);
  });

  it('keeps the digits of what is behind its links', async () => {
    const answers = { '/x': { body: '{"results":[{"no":12345678901234567890,"sku":"S"}]}' } };
    const { connector } = await serve({ lines: { results: [], next: '/x' } }, 'lines.results', answers);
    const [first] = await read(connector);
    expect(first?.data.lines).toEqual(parse('{"results":[{"no":12345678901234567890,"sku":"S"}],"next":null}'));
  });
});
