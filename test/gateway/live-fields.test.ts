import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { HubError } from '../../config/errors.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings, type Settings, type SourceSettings } from '../../config/settings/settings.ts';
import { sourceSchema } from '../../connectors/kinds.ts';
import { createViewer } from '../../gateway/access/viewer.ts';
import { createGraph } from '../../gateway/create-graph.ts';
import type { Graph } from '../../gateway/graph.ts';
import { createGateway } from '../../gateway/server.ts';
import { recordId } from '../../schema/ids.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from '../sync-jobs/fake-source.ts';
import { orderStream } from '../sync-jobs/harness.ts';
import { createCacheBuilder } from './cache-builder.ts';

const records = [
  {
    entity: 'order',
    fields: {
      ...{ status: { const: 'CONFIRMED' }, orderNumber: 'number', totalAmount: 'amount', currency: { const: 'EUR' } },
      partyId: 'buyer',
    },
  },
];

describe.each(databases)('what is read live, on $name', (database) => {
  let cache: Cache;
  let count = 0;
  let system: string;
  let source: FakeSource;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    count += 1;
    system = `erp${count}`;
    source = createFakeSource();
    for (const key of ['1', '2', '3']) source.put(key, { number: `A-${key}`, amount: '10.50', buyer: 'p1' });
    await orderStream(source, cache, { system, deletes: 'none', records }).sync();
    source.asked.length = 0;
  });

  function settingsOf({ live = true, liveTimeout = '2s', access = {} } = {}): Settings {
    const own = orderStream(source, cache, { system, deletes: 'none', records }).request.source;
    const { orders } = own.streams;
    if (!orders) throw new Error('Expected a stream of orders.');
    return {
      ...hubSettings.parse({ gateway: { port: 0, liveTimeout }, ...access }),
      sources: { [system]: { ...own, streams: { orders: { ...orders, live } } } as SourceSettings },
    };
  }

  function graphOf(settings: Settings, connector = source.connector) {
    return createGraph({ cache, settings, connectors: { [system]: connector } });
  }

  const query = () =>
    `{ orders(filter: {system: ["${system}"]}, orderBy: ORDER_NUMBER_ASC) { nodes { orderNumber live { orderNumber totalAmount { amount currency } customer { displayName } } } } }`;

  async function ask(graph: ReturnType<typeof graphOf>, lane: 'local' | 'stitched' = 'local') {
    const result = await graph.execute({ query: query(), context: graph.createContext(), lane });
    return JSON.parse(JSON.stringify(result));
  }

  it.each(['local', 'stitched'] as const)(
    'is what the source has now, read once for all records: %s lane',
    async (lane) => {
      source.put('2', { number: 'A-2b', amount: '99.90', buyer: 'p1' });
      source.remove('3');
      const { data, errors } = await ask(graphOf(settingsOf()), lane);
      expect(errors).toBeUndefined();
      expect(data.orders.nodes).toEqual([
        {
          orderNumber: 'A-1',
          live: { orderNumber: 'A-1', totalAmount: { amount: '10.5', currency: 'EUR' }, customer: null },
        },
        {
          orderNumber: 'A-2',
          live: { orderNumber: 'A-2b', totalAmount: { amount: '99.9', currency: 'EUR' }, customer: null },
        },
        { orderNumber: 'A-3', live: null },
      ]);
      expect(source.asked).toEqual(['read 3']);
    },
  );

  it.each(['local', 'stitched'] as const)(
    'costs its own fields when the source does not answer: %s lane',
    async (lane) => {
      source.faults.readByKeys = () => {
        throw new HubError('SOURCE_UNREACHABLE', 'Connection refused.', { source: system });
      };
      const { data, errors } = await ask(graphOf(settingsOf()), lane);
      if (!data.orders) throw new Error(JSON.stringify(errors));
      expect(data.orders.nodes.map((node: object) => node)).toEqual(
        ['A-1', 'A-2', 'A-3'].map((orderNumber) => ({ orderNumber, live: null })),
      );
      expect(errors).toHaveLength(3);
      expect(errors.map(({ path }: { path: unknown }) => path)).toEqual(
        [0, 1, 2].map((n) => ['orders', 'nodes', n, 'live']),
      );
      for (const { message, extensions } of errors) {
        expect(message).toBe('Connection refused.');
        expect(extensions).toMatchObject({ code: 'SOURCE_UNREACHABLE', source: system });
      }
    },
  );

  it('is waited for no longer than the settings say', async () => {
    const readByKeys = (_stream: string, _keys: readonly string[], signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const graph = graphOf(settingsOf({ liveTimeout: '100ms' }), { ...source.connector, readByKeys });
    const { errors } = await ask(graph);
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('within 0.1 s (gateway.liveTimeout)'),
      extensions: { code: 'SOURCE_UNREACHABLE', source: system, stream: 'orders' },
    });
  });

  it('costs one record its field where that one does not fit', async () => {
    source.put('2', { number: 'A-2', amount: 'a lot', buyer: 'p1' });
    const { data, errors } = await ask(graphOf(settingsOf()));
    expect(data.orders.nodes.map(({ live }: { live: unknown }) => live === null)).toEqual([false, true, false]);
    expect(errors).toMatchObject([{ path: ['orders', 'nodes', 1, 'live'], extensions: { code: 'RECORD_INVALID' } }]);
    expect(errors[0].message).not.toContain('a lot');
  });

  it('is nothing, and asks nothing, where the stream is not live', async () => {
    const { data, errors } = await ask(graphOf(settingsOf({ live: false })));
    expect(errors).toBeUndefined();
    expect(data.orders.nodes[0]).toEqual({ orderNumber: 'A-1', live: null });
    expect(source.asked).toEqual([]);
  });

  it('is never kept', async () => {
    const settings = settingsOf();
    const log = createLog({ level: 'silent' });
    const gateway = await createGateway({ cache, settings, log, graph: graphOf(settings) as Graph });
    const url = await gateway.listen();
    try {
      const asked = async () => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: query() }) });
        return ((await answer.json()) as { data: { orders: { nodes: { live: object }[] } } }).data.orders.nodes[0]
          ?.live;
      };
      await asked();
      await asked();
      source.put('1', { number: 'A-1 of now', amount: '1.00', buyer: 'p1' });
      expect(await asked()).toMatchObject({ orderNumber: 'A-1 of now' });
      expect(source.asked).toEqual(['read 3', 'read 3', 'read 3']);
    } finally {
      await gateway.close();
    }
  });

  it('shows nobody what has gone to a customer they may not see', async () => {
    const party = (key: string) => recordId({ system, entity: 'party', key });
    const builder = createCacheBuilder(1_700_000_000_000 + count * 1_000_000);
    for (const key of ['p1', 'p2']) builder.add('party', system, key, { kind: 'ORGANIZATION', displayName: key });
    builder.customer('Seen', [party('p1')], { country: 'DE' });
    builder.customer('Hidden', [party('p2')], { country: 'FR' });
    await builder.save(cache);
    const access = { access: { rows: [{ field: 'country', claim: 'countries' }] } };
    const graph = graphOf(settingsOf({ access }));
    const viewer = createViewer({ name: 'v', scopes: ['crm:read', 'erp:read'], claims: { countries: ['DE'] } });
    source.put('2', { number: 'A-2', amount: '77.00', buyer: 'p2' });
    const { data, errors } = await graph.execute({ query: query(), context: graph.createContext(viewer) });
    expect(errors).toBeUndefined();
    const nodes = JSON.parse(JSON.stringify(data)).orders.nodes;
    expect(nodes.map(({ live }: { live: unknown }) => live === null)).toEqual([false, true, false]);
    const nobody = createViewer({ name: 'n', scopes: ['crm:read'], claims: { countries: ['DE'] } });
    const refused = await graph.execute({ query: query(), context: graph.createContext(nobody) });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('a stream that cannot be asked for single records', () => {
  const stream = { resource: 'x', key: 'id', live: true, records: [{ entity: 'order', fields: {} }] };
  it.each([
    ['rest', { kind: 'rest', url: 'https://shop.example.com' }, 'without a way to ask for single records'],
    ['file', { kind: 'file', folder: '/data' }, 'a file cannot be asked at the moment of a question'],
  ])('is refused as live: kind %s', (_kind, source, reason) => {
    const { error } = sourceSchema.safeParse({ ...source, streams: { orders: stream } });
    expect(error?.issues).toMatchObject([
      { path: ['streams', 'orders', 'live'], message: expect.stringContaining(reason) },
    ]);
  });
});
