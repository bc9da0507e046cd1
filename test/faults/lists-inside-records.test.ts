import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { type Loopback, startLoopback } from '../connectors/loopback.ts';
import {
  type PagedOrdersOptions,
  pagedOrdersSettings,
  spellings,
  startPagedOrders,
} from '../connectors/paged-orders.ts';
import { databases } from '../setup/databases.ts';
import { fault } from './fault.ts';
import { type StreamUnderTest, streamUnderTest } from './stream-under-test.ts';

describe.each(databases)('lists inside a record that the source pages, on $name', (database) => {
  let cache: Cache;
  let server: Loopback;
  let stream: StreamUnderTest;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  afterEach(async () => {
    await stream.connector.close();
    await server.stop();
  });

  async function open(options: Partial<PagedOrdersOptions> = {}, settings: object = {}) {
    await stream?.connector.close();
    await server?.stop();
    count += 1;
    const all = { spelling: spellings['version 4.0'], orders: 3, lines: 7, pageSize: 3, ...options };
    server = await startPagedOrders(all);
    stream = streamUnderTest(cache, `erp${count}`, pagedOrdersSettings(server.origin, all.spelling, settings));
  }

  /** Order → its lines in the cache. */
  async function lines(): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const key of Object.keys(await stream.rows())) {
      const [order = '', line] = key.split('/');
      found[order] = (found[order] ?? 0) + (line === undefined ? 0 : 1);
    }
    return found;
  }

  const whole = { SO001: 7, SO002: 7, SO003: 7 };

  for (const [name, spelling] of Object.entries(spellings)) {
    fault(40, `${name}: what is missing of a list is read by its next links`, 'whole lists', async () => {
      await open({ spelling });
      expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
      expect(await lines()).toEqual(whole);
    });

    fault(40, `${name}: an empty list beside the link is read from its beginning`, 'whole lists', async () => {
      await open({ spelling, linesAtFirst: 0 });
      await stream.sync();
      expect(await lines()).toEqual(whole);
    });

    fault(40, `${name}: a list of which more is counted than came is put aside`, 'whole lists', async () => {
      await open({ spelling, unlinked: true, linesCounted: 7 });
      expect(await stream.sync()).toMatchObject({ quarantined: 3 });
      expect(await lines()).toEqual({});
      expect((await stream.quarantined()).SO001).toContain('Lines: expected 7 elements');
    });
  }

  fault(40, 'a link that cannot be followed puts its record aside, and no other', 'whole lists', async () => {
    await open({ instead: (url) => (url.pathname.includes('SO002') ? { status: 404, body: {} } : null) });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 1 });
    expect(await lines()).toEqual({ SO001: 7, SO003: 7 });
    expect(await stream.quarantined()).toEqual({
      SO002: expect.stringContaining('next link that could not be followed'),
    });
  });

  it('are completed by a later pass once the link can be followed', async () => {
    let isBroken = true;
    await open({ instead: (url) => (isBroken && url.pathname.includes('/Lines') ? { status: 403, body: {} } : null) });
    await stream.sync();
    expect(await lines()).toEqual({});
    isBroken = false;
    await stream.sync({ full: true });
    expect(await lines()).toEqual(whole);
    expect(await stream.quarantined()).toEqual({});
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
  });

  it('fail the pass where the source is away, and nothing is put aside', async () => {
    await open(
      { instead: (url) => (url.pathname.includes('/Lines') ? { status: 503, body: {} } : null) },
      { quarantineThreshold: 0.2 },
    );
    expect(await stream.sync()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_UNREACHABLE' } });
    expect(await stream.quarantined()).toEqual({});
  });

  it('end at a bound where their links lead in a circle', async () => {
    await open({
      instead: (url) =>
        url.pathname.includes('/Lines') ? { body: { value: [], '@odata.nextLink': `Orders('SO1')/Lines?x` } } : null,
    });
    await stream.sync();
    expect((await stream.quarantined()).SO001).toContain('the same one twice');
  });

  fault(40, 'lists inside lists are completed, whichever page they come with', 'whole lists', async () => {
    const schedule = (n: number) => ({ Order: 'x', No: n, Qty: '1' });
    const more = {
      "/svc/Orders('SO001')/Lines": {
        value: [{ No: 2, Schedules: [], 'Schedules@odata.nextLink': 'Deep?2' }],
      },
      '/svc/Deep': { value: [schedule(1), schedule(2)] },
    } as Record<string, unknown>;
    const order = {
      Id: 'SO001',
      Lines: [{ No: 1, Schedules: [schedule(1)], 'Schedules@odata.nextLink': 'Deep?1' }],
      'Lines@odata.nextLink': "Orders('SO001')/Lines",
    };
    const each = { entity: 'orderLine', each: 'Lines', key: ['^.Id', 'No'] };
    const fields = { orderId: '^.Id', lineNo: 'No', orderedQty: { expression: '$count(Schedules)' } };
    await open(
      {
        instead: (url) => {
          const found = more[decodeURIComponent(url.pathname)];
          if (found) return { body: found };
          return { body: { value: url.searchParams.get('$filter') === null ? [order] : [] } };
        },
      },
      { records: [{ ...each, fields }] },
    );
    await stream.sync();
    expect(await stream.rows()).toMatchObject({ 'SO001/1': { orderedQty: '3' }, 'SO001/2': { orderedQty: '2' } });
  });

  describe('of a GraphQL source', () => {
    /** Orders of seven lines, of which the server gives as many as it is asked for. */
    async function openGraph(asked: number) {
      await stream?.connector.close();
      await server?.stop();
      count += 1;
      const lines = Array.from({ length: 7 }, (_, i) => ({ no: i + 1, qty: 1 })).slice(0, asked);
      const nodes = ['SO001', 'SO002'].map((id) => ({
        id,
        lines: { nodes: lines, pageInfo: { hasNextPage: asked < 7 } },
      }));
      const body = { data: { orders: { nodes, pageInfo: { hasNextPage: false, endCursor: null } } } };
      server = await startLoopback(null, () => ({ body }));
      const query = `query ($first: Int!, $after: String) { orders(first: $first, after: $after) {
        nodes { id lines(first: ${asked}) { nodes { no qty } pageInfo { hasNextPage } } } pageInfo { hasNextPage endCursor } } }`;
      const fields = { orderId: '^.id', lineNo: 'no', orderedQty: 'qty' };
      const records = [
        { entity: 'order', fields: { orderNumber: 'id', status: { const: 'CONFIRMED' } } },
        { entity: 'orderLine', each: 'lines.nodes', key: ['^.id', 'no'], fields },
      ];
      stream = streamUnderTest(cache, `shop${count}`, {
        kind: 'graphql',
        url: server.origin,
        streams: { things: { resource: 'orders', key: 'id', query, quarantineThreshold: 1, records } },
      });
    }

    fault(40, 'GraphQL: a nested connection with a next page puts its record aside', 'whole lists', async () => {
      await openGraph(3);
      expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 2 });
      expect(await lines()).toEqual({});
      expect((await stream.quarantined()).SO001).toContain('lines: expected the whole list, got 3 elements');
    });

    it('is stored where the query asks for enough of it', async () => {
      await openGraph(10);
      expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 0 });
      expect(await lines()).toEqual({ SO001: 7, SO002: 7 });
    });
  });
});
