import { afterEach, describe, expect, it } from '@jest/globals';
import type { ReadEvidence, SourceRecord } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { type Loopback, startLoopback } from './loopback.ts';
import {
  type PagedOrdersOptions,
  pagedOrdersSettings,
  type SpellingName,
  spellingNames,
  spellings,
  startPagedOrders,
} from './paged-orders.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const live = () => new AbortController().signal;

async function serve(spelling: SpellingName, options: Partial<PagedOrdersOptions>, stream: object = {}) {
  const how = spellings[spelling];
  const server = await startPagedOrders({ spelling: how, orders: 5, lines: 5, pageSize: 2, ...options });
  return connectTo(server, pagedOrdersSettings(server.origin, how, stream));
}

function connectTo(server: Loopback, settings: object) {
  const connector = connect({ system: 'erp', settings: sourceSchema.parse(settings) });
  cleanups.push(server.stop, () => connector.close());
  return { server, connector };
}

async function readAll({ connector }: Awaited<ReturnType<typeof serve>>, resume: string | null = null) {
  const records: SourceRecord[] = [];
  const places: (string | null)[] = [];
  let evidence: ReadEvidence | undefined;
  for await (const page of connector.pull('things', { since: null, resume }, live())) {
    records.push(...page.records);
    places.push(page.next);
    evidence = page.evidence;
  }
  return { records, places, evidence };
}

const linesOf = (records: SourceRecord[]) =>
  Object.fromEntries(records.map(({ key, data }) => [key, (data.Lines as unknown[]).length]));
const all = { SO001: 5, SO002: 5, SO003: 5, SO004: 5, SO005: 5 };

describe.each(spellingNames)('a service of %s that pages its lists', (spelling) => {
  it.each(['keyset', 'links'])('is read in full by %s, with as many records as it counts', async (paging) => {
    const { records, evidence } = await readAll(await serve(spelling, {}, { paging }));
    expect(linesOf(records)).toEqual(all);
    expect(evidence).toEqual({ total: 5, came: 5, doubt: null });
  });

  it.each(['keyset', 'links'])('counts as many records when it goes on after a stop, by %s', async (paging) => {
    const service = await serve(spelling, {}, { paging });
    const { places } = await readAll(service);
    for (const place of places.slice(0, -1)) {
      expect((await readAll(service, place)).evidence).toEqual({ total: 5, came: 5, doubt: null });
    }
  });

  it.each(['keyset', 'links'])('lists all its keys by %s', async (paging) => {
    const { connector } = await serve(spelling, {}, { paging });
    const keys: string[] = [];
    let evidence: ReadEvidence | undefined;
    for await (const page of connector.scanKeys('things', live())) {
      keys.push(...page.keys.map(({ key }) => key));
      evidence = page.evidence;
    }
    expect(keys).toEqual(Object.keys(all));
    expect(evidence).toEqual({ total: 5, came: 5, doubt: null });
  });

  it('gives records by key with all elements of their lists', async () => {
    const { connector } = await serve(spelling, {});
    const records = await connector.readByKeys('things', ['SO001', 'SO002', 'SO004', 'SO009'], live());
    expect(linesOf(records)).toEqual({ SO001: 5, SO002: 5, SO004: 5 });
  });

  it('gives entities without what the protocol says about them', async () => {
    const { records } = await readAll(await serve(spelling, { lines: 1 }));
    expect(Object.keys(records[0]?.data ?? {}).sort()).toEqual(['Changed', 'Id', 'Lines']);
  });
});

describe('a service that cuts its pages without a word', () => {
  it.each(['version 2', 'version 4.0'] as const)('is read by what lies after the last record, %s', async (spelling) => {
    const { records, evidence } = await readAll(await serve(spelling, { unlinked: true, uncounted: true, lines: 1 }));
    expect(records.map(({ key }) => key)).toEqual(Object.keys(all));
    expect(evidence).toEqual({ total: null, came: 5, doubt: null });
  });

  it('lists all its keys', async () => {
    const { connector } = await serve('version 4.0', { unlinked: true, uncounted: true, lines: 1 });
    const keys: string[] = [];
    for await (const page of connector.scanKeys('things', live())) keys.push(...page.keys.map(({ key }) => key));
    expect(keys).toEqual(Object.keys(all));
  });

  it('gives all the records that are asked for by key', async () => {
    const { connector } = await serve('version 4.0', { unlinked: true, uncounted: true, lines: 1 });
    const records = await connector.readByKeys('things', Object.keys(all), live());
    expect(linesOf(records)).toEqual({ SO001: 1, SO002: 1, SO003: 1, SO004: 1, SO005: 1 });
  });

  it('is found out by its count when it is read by links', async () => {
    const { evidence } = await readAll(await serve('version 4.0', { unlinked: true, lines: 1 }, { paging: 'links' }));
    expect(evidence).toEqual({ total: 5, came: 2, doubt: null });
  });

  it('is doubted when it is read by links and does not count', async () => {
    const service = await serve(
      'version 4.0',
      { unlinked: true, uncounted: true, lines: 1, pageSize: 4, orders: 9 },
      {
        paging: 'links',
        pageSize: 4,
      },
    );
    expect((await readAll(service)).evidence).toMatchObject({
      total: null,
      doubt: expect.stringContaining('round number'),
    });
  });
});

