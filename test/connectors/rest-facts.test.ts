import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Connector, SourceRecord } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { nextOfLinkHeader } from '../../connectors/rest/wire.ts';
import { type Handler, type Loopback, startLoopback } from './loopback.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const live = () => new AbortController().signal;
const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];

async function serve(
  handle: Handler,
  stream: object,
  source: object = {},
): Promise<{ server: Loopback; connector: Connector }> {
  const server = await startLoopback(null, handle);
  const settings = sourceSchema.parse({
    kind: 'rest',
    url: `${server.origin}/api/v1?tenant=7`,
    ...source,
    streams: { things: { resource: '/things', key: 'id', itemsPath: 'data', pageSize: 3, records, ...stream } },
  });
  const connector = connect({ system: 'crm', settings });
  cleanups.push(server.stop, () => connector.close());
  return { server, connector };
}

async function read(connector: Connector, since: string | null = null): Promise<SourceRecord[]> {
  const all: SourceRecord[] = [];
  for await (const page of connector.pull('things', { since, resume: null }, live())) all.push(...page.records);
  return all;
}

const keysOf = (some: SourceRecord[]) => some.map(({ key }) => key);
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => ({ id: `K${from + n}` }));

describe('a REST request', () => {
  it("carries the fixed parameters, the page size, and `since` in the source's own words and zone", async () => {
    const { server, connector } = await serve(() => ({ body: { data: [] } }), {
      params: { sort: 'modified,id', active: true },
      cursor: { field: 'modified', format: 'dd.MM.yyyy HH:mm:ss', zone: 'Asia/Seoul' },
      since: { param: 'modified_since' },
      paging: { type: 'page', pageParam: 'page', sizeParam: 'per_page' },
    });
    await read(connector, '2025-03-01T10:20:30.987654Z');
    expect(decodeURIComponent(server.requests[0] ?? '')).toBe(
      '/api/v1/things?tenant=7&sort=modified,id&active=true&modified_since=01.03.2025 19:20:30&per_page=3&page=1',
    );
    expect(server.requests[0]).toContain('01.03.2025%2019');
  });

  it('asks from the earlier of two hours when clocks are put back', async () => {
    const { server, connector } = await serve(() => ({ body: { data: [] } }), {
      cursor: { field: 'modified', format: 'yyyy-MM-dd HH:mm:ss', zone: 'Europe/Berlin' },
      since: { param: 'since' },
    });
    await read(connector, '2025-10-26T01:30:00.000000Z');
    expect(decodeURIComponent(server.requests[0] ?? '')).toContain('since=2025-10-26 01:30:00');
  });
});

