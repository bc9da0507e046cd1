import { afterEach, describe, expect, it } from '@jest/globals';
import type { Connector, Page, ReadEvidence } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { type Answer, type Handler, type Loopback, startLoopback } from './loopback.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const live = () => new AbortController().signal;
const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
const SIZE = 10;

async function serve(handle: Handler, stream: object): Promise<{ server: Loopback; connector: Connector }> {
  const server = await startLoopback(null, handle);
  const settings = sourceSchema.parse({
    kind: 'rest',
    url: server.origin,
    streams: { things: { resource: '/things', key: 'id', itemsPath: 'data', pageSize: SIZE, records, ...stream } },
  });
  const connector = connect({ system: 'crm', settings });
  cleanups.push(server.stop, () => connector.close());
  return { server, connector };
}

async function pagesOf(connector: Connector, since: string | null = null, resume: string | null = null) {
  const pages: Page[] = [];
  for await (const page of connector.pull('things', { since, resume }, live())) pages.push(page);
  return pages;
}

async function read(connector: Connector, since: string | null = null) {
  const pages = await pagesOf(connector, since);
  const keys = new Set(pages.flatMap((page) => page.records.map(({ key }) => key)));
  return { keys: [...keys], evidence: pages.at(-1)?.evidence as ReadEvidence };
}

interface Row {
  id: string;
}
const ids = (from: number, to: number): Row[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, n) => ({ id: `K${from + n}` }));
const keys = (count: number) => ids(0, count).map(({ id }) => id);

/** What one page of a list of `count` records is answered with, and what a page after the last. */
interface Shape {
  count: number;
  page?(data: Row[], at: { from: number; url: URL }): Answer;
  beyond?(at: { from: number; url: URL }): Answer;
}

/** A list by page numbers, offsets or a cursor, as the parameters ask. */
function listOf({ count, page = (data) => ({ body: { data } }), beyond }: Shape): Handler {
  return (url) => {
    const parameter = (name: string) => url.searchParams.get(name);
    const size = Number(parameter('size') ?? SIZE);
    const from = parameter('page') === null ? Number(parameter('from') ?? '0') : (Number(parameter('page')) - 1) * size;
    const data = ids(from, Math.min(count, from + size));
    return data.length === 0 && from > 0 && beyond ? beyond({ from, url }) : page(data, { from, url });
  };
}

const byPage = { type: 'page', pageParam: 'page', sizeParam: 'size' };
const byOffset = { type: 'offset', offsetParam: 'from', sizeParam: 'size' };
const byCursor = { type: 'cursor', cursorParam: 'from', nextPath: 'next', sizeParam: 'size' };
const byLink = { type: 'link', sizeParam: 'size' };

/** The last page once more, whatever later one is asked for. */
function lastPageAgain(count: number, more: object = {}): Handler {
  return (url) => {
    const last = Math.max(1, Math.ceil(count / SIZE));
    const page = Math.min(last, Number(url.searchParams.get('page')));
    return { body: { data: ids((page - 1) * SIZE, Math.min(count, page * SIZE)), ...more } };
  };
}

const ended = { total: null, doubt: null };

