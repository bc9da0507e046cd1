import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-sse';
import { createAccessAuditStore } from '../../cache/access/access-audit-store.ts';
import { createApiKeyStore } from '../../cache/access/api-key-store.ts';
import { appendChanges } from '../../cache/changes/append-changes.ts';
import type { Cache } from '../../cache/database/database.ts';
import type { PageRecord } from '../../cache/sync/page-record.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings, type Settings, sourceSettings } from '../../config/settings/settings.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { createGraph } from '../../gateway/create-graph.ts';
import type { Graph } from '../../gateway/graph.ts';
import { createGateway } from '../../gateway/server.ts';
import { sendEvents } from '../../gateway/subscriptions/send-events.ts';
import { recordId } from '../../schema/ids.ts';
import { instantOf } from '../../schema/time.ts';
import { gone, type OpenPass, openPass, rowOf } from '../cache/page-builder.ts';
import { databases } from '../setup/databases.ts';
import { type EventReader, readEvents } from './event-reader.ts';

const orderId = (key: string) => recordId({ system: 'erp', entity: 'order', key });
const partyId = (key: string) => recordId({ system: 'erp', entity: 'party', key });

/** A gateway whose look at the change log is called for, so that a test knows what has been seen. */
async function startGateway(cache: Cache, bounds: object = {}, access?: object, introspection = true) {
  const settings = {
    ...hubSettings.parse({
      gateway: { port: 0, introspection, subscriptions: { heartbeat: '50ms', ...bounds } },
      ...(access && { access }),
    }),
    sources: { erp: { ...sourceSettings.parse({ kind: 'rest' }), streams: {} } },
  } as unknown as Settings;
  const graph = createGraph({ cache, settings });
  const log = createLog({ level: 'silent' });
  const hub = await createGateway({ cache, settings, log, graph: graph as Graph });
  return { graph, hub, url: await hub.listen() };
}