describe('a count', () => {
  it('that is larger than what can be read is told, however it was asked for', async () => {
    const rows = { value: [{ Id: 'A' }, { Id: 'B' }] };
    const server = await startLoopback(null, (url) =>
      url.pathname.endsWith('$metadata')
        ? { status: 404, body: {} }
        : {
            body: {
              ...(url.searchParams.get('$filter')?.includes('gt') ? { value: [] } : rows),
              ...(url.searchParams.has('$count') ? { '@odata.count': 7 } : {}),
            },
          },
    );
    const settings = pagedOrdersSettings(server.origin, spellings['version 4.0'], { expand: [] });
    const { evidence } = await readAll(connectTo(server, settings));
    expect(evidence).toEqual({ total: 7, came: 2, doubt: null });
  });

  it('that the service refuses is done without', async () => {
    const refused = (url: URL) =>
      url.searchParams.has('$count') ? { status: 400, body: { error: { message: '$count is not supported' } } } : null;
    const service = await serve('version 4.0', { instead: refused });
    const { records, evidence } = await readAll(service);
    expect(linesOf(records)).toEqual(all);
    expect(evidence).toEqual({ total: null, came: 5, doubt: null });
  });

  it('is not asked for where the settings say so', async () => {
    const service = await serve('version 4.0', {}, { count: 'off' });
    expect((await readAll(service)).evidence).toEqual({ total: null, came: 5, doubt: null });
    expect(service.server.requests.filter((request) => request.includes('$count'))).toEqual([]);
  });

  it('is asked for again when records are gone meanwhile', async () => {
    const options: PagedOrdersOptions = {
      spelling: spellings['version 4.0'],
      orders: 5,
      lines: 1,
      pageSize: 2,
    };
    const server = await startPagedOrders(options);
    const { connector } = connectTo(server, pagedOrdersSettings(server.origin, options.spelling));
    let evidence: ReadEvidence | undefined;
    for await (const page of connector.pull('things', { since: null, resume: null }, live())) {
      options.orders = 4;
      evidence = page.evidence;
    }
    expect(evidence).toEqual({ total: 4, came: 4, doubt: null });
  });
});

describe('changes of version 4.01', () => {
  async function readDelta(changes: object, others: (url: URL) => object) {
    const server = await startLoopback(null, (url) => {
      if (url.pathname.endsWith('$metadata')) return { status: 404, body: {} };
      if (url.searchParams.has('$deltatoken')) return { body: changes };
      return { body: others(url) };
    });
    const { connector } = connectTo(
      server,
      pagedOrdersSettings(server.origin, spellings['version 4.01'], { deltas: true }),
    );
    const read = async (delta?: string) => {
      const pages = [];
      const request = { since: null, resume: null, ...(delta === undefined ? {} : { delta }) };
      for await (const page of connector.pull('things', request, live())) pages.push(page);
      return pages;
    };
    const [first] = await read();
    return (await read(first?.delta)).flatMap(({ records }) => records);
  }

  it('are told without the prefix: delta link, keys of what is gone, relations', async () => {
    const value = [
      { Id: 'A', Lines: [] },
      { '@removed': { reason: 'deleted' }, '@id': "http://x/Orders('B')" },
      { '@context': '#$delta/$deletedLink', source: 'x', target: 'y' },
    ];
    const records = await readDelta({ value, '@deltaLink': 'Orders?$deltatoken=2' }, () => ({
      value: [],
      '@deltaLink': 'Orders?$deltatoken=1',
    }));
    expect(records.map(({ key, deleted }) => [key, deleted])).toEqual([
      ['A', false],
      ['B', true],
    ]);
  });

  it('in a list inside a record make the record be read by its key, with the whole list', async () => {
    const line = (n: number) => ({ Order: 'A', No: n, Qty: '1' });
    const value = [{ Id: 'A', 'Lines@delta': [line(2)] }];
    const records = await readDelta({ value, '@deltaLink': 'Orders?$deltatoken=2' }, (url) => {
      const isByKey = url.searchParams.get('$filter') === "Id eq 'A'";
      return { value: isByKey ? [{ Id: 'A', Lines: [line(1), line(2)] }] : [], '@deltaLink': 'Orders?$deltatoken=1' };
    });
    expect(linesOf(records)).toEqual({ A: 2 });
  });
});

describe('what a service is told', () => {
  it.each([
    [4, { 'odata-maxversion': '4.0' }],
    [3, { maxdataserviceversion: '3.0' }],
    [2, { maxdataserviceversion: '2.0' }],
  ] as const)('is the version that the hub understands: %s', async (version, headers) => {
    const seen: NodeJS.Dict<string | string[]>[] = [];
    const server = await startLoopback(null, (url, request) => {
      seen.push(request.headers);
      return url.pathname.endsWith('$metadata')
        ? { status: 404, body: {} }
        : { body: version === 2 ? { d: { results: [] } } : { value: [] } };
    });
    const settings = { ...pagedOrdersSettings(server.origin, spellings['version 2']), version };
    await readAll(connectTo(server, { ...settings, headers: { Prefer: 'odata.include-annotations="*"' } }));
    expect(seen.length).toBeGreaterThan(1);
    for (const one of seen) expect(one).toMatchObject(headers);
    expect(seen.at(-1)?.prefer).toBe('odata.maxpagesize=500,odata.include-annotations="*"');
  });
});

it('A service whose links never end with empty pages is given up', async () => {
  let asked = 0;
  for (const paging of ['keyset', 'links']) {
    const server = await startLoopback(null, (url) => {
      asked += 1;
      if (url.pathname.endsWith('$metadata')) return { status: 404, body: {} };
      return { body: { value: [], '@odata.nextLink': `Orders?$skiptoken=${asked}` } };
    });
    const service = connectTo(server, pagedOrdersSettings(server.origin, spellings['version 4.0'], { paging }));
    await expect(readAll(service)).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('pages in a row without records'),
    });
  }
});