describe('a REST list ends', () => {
  it.each<[string, number, Handler, object, object]>([
    ['by an empty page', 30, listOf({ count: 30 }), byPage, ended],
    [
      'by its last page again, a full one, with a total',
      30,
      lastPageAgain(30, { total_count: 30 }),
      byPage,
      { total: 30 },
    ],
    ['by its last page again, a shorter one', 25, lastPageAgain(25), byPage, ended],
    ['by its only page again, with a total', 10, lastPageAgain(10, { meta: { total: 10 } }), byPage, { total: 10 }],
    [
      'by its only page again, where the settings say so',
      10,
      lastPageAgain(10),
      { ...byPage, stop: { repeatedPage: true } },
      ended,
    ],
    [
      'by its last page again, by offsets',
      25,
      (url) => {
        const from = Math.min(15, Number(url.searchParams.get('from')));
        return { body: { data: ids(from, from + SIZE) } };
      },
      byOffset,
      { total: null },
    ],
    [
      'by 404',
      30,
      listOf({ count: 30, beyond: () => ({ status: 404, body: { detail: 'Invalid page.' } }) }),
      byPage,
      ended,
    ],
    [
      'by 404 with a count before',
      30,
      listOf({
        count: 30,
        page: (data) => ({ body: { data, count: 30, next: null, previous: null } }),
        beyond: () => ({ status: 404, body: {} }),
      }),
      byPage,
      { total: 30 },
    ],
    ['by 416', 30, listOf({ count: 30, beyond: () => ({ status: 416, body: '' }) }), byPage, ended],
    [
      'by 400, where the settings say so',
      30,
      listOf({ count: 30, beyond: () => ({ status: 400, body: {} }) }),
      { ...byPage, stop: { status: [400] } },
      ended,
    ],
    [
      'by 400 after a page that was not full',
      25,
      listOf({ count: 25, beyond: () => ({ status: 400, body: {} }) }),
      byPage,
      ended,
    ],
    [
      'by 410 after a page that was not full',
      25,
      listOf({ count: 25, beyond: () => ({ status: 410, body: {} }) }),
      byPage,
      ended,
    ],
    ['by 204', 30, listOf({ count: 30, beyond: () => ({ status: 204, body: '' }) }), byPage, ended],
    ['by 204, by offsets', 30, listOf({ count: 30, beyond: () => ({ status: 204, body: '' }) }), byOffset, ended],
    [
      'without the key of the list, with a total',
      30,
      listOf({ count: 30, page: (data) => ({ body: { data, total: 30 } }), beyond: () => ({ body: { total: 30 } }) }),
      byPage,
      { total: 30 },
    ],
    [
      'without the key of the list, as the settings say',
      30,
      listOf({ count: 30, beyond: () => ({ body: { took: 3 } }) }),
      { ...byPage, stop: { missingList: true } },
      ended,
    ],
    [
      'by an object with nothing in it',
      30,
      listOf({ count: 30, beyond: () => ({ body: {} }) }),
      byPage,
      { total: null, doubt: expect.stringContaining('missingList') },
    ],
    [
      'by null for the list',
      30,
      listOf({ count: 30, beyond: () => ({ body: { data: null, page: 4 } }) }),
      byPage,
      { total: null, doubt: expect.stringContaining('missingList') },
    ],
    [
      'by a number of pages',
      25,
      listOf({ count: 25, page: (data) => ({ body: { data, pages: 3 } }) }),
      { ...byPage, totalPath: 'pages' },
      ended,
    ],
    [
      'by a number of records',
      25,
      listOf({ count: 25, page: (data) => ({ body: { data, meta: { all: 25 } } }) }),
      { ...byPage, totalPath: 'meta.all', totalUnit: 'records' },
      { total: 25 },
    ],
    [
      'by a number of records that is taken for one of pages',
      25,
      listOf({ count: 25, page: (data) => ({ body: { data, all: 25 } }) }),
      { ...byPage, totalPath: 'all' },
      { total: 25 },
    ],
    [
      'by a number of records in a header',
      25,
      listOf({ count: 25, page: (data) => ({ headers: { 'X-Total-Count': '25' }, body: { data } }) }),
      { ...byOffset, totalHeader: 'X-Total-Count' },
      { total: 25 },
    ],
    [
      'by a number of pages in a header',
      25,
      listOf({ count: 25, page: (data) => ({ headers: { 'X-WP-TotalPages': '3' }, body: { data } }) }),
      { ...byPage, totalHeader: 'X-WP-TotalPages' },
      ended,
    ],
    [
      'by a number of pages, by offsets',
      19,
      listOf({ count: 19, page: (data) => ({ body: { data, pages: 2 } }) }),
      { ...byOffset, totalPath: 'pages', totalUnit: 'pages' },
      ended,
    ],
  ])('%s', async (_, count, handle, paging, evidence) => {
    const { connector } = await serve(handle, { paging });
    const found = await read(connector);
    expect(found.keys).toEqual(keys(count));
    expect(found.evidence).toMatchObject({ came: count, ...evidence });
  });

  it.each([
    ['a number of pages', { pages: 3 }, { totalPath: 'pages' }],
    ['a number of records', { all: 30 }, { totalPath: 'all', totalUnit: 'records' }],
  ])('after the last page, without a look after it, where the answer has %s', async (_, more, paging) => {
    const handle = listOf({
      count: 30,
      page: (data) => ({ body: { data, ...more } }),
      beyond: () => ({ status: 500, body: {} }),
    });
    const { connector } = await serve(handle, { paging: { ...byPage, ...paging } });
    expect((await read(connector)).keys).toEqual(keys(30));
  });

  /** A cursor with every page, whatever is said beside it. */
  const always = (said: (isLast: boolean) => object) =>
    listOf({
      count: 25,
      page: (data, { from }) => {
        const next = Math.min(25, from + data.length);
        return { body: { data, next: String(next), ...said(next === 25) } };
      },
    });

  it.each<[string, Handler, object]>([
    ['end_of_stream: true', always((end_of_stream) => ({ end_of_stream })), {}],
    ['has_more: false', always((isLast) => ({ has_more: !isLast })), {}],
    ['has_more as text', always((isLast) => ({ has_more: String(!isLast) })), {}],
    ['done: true', always((done) => ({ done })), {}],
    ['hasNextPage: false in pageInfo', always((isLast) => ({ pageInfo: { hasNextPage: !isLast } })), {}],
    ['a flag named by the settings', always((isLast) => ({ page: { fin: isLast } })), { endPath: 'page.fin' }],
    ['a flag of 0 and 1', always((isLast) => ({ go_on: isLast ? 0 : 1 })), { hasMorePath: 'go_on' }],
    ['a flag of Y and N', always((isLast) => ({ fin: isLast ? 'Y' : 'N' })), { endPath: 'fin' }],
    ['a flag that is only there at the end', always((isLast) => (isLast ? { fin: true } : {})), { endPath: 'fin' }],
  ])('by %s beside a cursor that is always there', async (_, handle, stop) => {
    const { connector, server } = await serve(handle, { paging: { ...byCursor, stop } });
    const found = await read(connector);
    expect(found).toEqual({ keys: keys(25), evidence: { ...ended, came: 25 } });
    expect(server.requests).toHaveLength(3);
  });

  it('by an empty page that names itself as the next, and then the end is in doubt', async () => {
    const { connector } = await serve(
      always(() => ({})),
      { paging: byCursor },
    );
    const found = await read(connector);
    expect(found.keys).toEqual(keys(25));
    expect(found.evidence.doubt).toContain('the same next page again');
  });

  it('by results="false" in a Link header that is always there', async () => {
    const handle = listOf({
      count: 25,
      page: (data, { from, url }) => {
        const next = `<${url.origin}/things?size=10&from=${from + 10}>; rel="next"; results="${from < 20}"; cursor="0:1"`;
        return { headers: { link: `<${url.href}>; rel="previous"; results="false", ${next}` }, body: { data } };
      },
    });
    const { connector, server } = await serve(handle, { paging: byLink });
    expect(await read(connector)).toEqual({ keys: keys(25), evidence: { ...ended, came: 25 } });
    expect(server.requests).toHaveLength(3);
  });

  it('where the cursor is a field of the last record', async () => {
    const handle: Handler = (url) => {
      const after = url.searchParams.get('starting_after');
      const from = after === null ? 0 : Number(after.slice(1)) + 1;
      return { body: { object: 'list', data: ids(from, Math.min(25, from + SIZE)), has_more: from + SIZE < 25 } };
    };
    const paging = { type: 'cursor', cursorParam: 'starting_after', nextField: 'id', sizeParam: 'limit' };
    const { connector } = await serve(handle, { paging });
    expect(await read(connector)).toEqual({ keys: keys(25), evidence: { ...ended, came: 25 } });
  });

  it('and the records that came are counted over an interruption', async () => {
    for (const paging of [byPage, byOffset, byCursor]) {
      const handle = listOf({
        count: 25,
        page: (data, { from }) => ({ body: { data, next: from < 20 ? String(from + 10) : null, total: 25 } }),
      });
      const { connector } = await serve(handle, { paging });
      const [, second] = await pagesOf(connector);
      const rest = await pagesOf(connector, null, second?.next ?? null);
      expect(rest.at(-1)?.evidence).toEqual({ total: 25, came: 25, doubt: null });
    }
  });
});