describe('a REST list', () => {
  it.each<[string, unknown, string]>([
    ['elsewhere', { items: [] }, 'expected a list in `data`, got nothing; check `itemsPath`'],
    ['an object', { data: { a: 1 } }, 'expected a list in `data`, got an object with a'],
    ['of texts', { data: ['a'] }, 'expected a list of objects in `data`, got a single value'],
    ['an error with status 200', { error: 'down' }, 'expected a list in `data`, got nothing'],
  ])('that is %s is an error, not an empty page', async (_, body, message) => {
    const { connector } = await serve(() => ({ body }), {});
    await expect(read(connector)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining(message),
    });
  });

  it('may be the answer itself', async () => {
    const { connector } = await serve(() => ({ body: [{ id: 'A' }] }), { itemsPath: '' });
    expect(keysOf(await read(connector))).toEqual(['A']);
  });

  it.each<[string, object, Handler]>([
    [
      'cursor',
      { type: 'cursor', cursorParam: 'c', nextPath: 'next' },
      () => ({ body: { data: [{ id: 'A' }], next: 'same' } }),
    ],
    [
      'link',
      { type: 'link' },
      () => ({ headers: { link: '</api/v1/things?p=2>; rel=next' }, body: { data: [{ id: 'A' }] } }),
    ],
  ])('that gives the same next %s twice is stopped', async (_, paging, handle) => {
    const { connector } = await serve(handle, { paging });
    await expect(read(connector)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('twice'),
    });
  });

  it('whose next page is an address in the answer is followed on the configured host', async () => {
    const { connector } = await serve(
      (url) => ({
        body: url.searchParams.has('p')
          ? { data: ids(1, 2), links: {} }
          : { data: ids(0, 1), links: { next: 'https://internal:1/api/v1/things?p=2' } },
      }),
      { paging: { type: 'link', nextPath: 'links.next' } },
    );
    expect(keysOf(await read(connector))).toEqual(['K0', 'K1']);
  });

  describe('behind a gateway, whose links carry the path of the backend,', () => {
    const handle: Handler = (url) => {
      if (!url.pathname.startsWith('/api/v1/')) return { status: 404, body: { error: 'no such path' } };
      return {
        body: url.searchParams.has('p')
          ? { data: ids(1, 2) }
          : { data: ids(0, 1), next: 'http://backend:8080/internal/things?p=2' },
      };
    };
    const paging = { type: 'link', nextPath: 'next' };

    it.each(['/internal', 'http://backend:8080/internal'])('is read where %s is rewritten', async (from) => {
      const { connector } = await serve(handle, { paging }, { rewriteLinks: [{ from, to: '/api/v1' }] });
      expect(keysOf(await read(connector))).toEqual(['K0', 'K1']);
    });

    it('fails where it is not, in words that name the link and the setting', async () => {
      const { connector } = await serve(handle, { paging });
      await expect(read(connector)).rejects.toMatchObject({
        code: 'SOURCE_NOT_FOUND',
        message: expect.stringMatching(/backend:8080.internal.things.*rewriteLinks/),
      });
    });
  });

  it('whose next link is no address fails', async () => {
    const { connector } = await serve(() => ({ body: { data: ids(0, 1), next: 'urn:page:2' } }), {
      paging: { type: 'link', nextPath: 'next' },
    });
    await expect(read(connector)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('urn:page:2'),
    });
  });

  it('without a total ends with the first empty page, though the source makes pages smaller than asked for', async () => {
    const { connector } = await serve(
      (url) => {
        const size = Math.min(2, Number(url.searchParams.get('size')));
        const from = (Number(url.searchParams.get('page')) - 1) * size;
        return { body: { data: ids(0, 5).slice(from, from + size) } };
      },
      { paging: { type: 'page', pageParam: 'page', sizeParam: 'size' } },
    );
    expect(keysOf(await read(connector))).toEqual(['K0', 'K1', 'K2', 'K3', 'K4']);
  });

  it('of a source that knows one page size only is read in full', async () => {
    const { connector } = await serve(
      (url) => {
        const from = (Number(url.searchParams.get('page')) - 1) * 3;
        return { body: { data: ids(0, 8).slice(from, from + 3) } };
      },
      { paging: { type: 'page', pageParam: 'page', sizeParam: 'ignored' } },
    );
    expect(keysOf(await read(connector))).toEqual(['K0', 'K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7']);
  });

  it('whose order is another on each request is refused', async () => {
    let turn = 0;
    const { connector } = await serve(
      () => {
        turn += 1;
        return { body: { data: ids(turn * 10, turn * 10 + 3) } };
      },
      { paging: { type: 'page', pageParam: 'page', sizeParam: 'size' } },
    );
    await expect(read(connector)).rejects.toMatchObject({ message: expect.stringContaining('fixed order') });
  });
});