describe.each(databases)('subscriptions over server-sent events on $name', (database) => {
  let cache: Cache;
  let pass: OpenPass;
  let hub: Awaited<ReturnType<typeof startGateway>>;
  let closed: Awaited<ReturnType<typeof startGateway>>;
  const readers: EventReader[] = [];
  let edits = 0;
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= hub.hub.close();
    return stopped;
  };

  const record = (key: string, rows: Extract<PageRecord, { outcome: 'mapped' }>['rows']): PageRecord => {
    edits += 1;
    const version = instantOf(Date.parse('2026-02-01T00:00:00Z') + edits * 1_000);
    return { outcome: 'mapped', record: { key, version, data: { edits: String(edits) } }, rows };
  };
  const order = (key: string, party: string, number: string, lines: string[] = []) =>
    record(key, [
      rowOf('order', key, { partyId: partyId(party), orderNumber: number, status: 'CONFIRMED', currency: 'EUR' }),
      ...lines.map((line) => rowOf('orderLine', line, { orderId: orderId(key), sku: line, orderedQty: '1' })),
    ]);
  const party = (key: string, name: string, country = 'DE', crossReferences: string[] = []) =>
    record(key, [rowOf('party', key, { kind: 'PERSON', displayName: name, country, crossReferences })]);
  async function sync(...records: PageRecord[]) {
    await pass.save(records);
    await resolveDirty({ cache, identity: hubSettings.parse({}).identity, priorities: {} });
    await hub.graph.memory.follow();
    await closed.graph.memory.follow();
  }
  const customerOf = async (key: string) => {
    const [row] = await cache.query('SELECT customer_id AS id FROM customer_links WHERE party_id = ?', [partyId(key)]);
    return String(row?.id);
  };
  async function subscribe(query: string, variables: object = {}, headers = {}, url = hub.url) {
    const reader = await readEvents(url, { query, variables }, headers);
    readers.push(reader);
    // the position: from here on nothing is missed
    if (reader.headers.get('content-type')?.startsWith('text/event-stream')) await reader.any();
    return reader;
  }
  /** The next event with these data. A page and what it means for customers are several changes. */
  async function told(reader: EventReader, data: object) {
    const events: unknown[] = [];
    while (events.length < 4 && !events.some((event) => JSON.stringify(event) === JSON.stringify(data))) {
      events.push((await reader.next())?.data?.data);
    }
    expect(events.at(-1)).toEqual(data);
  }
  async function keyOf(scopes: string[], claims: Record<string, string[]> = {}, seconds = 3_600) {
    edits += 1;
    const now = Date.now();
    return createApiKeyStore(cache).create({
      name: `k${edits}`,
      scopes,
      claims,
      expiresAt: instantOf(now + seconds * 1_000),
      now: instantOf(now),
    });
  }

  beforeAll(async () => {
    cache = await database.open();
    pass = await openPass(cache);
    hub = await startGateway(cache);
    closed = await startGateway(
      cache,
      { max: 3, perViewer: 2 },
      { rows: [{ field: 'country', claim: 'countries' }] },
      false,
    );
    await sync(party('A', 'Anna'), party('B', 'Berta', 'KR'), order('1', 'A', 'N1'), order('2', 'B', 'N2'));
  });
  afterEach(() => {
    for (const reader of readers.splice(0)) reader.close();
  });
  afterAll(async () => {
    await stop();
    await closed.hub.close();
    await database.drop();
  });

  it('tell of an order when it or a line of it changes, as it is then, and of no other', async () => {
    const reader = await subscribe('subscription ($id: ID!) { orderChanged(id: $id) { orderNumber lines { sku } } }', {
      id: orderId('1'),
    });
    expect(reader.status).toBe(200);
    expect(reader.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(reader.headers.get('cache-control')).toBe('no-store');
    await sync(order('2', 'B', 'N2b'));
    await sync(order('1', 'A', 'N1b', ['S1']));
    const first = await reader.next();
    expect(first).toMatchObject({ event: 'next', id: /^\d+$/.test(first?.id ?? '') && first?.id });
    expect(first?.data.data).toEqual({ orderChanged: { orderNumber: 'N1b', lines: [{ sku: 'S1' }] } });
    await sync(order('1', 'A', 'N1b', ['S2']));
    expect((await reader.next())?.data.data).toEqual({ orderChanged: { orderNumber: 'N1b', lines: [{ sku: 'S2' }] } });
  });

  it('tell of every order of a customer, new ones too', async () => {
    const customer = await customerOf('A');
    const reader = await subscribe('subscription ($c: ID) { orderChanged(customer: $c) { orderNumber } }', {
      c: customer,
    });
    await sync(order('3', 'B', 'not mine'));
    await sync(order('4', 'A', 'N4'));
    expect((await reader.next())?.data.data).toEqual({ orderChanged: { orderNumber: 'N4' } });
  });

  it('tell of a customer through fragments, aliases and variables, with everything of it', async () => {
    const query = `subscription Page($id: ID!, $n: Int) { ...Live }
      fragment Live on Subscription { ... { mine: customerChanged(id: $id) { ...Name orders(first: $n) { totalCount } } } }
      fragment Name on Customer { displayName }`;
    const reader = await subscribe(query, { id: await customerOf('A'), n: 1 });
    await sync(party('A', 'Anna Two'));
    await told(reader, { mine: { displayName: 'Anna Two', orders: { totalCount: 2 } } });
  });

  it('tell of an order of a customer that was deleted or went to another, and go on', async () => {
    const reader = await subscribe('subscription ($c: ID) { mine: orderChanged(customer: $c) { orderNumber } }', {
      c: await customerOf('A'),
    });
    const other = await subscribe('subscription ($c: ID) { orderChanged(customer: $c) { orderNumber } }', {
      c: await customerOf('B'),
    });
    await sync(order('5', 'A', 'N5'), order('6', 'A', 'N6'));
    await reader.next();
    await reader.next();
    await sync(order('5', 'B', 'N5'));
    expect((await reader.next())?.data).toEqual({
      data: { mine: null },
      extensions: { gone: orderId('5'), position: expect.any(Number) },
    });
    expect((await other.next())?.data.data).toEqual({ orderChanged: { orderNumber: 'N5' } });
    await sync(gone('6', '2026-03-01T00:00:00.000000Z'));
    expect((await reader.next())?.data).toMatchObject({ data: { mine: null }, extensions: { gone: orderId('6') } });
    await sync(order('7', 'A', 'N7'));
    expect((await reader.next())?.data.data).toEqual({ mine: { orderNumber: 'N7' } });
  });

  it('follow a customer that is merged into another, and end when it is gone', async () => {
    await sync(party('M', 'Maria'), party('N', 'Nora'));
    const id = await customerOf('M');
    const reader = await subscribe(
      'subscription ($id: ID!) { customerChanged(id: $id) { displayName parties { sourceKey } } }',
      { id },
    );
    await sync(party('N', 'Nora', 'DE', [partyId('M')]));
    let parties = 0;
    while (parties < 2) parties = (await reader.next())?.data.data.customerChanged.parties.length;
    await sync(party('N', 'Nora Two', 'DE', [partyId('M')]));
    expect((await reader.next())?.data.data.customerChanged).not.toBeNull();
    await sync(gone('M', '2026-03-01T00:00:00.000000Z'), gone('N', '2026-03-01T00:00:00.000000Z'));
    let last = await reader.next();
    while (last?.event === 'next' && last.data.data.customerChanged) last = await reader.next();
    expect(last?.data.data).toEqual({ customerChanged: null });
    expect((await reader.next())?.event).toBe('complete');
    expect(await reader.next()).toBeUndefined();
  });

  it('go on after Last-Event-ID with what changed meanwhile, once', async () => {
    const query = 'subscription ($id: ID!) { orderChanged(id: $id) { orderNumber } }';
    const before = await subscribe(query, { id: orderId('1') });
    await sync(order('1', 'A', 'N1c'));
    const told = await before.next();
    before.close();
    await sync(order('1', 'A', 'N1d'), order('2', 'B', 'N2d'));
    await sync(order('1', 'A', 'N1e'));
    const after = await subscribe(query, { id: orderId('1') }, { 'last-event-id': String(told?.id) });
    const missed = await after.next();
    expect(missed?.data.data).toEqual({ orderChanged: { orderNumber: 'N1e' } });
    expect(missed?.data.extensions.position).toBe(Number(missed?.id));
    expect(Number(missed?.id)).toBeGreaterThan(Number(told?.id));
    const uptodate = await subscribe(query, { id: orderId('1') }, { 'last-event-id': String(missed?.id) });
    expect((await uptodate.any())?.event).toBe('');
    await sync(order('1', 'A', 'N1f'));
    expect((await uptodate.next())?.data.data).toEqual({ orderChanged: { orderNumber: 'N1f' } });
  });

  it('say so when what changed since is no longer kept', async () => {
    const changes = Array.from({ length: 3 }, () => ({ entity: 'customer' as const, customerId: 'x' }));
    await cache.transaction((sql) => appendChanges(sql, changes, '2026-02-01T00:00:00.000000Z'));
    await hub.graph.memory.follow();
    await cache.execute('DELETE FROM change_log WHERE sequence <= 3');
    const query = 'subscription ($id: ID!) { orderChanged(id: $id) { id } }';
    const reader = await readEvents(hub.url, { query, variables: { id: orderId('1') } }, { 'last-event-id': '1' });
    expect((await reader.next())?.data.errors[0].extensions.code).toBe('CHANGES_MISSED');
    expect((await reader.next())?.event).toBe('complete');
  });

  it('send a sign of life with the position, that needs no answer', async () => {
    const reader = await subscribe('subscription ($id: ID!) { orderChanged(id: $id) { id } }', { id: orderId('1') });
    await sync(order('2', 'B', 'another'));
    const [row] = await cache.query('SELECT last_sequence AS n FROM change_sequence');
    for (let alive = await reader.any(); Number(alive?.id) < Number(row?.n); alive = await reader.any()) {
      expect(alive).toEqual({ event: '', id: alive?.id, data: undefined });
    }
  });

  it.each([
    [
      'an order nobody has',
      'subscription { orderChanged(id: "3f0c2a9e-51b7-8c44-a1d0-7be2f9c06d13") { id } }',
      'NOT_FOUND',
    ],
    ['neither id nor customer', 'subscription { orderChanged { id } }', 'BAD_USER_INPUT'],
    ['an id that is none', 'subscription { orderChanged(id: "1") { id } }', 'BAD_USER_INPUT'],
    ['a missing variable', 'subscription ($id: ID!) { customerChanged(id: $id) { id } }', 'BAD_USER_INPUT'],
    ['a field that is not there', 'subscription { orderChanged(id: "1") { nothing } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'two fields',
      'subscription { a: orderChanged(id: "1") { id } b: orderChanged(id: "1") { id } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['what is no GraphQL', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    [
      'more than may be asked',
      `subscription { orderChanged(id: "${orderId('1')}") { customer { orders(first: 200) { nodes { customer { orders(first: 200) { nodes { customer { orders(first: 200) { totalCount nodes { id } } } } } } } } } } }`,
      'OPERATION_TOO_LARGE',
    ],
  ])('refuse %s by an event, and end', async (_what, query, code) => {
    const reader = await readEvents(hub.url, { query });
    expect(reader.status).toBe(200);
    const { event, data } = (await reader.next()) ?? {};
    expect([event, data.errors[0].extensions.code]).toEqual(['next', code]);
    expect((await reader.next())?.event).toBe('complete');
    expect(await reader.next()).toBeUndefined();
  });

  it('tell nothing of the schema where introspection is off', async () => {
    const key = { 'x-api-key': (await keyOf([])).key };
    const asked = await readEvents(closed.url, { query: '{ __schema { types { name } } }' }, key);
    const { errors } = (await asked.next())?.data ?? {};
    expect(errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    for (const query of [
      'subscription { orderChange(id: "1") { id } }',
      '{ customers(orderBy: NAME_AS) { totalCount } }',
    ]) {
      const hinted = await (await readEvents(closed.url, { query }, key)).next();
      expect(hinted?.data.errors[0].message).not.toMatch(/Did you mean/);
    }
  });

  it('refuse a Last-Event-ID that is none', async () => {
    const query = `subscription { orderChanged(id: "${orderId('1')}") { id } }`;
    const reader = await readEvents(hub.url, { query }, { 'last-event-id': 'yesterday' });
    expect((await reader.next())?.data.errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });

  it('are refused with what to do where the answer would be JSON, over POST and GET', async () => {
    const query = `subscription { orderChanged(id: "${orderId('1')}") { id } }`;
    const post = await readEvents(hub.url, { query }, { accept: 'application/json' });
    expect(await post.text()).toMatch(/Accept: text\/event-stream.*BAD_REQUEST/);
    const headers = { 'apollo-require-preflight': 'true', accept: 'text/event-stream, */*' };
    const get = await fetch(`${hub.url}?query=${encodeURIComponent(query)}`, { headers });
    expect(await get.text()).toMatch(/GET requests only support query.*BAD_REQUEST/);
  });

  it('leave queries of clients that name all they understand to JSON, and stream them to those that want events alone', async () => {
    const query = '{ orders(first: 1) { totalCount } }';
    const many = await readEvents(hub.url, { query }, { accept: 'application/json, text/event-stream' });
    expect(many.headers.get('content-type')).toMatch(/^application\/json/);
    const alone = await readEvents(hub.url, { query });
    expect((await alone.next())?.data.data.orders.totalCount).toBeGreaterThan(0);
    expect((await alone.next())?.event).toBe('complete');
  });

  it('work with the client of the protocol', async () => {
    const client = createClient({ url: hub.url, retryAttempts: 0 });
    const events = client.iterate({ query: `subscription { orderChanged(id: "${orderId('1')}") { orderNumber } }` });
    const first = events.next();
    let told = false;
    const settled = first.then(() => {
      told = true;
    });
    for (let n = 0; !told && n < 100; n++) {
      await sync(order('1', 'A', `client ${n}`));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await settled;
    expect((await first).value).toMatchObject({
      data: { orderChanged: { orderNumber: expect.stringContaining('client') } },
    });
    const once = [];
    for await (const answer of client.iterate({ query: '{ __typename }' })) once.push(answer.data);
    expect(once).toEqual([{ __typename: 'Query' }]);
    client.dispose();
  });

  it('hold the rights of every event: scopes, rows, masks and the record of who read what', async () => {
    const query = 'subscription Anna($id: ID!) { customerChanged(id: $id) { displayName } }';
    const id = await customerOf('A');
    const german = { 'x-api-key': (await keyOf(['pii:read'], { countries: ['DE'] })).key };
    const masked = { 'x-api-key': (await keyOf([], { countries: ['DE', 'KR'] })).key };
    const korean = { 'x-api-key': (await keyOf(['pii:read'], { countries: ['KR'] })).key };
    expect((await readEvents(closed.url, { query, variables: { id } })).status).toBe(401);
    const foreign = await readEvents(closed.url, { query, variables: { id } }, korean);
    expect((await foreign.next())?.data.errors[0].extensions.code).toBe('NOT_FOUND');
    const orders = { query: `subscription { orderChanged(customer: "${id}") { id } }` };
    const unscoped = await readEvents(closed.url, orders, german);
    expect((await unscoped.next())?.data.errors[0].extensions.code).toBe('FORBIDDEN');

    const open = await subscribe(query, { id }, german, closed.url);
    const dim = await subscribe(query, { id }, masked, closed.url);
    await sync(party('A', 'Anna Three'));
    await told(open, { customerChanged: { displayName: 'Anna Three' } });
    await told(dim, { customerChanged: { displayName: 'A…' } });
    const read = await createAccessAuditStore(cache).list({ customer: id, first: 10 });
    expect(new Set(read.map(({ operation }) => operation))).toEqual(new Set(['Anna']));
    // Anna moves: who may see Germans alone is told that she is no longer there, and nothing after
    await sync(party('A', 'Anna Four', 'KR'));
    await told(open, { customerChanged: null });
    expect((await open.next())?.event).toBe('complete');
    expect((await dim.next())?.data.data).toEqual({ customerChanged: { displayName: 'A…' } });
  });

  it('end with the login', async () => {
    const { key } = await keyOf([], { countries: ['KR'] }, 1);
    const query = 'subscription ($id: ID!) { customerChanged(id: $id) { id } }';
    const reader = await subscribe(query, { id: await customerOf('B') }, { 'x-api-key': key }, closed.url);
    const last = await reader.next();
    expect(last?.data.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect((await reader.next())?.event).toBe('complete');
  }, 20_000);

  it('are bounded by caller and by process, and a place is free again when one leaves', async () => {
    const variables = { id: await customerOf('B') };
    const query = 'subscription ($id: ID!) { customerChanged(id: $id) { id } }';
    const keys = await Promise.all([keyOf([], { countries: ['KR'] }), keyOf([], { countries: ['KR'] })]);
    const as = (n: number) => readEvents(closed.url, { query, variables }, { 'x-api-key': keys[n]?.key ?? '' });
    const open = [await as(0), await as(0)];
    const again = await as(0);
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await again.text()).toMatch(/perViewer.*SUBSCRIPTIONS_FULL/);
    open.push(await as(1));
    const fourth = await as(1);
    expect(fourth.status).toBe(503);
    expect(await fourth.text()).toMatch(/subscriptions\.max.*SUBSCRIPTIONS_FULL/);
    open[0]?.close();
    let free = await as(1);
    while (free.status === 503) free = await as(1);
    expect(free.status).toBe(200);
    for (const reader of [...open, free]) reader.close();
  });

  it('end without being complete when the process stops, so that clients come again', async () => {
    const query = 'subscription ($id: ID!) { customerChanged(id: $id) { id } }';
    const reader = await subscribe(query, { id: await customerOf('B') });
    await stop();
    expect(await reader.next()).toBeUndefined();
  });
});

describe('a client that does not take its events', () => {
  it('is let go, and told so', async () => {
    let ended: Promise<void> | undefined;
    let made = 0;
    async function* events() {
      for (; made < 100; made++) yield { position: made, result: { data: { filling: 'x'.repeat(1_000_000) } } };
    }
    const tooSlow = () => ({ errors: [], extensions: { tooSlow: true } });
    const server = createServer((_request, response) => {
      ended = sendEvents(response, { events: events(), slowAfter: 300, tooSlow, signal: new AbortController().signal });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    const socket = connect(typeof bound === 'object' && bound ? bound.port : 0, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('readable', resolve));
    await ended;
    expect(made).toBeLessThan(100);
    let text = '';
    for await (const part of socket.setEncoding('latin1')) text = (text + part).slice(-300);
    expect(text).toMatch(/"tooSlow":true.*event: complete/s);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