describe('a REST list is not taken for read', () => {
  async function errorOf(handle: Handler, stream: object, since: string | null = null) {
    const { connector } = await serve(handle, stream);
    return read(connector, since).then(
      ({ keys: found, evidence }) => `no error: ${found.length}, ${JSON.stringify(evidence)}`,
      ({ code, message }) => `${code}: ${message}`,
    );
  }
  const always =
    (count: number, more: object = {}): Handler =>
    () => ({ body: { data: ids(0, count), ...more } });

  it.each<[string, Handler, object, RegExp]>([
    ['whose source does not heed the page', always(10), { paging: byPage }, /PROTOCOL.*`page`/],
    ['whose source heeds neither page nor size', always(7), { paging: byPage }, /PROTOCOL.*`page`/],
    [
      'whose source does not heed the page, as a total shows',
      always(10, { total: 50 }),
      { paging: byPage },
      /PROTOCOL.*`page`/,
    ],
    ['whose source does not heed the offset', always(10), { paging: byOffset }, /PROTOCOL.*`from`/],
    ['whose first page is 404', () => ({ status: 404, body: {} }), { paging: byPage }, /NOT_FOUND/],
    [
      'whose page after a full one is 400',
      listOf({ count: 30, beyond: () => ({ status: 400, body: {} }) }),
      { paging: byPage },
      /PROTOCOL.*status: \[400\]/,
    ],
    [
      'whose next cursor is 404',
      listOf({
        count: 30,
        page: (data, { from }) => ({ body: { data, next: from + 10 } }),
        beyond: () => ({ status: 404, body: {} }),
      }),
      { paging: byCursor },
      /NOT_FOUND/,
    ],
    [
      'that breaks off by 404 before its total',
      listOf({ count: 20, page: (data) => ({ body: { data, total: 50 } }), beyond: () => ({ status: 404, body: {} }) }),
      { paging: byPage },
      /PROTOCOL.*`total` is 50/,
    ],
    [
      'that breaks off by an empty page before its last',
      listOf({ count: 20, page: (data) => ({ body: { data, pages: 25 } }) }),
      { paging: { ...byPage, totalPath: 'pages' } },
      /PROTOCOL.*`pages` says 25 pages, of which 2 came/,
    ],
    [
      'that is empty and says that more follows',
      always(0, { has_more: true }),
      { paging: byPage },
      /PROTOCOL.*`has_more`/,
    ],
    [
      'without a list and with an error',
      () => ({ body: { error: 'down' } }),
      { paging: { ...byPage, stop: { missingList: true } } },
      /PROTOCOL.*expected a list/,
    ],
    [
      'without a list and with another one',
      () => ({ body: { items: [{ id: 1 }] } }),
      { paging: { ...byPage, stop: { missingList: true } } },
      /PROTOCOL.*expected a list/,
    ],
    [
      'without a list and with a message',
      listOf({ count: 20, beyond: () => ({ body: { message: 'try later' } }) }),
      { paging: byPage },
      /PROTOCOL.*expected a list/,
    ],
    [
      'that comes with a new cursor for ever',
      ((count) => () => {
        count += 1;
        return { body: { data: ids(0, 10), next: `c${count}` } };
      })(0),
      { paging: byCursor },
      /PROTOCOL.*`from`/,
    ],
    [
      'whose cursor is no field of its records',
      always(10),
      { paging: { type: 'cursor', cursorParam: 'c', nextField: 'uid' } },
      /PROTOCOL.*nextField/,
    ],
  ])('%s', async (_, handle, stream, message) => {
    expect(await errorOf(handle, stream)).toMatch(message);
  });

  it('when a page came again by mistake, as the page after it shows', async () => {
    const handle = listOf({
      count: 50,
      page: (data, { from }) => ({ body: { data: from === 20 ? ids(10, 20) : data } }),
    });
    expect(await errorOf(handle, { paging: byPage })).toMatch(/PROTOCOL.*got the same one again/);
  });

  it.each([
    ['cursor', byCursor, (page: number) => ({ body: { data: [], next: `c${page}` } })],
    ['link', byLink, (page: number) => ({ headers: { link: `</things?p=${page}>; rel=next` }, body: { data: [] } })],
  ])('when pages by %s are empty without end, not even over several passes', async (_, paging, answer) => {
    let page = 0;
    const handle: Handler = () => {
      page += 1;
      return answer(page);
    };
    const { connector, server } = await serve(handle, { paging });
    let resume: string | null = null;
    const go = async () => {
      for await (const { next } of connector.pull('things', { since: null, resume }, live())) resume = next;
    };
    await expect(go()).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('empty pages'),
    });
    const asked = server.requests.length;
    expect(asked).toBeLessThan(100);
    await expect(go()).rejects.toMatchObject({ code: 'SOURCE_PROTOCOL' });
    expect(server.requests.length).toBeLessThan(asked + 3);
  });

  const more: [string, Answer, RegExp][] = [
    ['a Link header', { headers: { link: '</things?p=2>; rel="next"' }, body: {} }, /header Link names.*type: link \}/],
    ['a next address', { body: { next: 'http://h/things?p=2' } }, /`next` names.*nextPath: next \}/],
    ['a next address in links', { body: { links: { next: '/things?p=2' } } }, /`links.next`.*nextPath: links.next \}/],
    ['a HAL link', { body: { _links: { next: { href: '/things?p=2' } } } }, /`_links.next`/],
    [
      'a list of links',
      {
        body: {
          links: [
            { rel: 'self', href: '/a' },
            { rel: 'next', href: '/b' },
          ],
        },
      },
      /`links` names/,
    ],
    ['an OData link', { body: { '@odata.nextLink': 'things?$skip=10' } }, /@odata.nextLink/],
    ['a Salesforce link', { body: { totalSize: 10, done: false, nextRecordsUrl: '/q/01-2000' } }, /`done` says/],
    [
      'a cursor',
      { body: { meta: { next_cursor: 'abc' } } },
      /`meta.next_cursor`.*type: cursor.*nextPath: meta.next_cursor/,
    ],
    ['a page token', { body: { nextPageToken: 'abc' } }, /`nextPageToken`/],
    ['a cursor in an object', { body: { paging: { next: { after: '10' } } } }, /`paging.next`/],
    ['a page number', { body: { next_page: 2 } }, /`next_page`.*type: page/],
    ['has_more', { body: { has_more: true } }, /`has_more` says that there is more/],
    ['hasNextPage', { body: { pageInfo: { hasNextPage: true, endCursor: 'x' } } }, /`pageInfo.hasNextPage`/],
    ['done: false', { body: { done: false } }, /`done` says/],
    ['end_of_stream: false', { body: { end_of_stream: false } }, /`end_of_stream` says/],
    ['a larger total', { body: { total: 250 } }, /`total` is 250/],
    [
      'a larger total in an envelope',
      { body: { meta: { pagination: { total: 250 } } } },
      /`meta.pagination.total` is 250/,
    ],
    ['a larger total in a header', { headers: { 'x-total-count': '250' }, body: {} }, /header x-total-count is 250/],
    ['a range', { headers: { 'content-range': 'items 0-9/250' }, body: {} }, /header Content-Range is 250/],
    ['a number of pages', { body: { total_pages: 3 } }, /`total_pages` is 3, and one page came/],
    ['a number of pages in a header', { headers: { 'x-wp-totalpages': '3' }, body: {} }, /header x-wp-totalpages is 3/],
  ];
  const with10 =
    ({ body, headers }: Answer): Handler =>
    () => ({ ...(headers ? { headers } : {}), body: { data: ids(0, 10), ...(body as object) } });

  it.each(more)('when %s speaks of more than is followed', async (_, answer, message) => {
    const handle = with10(answer);
    const none = { type: 'none' };
    const error = await errorOf(handle, {});
    expect(error).toMatch(/^SOURCE_PROTOCOL: things: expected the whole list, got 10 records/);
    expect(error).toMatch(message);
    expect(await errorOf(handle, { paging: none })).toMatch(message);
    const [place = ''] = /(?:header [\w-]+|`[^`]+`)(?= (?:is|says|names))/.exec(error) ?? [];
    const ignore = place.replaceAll('`', '').replace('header ', '');
    expect(await errorOf(handle, { paging: { ...none, stop: { ignore: [ignore, 'nextRecordsUrl'] } } })).toMatch(
      /^no error/,
    );
  });

  it.each(more)('when %s speaks of more than a cursor or link that is never there', async (_, answer, message) => {
    const handle = with10(answer);
    for (const paging of [byCursor, { type: 'link', nextPath: 'elsewhere' }]) {
      const isOwn = paging.type === 'cursor' && /`next` names/.test(message.source);
      if (!isOwn) expect(await errorOf(handle, { paging })).toMatch(message);
    }
  });

  it('when a total of changes is larger and as many came as a page may hold', async () => {
    const stream = { cursor: { field: 'stamp' }, since: { param: 'since' } };
    const since = '2026-01-01T00:00:00.000000Z';
    expect(await errorOf(always(10, { total: 250 }), stream, since)).toMatch(/`total` is 250/);
    // A total without the filter says nothing of a few changes.
    expect(await errorOf(always(7, { total: 250 }), stream, since)).toMatch(/^no error: 7/);
  });
});

