import { afterEach, describe, expect, it } from '@jest/globals';
import type { SourceRecord } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { live } from './http-server.ts';
import { type Loopback, startLoopback } from './loopback.ts';
import { startTrytonServer, TRYTON_PASSWORD, type TrytonServer, trytonTime } from './tryton-server.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Row {
  id: number;
  date_created: string;
  date_updated: string | null;
}

const rows = (): Row[] =>
  Array.from({ length: 10 }, (_, i) => ({
    id: i + 1,
    date_created: `2026-10-01T10:00:0${i}Z`,
    date_updated: i % 2 ? `2026-10-15T10:00:0${i}Z` : null,
  }));

const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'id' } }];
const cursor = { field: ['date_updated', 'date_created'] };

function connectorOf(settings: object, stream: object) {
  const parsed = sourceSchema.parse({
    timeout: '5s',
    ...settings,
    streams: { things: { key: 'id', records, ...stream } },
  });
  const connector = connect({ system: 'crm', settings: parsed });
  stops.push(() => connector.close());
  return connector;
}

async function serve(handle: Parameters<typeof startLoopback>[1]): Promise<Loopback> {
  const server = await startLoopback(null, handle);
  stops.push(server.stop);
  return server;
}

async function read(connector: ReturnType<typeof connect>, since: string | null, size = 1_000) {
  const found: SourceRecord[] = [];
  let resume: string | null = null;
  for (let pages = 0; pages < size; pages += 1) {
    // Each page is read as if the pass before had been interrupted after the last one.
    const [page] = await firstPage(connector, since, resume);
    if (!page) break;
    found.push(...page.records);
    resume = page.next;
    if (resume === null) return { keys: found.map(({ key }) => key), evidence: page.evidence };
  }
  return { keys: found.map(({ key }) => key), evidence: undefined };
}

async function firstPage(connector: ReturnType<typeof connect>, since: string | null, resume: string | null) {
  for await (const page of connector.pull('things', { since, resume }, live())) return [page];
  return [];
}

const SINCE = '2026-10-01T10:00:05.000000Z';
const atLeast = (value: string | null, since: string) => value !== null && Date.parse(value) >= Date.parse(since);

/** A headless CMS with filters in JSON, or by parameters, or with two lists of changes. */
async function startCms(all = rows()) {
  const server = await serve((url) => {
    const { searchParams: query } = url;
    const filter = JSON.parse(query.get('filter') ?? '{}') as {
      _or?: Record<string, { _gte: string }>[];
      id?: unknown;
    };
    const updated = query.get('updated_since');
    const created = query.get('created_since');
    let found = all;
    if (filter._or) {
      const or = filter._or.flatMap((one) => Object.entries(one));
      found = found.filter((row) => or.some(([name, { _gte }]) => atLeast(row[name as keyof Row] as string, _gte)));
    }
    if (updated) found = found.filter((row) => atLeast(row.date_updated, updated));
    if (created) found = found.filter((row) => atLeast(row.date_created, created));
    const limit = Number(query.get('limit') ?? 1_000);
    const offset = Number(query.get('offset') ?? 0);
    return { body: { data: found.slice(offset, offset + limit), total: found.length } };
  });
  const rest = (since: object, more: object = {}) =>
    connectorOf(
      { kind: 'rest', url: server.origin, itemsPath: 'data', ...more },
      { resource: '/items', cursor, since },
    );
  return { all, server, rest };
}

const template = '{"_or":[{"date_updated":{"_gte":"{since}"}},{"date_created":{"_gte":"{since}"}}]}';
const offset = {
  paging: { type: 'offset', offsetParam: 'offset', sizeParam: 'limit', totalPath: 'total' },
  pageSize: 3,
};