describe('a REST list that changes while it is read', () => {
  /** A list in the order of change; each request may be followed by a removal, a change or an insertion. */
  async function readWhileChanging(
    paging: 'page' | 'offset' | 'aligned offset',
    edits: readonly { at: number; pick: number; kind: string }[],
  ) {
    let next = 100;
    const list = Array.from({ length: 12 }, (_, n) => ({ id: `K${n}`, version: n }));
    const touched = new Set<string>();
    let request = 0;
    const handle: Handler = (url) => {
      const size = Number(url.searchParams.get('size'));
      const page = url.searchParams.get('page');
      const offset = Number(url.searchParams.get('offset'));
      const counted = paging === 'aligned offset' ? Math.floor(offset / size) * size : offset;
      const from = page === null ? counted : (Number(page) - 1) * size;
      const data = list.slice(from, from + size);
      for (const { pick, kind } of edits.filter(({ at }) => at === request)) {
        if (kind === 'insert') list.push({ id: `K${next}`, version: next++ });
        else if (list.length > 0) {
          const [gone = { id: '' }] = list.splice(pick % list.length, 1);
          touched.add(gone.id);
          if (kind === 'change') list.push({ id: gone.id, version: next++ });
        }
      }
      request += 1;
      return { body: { data } };
    };
    const pagings = {
      page: { type: 'page', pageParam: 'page', sizeParam: 'size' },
      offset: { type: 'offset', offsetParam: 'offset', sizeParam: 'size' },
      'aligned offset': { type: 'offset', offsetParam: 'offset', sizeParam: 'size' },
    };
    const cursor = { field: 'version', type: 'integer' };
    const { connector } = await serve(handle, { paging: pagings[paging], cursor });
    const seen = new Set(keysOf(await read(connector)));
    return ids(0, 12)
      .map(({ id }) => id)
      .filter((id) => !touched.has(id) && !seen.has(id));
  }

  it.each(['page', 'offset', 'aligned offset'] as const)('by %s loses no record that stayed', async (paging) => {
    const edit = fc.record({
      at: fc.integer({ min: 0, max: 12 }),
      pick: fc.nat(30),
      kind: fc.constantFrom('remove', 'change', 'insert'),
    });
    // On a failure fast-check prints the seed and the smallest list of edits.
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 6 }), async (edits) => {
        expect(await readWhileChanging(paging, edits)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the check of a REST source', () => {
  const cursor = { cursor: { field: 'modified' } };

  it('refuses a stream whose records carry no stamp, since their changes would not be read', async () => {
    const { connector } = await serve(() => ({ body: { data: [{ id: 'A', modified: null }] } }), {
      ...cursor,
      since: { param: 's' },
    });
    const failed = (await connector.check(live())).filter(({ ok }) => !ok);
    expect(failed).toEqual([{ probe: 'things: cursor', ok: false, detail: expect.stringContaining('got A without') }]);
  });

  it('names the stream that may not be read, and goes on with the others', async () => {
    const { server, connector } = await serve(
      (url) => (url.pathname.endsWith('things') ? { status: 403, body: {} } : { body: { data: [] } }),
      {},
    );
    const more = {
      closed: { resource: '/things', key: 'id', records },
      open: { resource: '/open', key: 'id', itemsPath: 'data', records },
    };
    const settings = sourceSchema.parse({ kind: 'rest', url: server.origin, streams: more });
    const both = connect({ system: 'crm', settings });
    expect((await both.check(live())).map(({ probe, ok }) => [probe, ok])).toEqual([
      ['login', true],
      ['clock', true],
      ['closed: one row', false],
      ['open: one row', true],
    ]);
    await both.close();
    await expect(connector.now(live())).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  });

  it('shows no key that travels in the address', async () => {
    const { connector } = await serve(() => ({ status: 400, body: {} }), { params: { api_key: 'k3y-in-address' } });
    expect(JSON.stringify(await connector.check(live()))).not.toContain('k3y-in-address');
  });
});

describe('single REST records', () => {
  it('are read from their own addresses, and left out where there is none', async () => {
    const { server, connector } = await serve(
      (url) =>
        url.pathname.endsWith('/a%2Fb')
          ? { body: { id: 'a/b' } }
          : { status: url.pathname.endsWith('gone') ? 410 : 404, body: {} },
      { byKey: { path: '/things/{key}' } },
    );
    expect(keysOf(await connector.readByKeys('things', ['a/b', 'gone', 'none'], live()))).toEqual(['a/b']);
    expect(server.requests[0]).toBe('/api/v1/things/a%2Fb?tenant=7');
  });

  it('that fail for another reason are an error, not missing', async () => {
    const { connector } = await serve(() => ({ status: 403, body: {} }), { byKey: { path: '/things/{key}' } });
    await expect(connector.readByKeys('things', ['a'], live())).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
      stream: 'things',
    });
  });
});

describe('the settings of a REST source', () => {
  it.each<[string, object, string]>([
    ['an option that does not exist', { pageing: {} }, 'pageing'],
    ['a paging that does not exist', { paging: { type: 'pages' } }, 'paging'],
    ['a path by key without the key', { byKey: { path: '/things' } }, 'byKey'],
  ])('are refused with %s', (_, stream, where) => {
    const things = { resource: '/x', key: 'id', records, ...stream };
    const parsed = sourceSchema.safeParse({ kind: 'rest', url: 'http://h', streams: { things } });
    expect(JSON.stringify(parsed.error?.issues)).toContain(where);
  });
});

describe('a Link header', () => {
  it.each([
    ['<http://h/a?p=2>; rel="next"', 'http://h/a?p=2'],
    ['</a>; rel="prev", </b,c>; rel=next; title="x"', '/b,c'],
    ['</a>; rel="last next"', '/a'],
    ['</a>; rel="nextish"', null],
    [undefined, null],
  ])('%s leads to %s', (header, next) => {
    expect(nextOfLinkHeader(header)).toBe(next);
  });
});