describe('whether a REST list is whole', () => {
  async function evidence(count: number, stream: object, more: object = {}) {
    const { connector } = await serve(() => ({ body: { data: ids(0, count), ...more } }), stream);
    return (await read(connector)).evidence;
  }

  it.each([10, 20, 25, 75, 100, 16, 32, 64, 128])(
    'is in doubt where no paging is set and %d records came',
    async (count) => {
      expect(await evidence(count, { pageSize: 1000 })).toEqual({
        total: null,
        came: count,
        doubt: expect.stringMatching(/`paging`.*a round number.*type: none/),
      });
    },
  );

  it.each([0, 1, 2, 4, 8, 7, 99, 101, 33])('is not in doubt where %d came', async (count) => {
    expect(await evidence(count, { pageSize: 1000 })).toEqual({ ...ended, came: count });
  });

  it.each([
    { pageSize: 37 },
    { params: { limit: 37 } },
    { params: { 'page[size]': '37' } },
    { params: { per_page: 37 } },
  ])('is in doubt where as many came as a page holds by %j', async (stream) => {
    expect((await evidence(37, stream)).doubt).toContain('the size of a page');
  });

  it('is what the settings say', async () => {
    expect(await evidence(100, { paging: { type: 'none' } })).toEqual({ ...ended, came: 100 });
  });

  it.each([{ total: 100 }, { meta: { total_count: 100 } }])('is counted by %j', async (more) => {
    expect(await evidence(100, {}, more)).toEqual({ total: 100, came: 100, doubt: null });
  });

  it('is known by a flag', async () => {
    expect(await evidence(100, {}, { has_more: false })).toEqual({ ...ended, came: 100 });
  });

  it('is not said by a total that is smaller than what came', async () => {
    expect(await evidence(11, {}, { total: 5 })).toEqual({ ...ended, came: 11 });
    expect((await evidence(20, {}, { total: 5 })).doubt).not.toBeNull();
  });

  it('is in doubt where the only page is full and a cursor, link or header was never seen', async () => {
    for (const paging of [byCursor, byLink, { ...byLink, nextPath: 'links.next' }]) {
      expect((await evidence(10, { paging })).doubt).toContain('without');
      expect(await evidence(7, { paging })).toEqual({ ...ended, came: 7 });
    }
    expect(await evidence(10, { paging: byCursor }, { next: null })).toEqual({ ...ended, came: 10 });
  });

  it('is in doubt where the last page came again and is a full one', async () => {
    const { connector } = await serve(lastPageAgain(30), { paging: byPage });
    const found = await read(connector);
    expect(found.keys).toEqual(keys(30));
    expect(found.evidence.doubt).toContain('repeatedPage');
  });

  it('is in doubt where the total fell to less than half while it was read', async () => {
    const handle = listOf({
      count: 30,
      page: (data, { from }) => ({ body: from < 20 ? { data, total: 100 } : { data: [], total: 0 } }),
    });
    const { connector } = await serve(handle, { paging: { ...byOffset, totalPath: 'total' } });
    expect((await read(connector)).evidence).toMatchObject({
      total: null,
      doubt: expect.stringContaining('100 records at first'),
    });
  });

  it('is in doubt where the second page was refused, and the first may have been full', async () => {
    const page = ids(0, 5);
    const handle: Handler = (url) =>
      url.searchParams.get('page') === '1' ? { body: { data: page } } : { status: 422, body: {} };
    const { connector } = await serve(handle, { paging: byPage });
    expect((await read(connector)).evidence.doubt).toContain('status: [422]');
    const { connector: told } = await serve(handle, { paging: { ...byPage, stop: { status: [422] } } });
    expect(await read(told)).toEqual({ keys: keys(5), evidence: { ...ended, came: 5 } });
  });

  it('is not in doubt by a total of everything beside pages of what changed', async () => {
    const handle = listOf({ count: 20, page: (data) => ({ body: { data, total: 5000 } }) });
    const changes = { cursor: { field: 'stamp' }, since: { param: 'since' } };
    const { connector } = await serve(handle, { paging: byPage, ...changes });
    const found = await read(connector, '2026-01-01T00:00:00.000000Z');
    expect(found).toEqual({ keys: keys(20), evidence: { ...ended, came: 20 } });
  });

  it('is told by the larger total where the settings name it', async () => {
    const handle = listOf({ count: 20, page: (data) => ({ body: { data, total: 30 } }) });
    const { connector } = await serve(handle, { paging: { ...byOffset, totalPath: 'total' } });
    expect((await read(connector)).evidence).toEqual({ total: 30, came: 20, doubt: null });
  });
});