describe('changes asked for by several stamps', () => {
  const changed = ['2', '4', '6', '7', '8', '9', '10'];

  it('in a text in the language of the source', async () => {
    const { rest, server } = await startCms();
    const { keys } = await read(rest({ params: { filter: template } }, { paging: { type: 'none' } }), SINCE);
    expect(keys).toEqual(changed);
    expect(decodeURIComponent(server.requests.at(-1) ?? '')).toContain(
      '"date_created":{"_gte":"2026-10-01T10:00:05Z"}',
    );
  });

  it('in a text that takes the place of the one for the whole list', async () => {
    const { server } = await startCms();
    const stream = {
      resource: '/items',
      cursor,
      params: { filter: '{"id":0}', sort: 'id' },
      since: { params: { filter: template } },
    };
    const connector = connectorOf(
      { kind: 'rest', url: server.origin, itemsPath: 'data', paging: { type: 'none' } },
      stream,
    );
    await read(connector, null);
    expect(decodeURIComponent(server.requests.at(-1) ?? '')).toBe('/items?filter={"id":0}&sort=id');
    expect((await read(connector, SINCE)).keys).toEqual(changed);
    expect(server.requests.at(-1)?.match(/filter=/g)).toHaveLength(1);
  });

  it('by one question after the other, over pages and interruptions, with what both prove', async () => {
    const { rest } = await startCms();
    const both = rest([{ param: 'updated_since' }, { param: 'created_since' }], offset);
    const { keys, evidence } = await read(both, SINCE);
    expect([...new Set(keys)].sort((a, b) => Number(a) - Number(b))).toEqual(changed);
    expect(evidence).toMatchObject({ total: 10, doubt: null });
    expect((await read(both, null)).keys).toHaveLength(10);
  });

  it('in an object that is a variable of a GraphQL query', async () => {
    const asked: unknown[] = [];
    const server = await serve(async (_, request) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      asked.push(JSON.parse(text).variables);
      return { body: { data: { things: { nodes: [], pageInfo: { hasNextPage: false } } } } };
    });
    const value = { _or: [{ updatedAt: { after: '{since}' } }, { createdAt: { after: '{since}' }, limit: 3 }] };
    const query = 'query ($filter: F) { things(filter: $filter) { nodes { id } pageInfo { hasNextPage endCursor } } }';
    const stream = { resource: 'things', query, cursor, since: { variable: 'filter', value } };
    await read(connectorOf({ kind: 'graphql', url: server.origin }, stream), SINCE);
    const moment = '2026-10-01T10:00:05Z';
    expect(asked).toEqual([
      { filter: { _or: [{ updatedAt: { after: moment } }, { createdAt: { after: moment }, limit: 3 }] } },
    ]);
  });

  it.each([
    ['both forms', { param: 'a', params: { b: '{since}' } }, /either param/],
    ['neither form', { format: 'yyyy' }, /either param/],
    ['no place for the moment', { params: { filter: 'updated' } }, /expected \{since\}/],
  ])('with %s are refused with what was expected', (_, since, message) => {
    const source = {
      kind: 'rest',
      url: 'http://h',
      streams: { things: { key: 'id', resource: '/x', cursor, since, records } },
    };
    expect(JSON.stringify(sourceSchema.safeParse(source).error?.issues)).toMatch(message);
  });
});

/** What the check says of the cursor of the only stream. */
async function checked(connector: ReturnType<typeof connect>) {
  const { ok, detail } = (await connector.check(live())).find(({ probe }) => probe === 'things: cursor') ?? {};
  return { ok, detail };
}

