import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import createODataServer, { type Criteria, type Query } from 'simple-odata-server';
import type { Connector } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';

type Document = Record<string, string | number | null>;

/** Two hundred orders; every tenth was never changed, and many share a stamp. */
const orders: Document[] = Array.from({ length: 200 }, (_, n) => ({
  _id: `O-${String((n * 37) % 200).padStart(4, '0')}`,
  customer: `C'${n % 7}`,
  amount: n + 0.25,
  changed: n % 10 === 0 ? null : `2025-03-${String(1 + (n % 9)).padStart(2, '0')}T10:00:00Z`,
}));

const model = {
  namespace: 'shop',
  entityTypes: {
    OrderType: {
      _id: { type: 'Edm.String', key: true },
      customer: { type: 'Edm.String' },
      amount: { type: 'Edm.Double' },
      changed: { type: 'Edm.String' },
    },
  },
  entitySets: { orders: { entityType: 'shop.OrderType' } },
};

describe('an OData v4 server that was not written for us (simple-odata-server)', () => {
  let connector: Connector;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const odata = createODataServer(url)
      .model(model)
      .query((_collection, query, _request, done) => done(null, find(query)));
    server.on('request', (request, response) => odata.handle(request, response));
    stop = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    connector = connect({
      system: 'shop',
      settings: sourceSchema.parse({
        kind: 'odata',
        url,
        streams: {
          orders: {
            resource: 'orders',
            key: '_id',
            cursor: { field: 'changed', format: "yyyy-MM-dd'T'HH:mm:ss'Z'" },
            pageSize: 7,
            records: [{ entity: 'order', fields: { status: { const: 'DONE' }, netAmount: 'amount' } }],
          },
        },
      }),
    });
  });

  afterAll(async () => {
    await connector.close();
    await stop();
  });

  const live = () => new AbortController().signal;

  async function keys(since: string | null): Promise<string[]> {
    const read: string[] = [];
    for await (const { records } of connector.pull('orders', { since, resume: null }, live())) {
      read.push(...records.map(({ key }) => key));
    }
    return read;
  }

  const idsWhere = (test: (order: Document) => boolean) =>
    orders
      .filter(test)
      .map(({ _id }) => String(_id))
      .sort();

  it('is read in full, each record once', async () => {
    expect((await keys(null)).sort()).toEqual(idsWhere(() => true));
  });

  it('is read since a moment, with the records that carry no stamp', async () => {
    const since = '2025-03-05T10:00:00Z';
    const changed = idsWhere(({ changed }) => changed === null || String(changed) >= since);
    expect((await keys('2025-03-05T10:00:00.000000Z')).sort()).toEqual(changed);
  });

  it('gives records by key, all keys, and its fields', async () => {
    const some = ['O-0003', 'O-0150', 'O-9999'];
    expect((await connector.readByKeys('orders', some, live())).map(({ key }) => key).sort()).toEqual([
      'O-0003',
      'O-0150',
    ]);
    const scanned: string[] = [];
    for await (const page of connector.scanKeys('orders', live())) scanned.push(...page.keys.map(({ key }) => key));
    expect(scanned).toEqual(idsWhere(() => true));
    expect(await connector.discover(live())).toMatchObject([
      { resource: 'orders', key: ['_id'], fields: { amount: 'Edm.Double' }, cursorCandidates: [], count: 200 },
    ]);
  });

  it('passes the check', async () => {
    expect((await connector.check(live())).filter(({ ok }) => !ok)).toEqual([]);
  });
});

/** What the server asks of its database. */
function find(query: Query): unknown {
  const found = orders.filter((order) => matches(order, query.$filter));
  const sort = Object.entries(query.$sort ?? {});
  found.sort((a, b) => sort.map(([name, sign]) => sign * compare(a[name], b[name])).find((order) => order !== 0) ?? 0);
  const page = found
    .slice(query.$skip ?? 0, (query.$skip ?? 0) + (query.$limit ?? found.length))
    .map((order) => ({ ...order }));
  if (query.$inlinecount) return { count: found.length, value: page };
  return query.$count ? found.length : page;
}

function matches(document: Document, criteria: Criteria): boolean {
  return Object.entries(criteria).every(([name, wanted]) => {
    if (name === '$and') return (wanted as Criteria[]).every((inner) => matches(document, inner));
    if (name === '$or') return (wanted as Criteria[]).some((inner) => matches(document, inner));
    const value = document[name] ?? null;
    if (wanted === null || typeof wanted !== 'object') return value === wanted;
    const [[operator = '', bound = null] = []] = Object.entries(wanted) as [string, string | number | null][];
    if (operator === '$ne') return value !== bound;
    if (value === null || bound === null) return false;
    const sign = compare(value, bound);
    return { $gt: sign > 0, $gte: sign >= 0, $lt: sign < 0, $lte: sign <= 0 }[operator] ?? false;
  });
}

function compare(a: string | number | null | undefined, b: string | number | null | undefined): number {
  if (a === b) return 0;
  return (a ?? '') < (b ?? '') ? -1 : 1;
}