describe('a REST source', () => {
  it.each<[string, object]>([
    ['page', byPage],
    ['offset', byOffset],
    ['cursor', byCursor],
    ['link', byLink],
  ])('by %s is never asked for another size than the settings have', async (_, paging) => {
    const handle = listOf({
      count: 95,
      page: (data, { from, url }) => ({
        headers: from < 90 ? { link: `<${url.origin}/things?size=10&from=${from + 10}>; rel="next"` } : {},
        body: { data, next: from < 90 ? String(from + 10) : null },
      }),
    });
    // Link headers beside other ways of paging would lead on from the last page.
    const { connector, server } = await serve(handle, {
      paging: { ...paging, stop: { ignore: paging === byLink ? ['next'] : ['Link', 'next'] } },
      cursor: { field: 'stamp' },
      since: { param: 'since' },
      byKey: { param: 'ids' },
    });
    await connector.check(live());
    await connector.now(live());
    expect((await read(connector)).keys).toHaveLength(95);
    for await (const _page of connector.scanKeys('things', live()));
    await connector.readByKeys('things', keys(40), live());
    const sizes = server.requests.map((path) => new URL(path, 'http://h').searchParams.get('size'));
    expect(new Set(sizes)).toEqual(new Set(['10']));
  });

  it('by offset that counts whole pages only is read all the same', async () => {
    const handle: Handler = (url) => {
      const from = Math.floor(Number(url.searchParams.get('from')) / SIZE) * SIZE;
      return { body: { data: ids(from, Math.min(45, from + SIZE)) } };
    };
    const { connector } = await serve(handle, { paging: byOffset });
    expect(await read(connector)).toEqual({ keys: keys(45), evidence: { ...ended, came: 45 } });
  });

  it('by offset with pages of one record is read', async () => {
    const { connector } = await serve(listOf({ count: 4 }), { paging: byOffset, pageSize: 1 });
    expect(await read(connector)).toEqual({ keys: keys(4), evidence: { ...ended, came: 4 } });
  });

  it('by key is asked for no more records than a page holds', async () => {
    const handle: Handler = (url) => {
      const wanted = (url.searchParams.get('ids') ?? '').split(',');
      return { body: { data: wanted.slice(0, SIZE).map((id) => ({ id })) } };
    };
    const { connector } = await serve(handle, { byKey: { param: 'ids' } });
    const found = await connector.readByKeys('things', keys(35), live());
    expect(found.map(({ key }) => key)).toEqual(keys(35));
  });
});