describe('the check of how changes are asked for', () => {
  const none = { paging: { type: 'none' } };

  it.each<[string, object]>([
    ['a text with both stamps', { params: { filter: template } }],
    ['a question for each stamp', [{ param: 'updated_since' }, { param: 'created_since' }]],
  ])('finds nothing wrong with %s', async (_, since) => {
    const { rest } = await startCms();
    expect(await checked(rest(since, none))).toMatchObject({
      ok: true,
      detail: 'changes are told by date_updated, date_created',
    });
  });

  it('says that a new record would not be read before it is edited', async () => {
    const { rest } = await startCms();
    expect(await checked(rest({ param: 'updated_since' }, none))).toMatchObject({
      ok: false,
      detail: expect.stringMatching(
        /its date_updated is empty, and `since` does not ask for date_created\. A new record would not be read/,
      ),
    });
  });

  it('says that the source ignores the filter', async () => {
    const { rest } = await startCms();
    expect(await checked(rest({ param: 'modified_after' }, none))).toMatchObject({
      ok: false,
      detail: expect.stringMatching(
        /does not filter by date_updated, date_created as it is asked, and every pass would read the whole list/,
      ),
    });
  });

  it('says that the source does not understand the moment', async () => {
    const server = await serve((url) => ({ body: url.searchParams.has('after') ? [] : rows() }));
    const stream = { resource: '/items', cursor, since: { param: 'after' } };
    expect(await checked(connectorOf({ kind: 'rest', url: server.origin, ...none }, stream))).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/changes since 1971-01-01.* got none: the source does not understand the moment/),
    });
  });

  it('says that the source filters by another stamp than it shows, by the record that changed last', async () => {
    // Its clock for filters is ten hours behind the one it shows.
    const server = await serve((url) => {
      const since = url.searchParams.get('after');
      const hidden = (text: string) => new Date(Date.parse(text) - 36_000_000).toISOString();
      return { body: rows().filter(({ date_created: at }) => since === null || hidden(at) >= since) };
    });
    const stream = { resource: '/items', cursor: { field: 'date_created' }, since: { param: 'after' } };
    expect(await checked(connectorOf({ kind: 'rest', url: server.origin, ...none }, stream))).toMatchObject({
      ok: false,
      detail: expect.stringMatching(
        /expected 10 when changes since its own stamp .* the source filters by another field, zone or precision/,
      ),
    });
  });

  it('takes a source that leaves out the moment itself, since each pass begins before it', async () => {
    const server = await serve((url) => {
      const since = url.searchParams.get('after');
      return { body: rows().filter(({ date_created: at }) => since === null || Date.parse(at) > Date.parse(since)) };
    });
    const stream = { resource: '/items', cursor: { field: 'date_created' }, since: { param: 'after' } };
    expect(await checked(connectorOf({ kind: 'rest', url: server.origin, ...none }, stream))).toMatchObject({
      ok: true,
    });
  });

  it('is not disturbed by a source that refuses moments of long ago, nor by one that is empty', async () => {
    const { all, server } = await startCms();
    const refusing = await serve((url) => {
      const since = url.searchParams.get('after');
      if (since?.startsWith('1971')) return { status: 400, body: { error: 'too far back' } };
      return { body: all.filter(({ date_created: at }) => since === null || Date.parse(at) >= Date.parse(since)) };
    });
    const stream = { resource: '/items', cursor: { field: 'date_created' }, since: { param: 'after' } };
    expect(await checked(connectorOf({ kind: 'rest', url: refusing.origin, ...none }, stream))).toMatchObject({
      ok: true,
    });
    all.length = 0;
    const empty = connectorOf(
      { kind: 'rest', url: server.origin, itemsPath: 'data', ...none },
      { ...stream, since: { param: 'updated_since' } },
    );
    expect(await checked(empty)).toMatchObject({ ok: true });
  });
});

describe('the check of a Tryton stream', () => {
  let server: TrytonServer;

  it('says that new records are not read where only the stamp of the last edit is named', async () => {
    server = await startTrytonServer();
    stops.push(server.stop);
    const row = { id: 1, name: 'x', write_date: null, create_date: trytonTime('2026-10-01T10:00:00.000000Z') };
    server.models.set('test.thing', new Map([[1, row]]));
    const tryton = {
      kind: 'json-rpc',
      dialect: 'tryton',
      url: server.origin,
      database: 'erp',
      username: 'hub',
      password: TRYTON_PASSWORD,
    };
    const check = async (field: unknown) => {
      const results = await connectorOf(tryton, { resource: 'test.thing', cursor: { field } }).check(live());
      return results.find(({ probe }) => probe === 'things');
    };
    expect(await check('write_date')).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/stamp in write_date .* got 1 without/),
    });
    expect(await check(['write_date', 'create_date'])).toMatchObject({ ok: true });
  });
});
