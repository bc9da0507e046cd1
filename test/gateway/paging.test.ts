import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';
import { dice, type SampleCompany, sampleCompany } from './sample-company.ts';

interface PageAnswer {
  nodes: { id: string; orderDate?: string | null; orderNumber?: string | null }[];
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  totalCount: number;
}

const PAGE = `totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node { id } } nodes { id orderDate orderNumber }`;

describe.each(databases)('paging on $name', (database) => {
  let cache: Cache;
  let graph: GraphUnderTest;
  let company: SampleCompany;

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    company = sampleCompany(builder, { customers: 6, ordersEach: 14 });
    await builder.save(cache);
    graph = graphUnderTest(cache);
  });
  afterAll(() => database.drop());

  const orders = (orderBy: string, first: number, after: string | null) =>
    graph
      .data(
        `query ($first: Int, $after: String) { orders(orderBy: ${orderBy}, first: $first, after: $after) { ${PAGE} } }`,
        {
          first,
          after,
        },
      )
      .then((data) => data.orders as PageAnswer);

  const ordersOfCustomer = (id: string | undefined, orderBy: string, first: number, after: string | null) =>
    graph
      .data(
        `query ($id: ID!, $first: Int, $after: String) { customer(id: $id) { orders(orderBy: ${orderBy}, first: $first, after: $after) { ${PAGE} } } }`,
        { id, first, after },
      )
      .then((data) => data.customer.orders as PageAnswer);

  async function walk(
    read: (after: string | null) => Promise<PageAnswer>,
    between?: (page: PageAnswer) => Promise<void>,
  ) {
    const nodes: PageAnswer['nodes'] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: PageAnswer = await read(after);
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(page.edges.map(({ node }) => node.id)).toEqual(page.nodes.map(({ id }) => id));
      expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
      expect(page.pageInfo.startCursor).toBe(page.edges[0]?.cursor ?? null);
      nodes.push(...page.nodes);
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
      await between?.(page);
    }
    return nodes;
  }

  it.each(['ORDER_DATE_ASC', 'ORDER_DATE_DESC', 'ORDER_NUMBER_ASC', 'ORDER_NUMBER_DESC'])(
    'by %s gives every order once, in one order, whatever the size of the page',
    async (orderBy) => {
      const field = orderBy.startsWith('ORDER_DATE') ? 'orderDate' : 'orderNumber';
      const all = await walk((after) => orders(orderBy, 100, after));
      expect(new Set(all.map(({ id }) => id))).toEqual(new Set(company.orders.map(({ id }) => id)));
      const keys = all.map((node) => `${node[field] ?? ''} ${node.id}`);
      const sorted = [...keys].sort((a, b) => (a < b ? -1 : 1));
      expect(keys).toEqual(orderBy.endsWith('ASC') ? sorted : sorted.reverse());
      for (const size of [1, 3, 7]) {
        expect(await walk((after) => orders(orderBy, size, after))).toEqual(all);
      }
    },
  );

  it('within a customer gives the same as filtering by the customer', async () => {
    for (const id of company.customerIds) {
      const expected = company.orders.filter(({ customerId }) => customerId === id);
      const own = await walk((after) => ordersOfCustomer(id, 'ORDER_DATE_DESC', 2, after));
      expect(new Set(own.map((node) => node.id))).toEqual(new Set(expected.map((order) => order.id)));
      expect(own).toHaveLength(expected.length);
      const data = await graph.data(
        `query ($id: ID!) { orders(filter: {customer: [$id]}, first: 100) { totalCount nodes { id orderDate orderNumber } } }`,
        { id },
      );
      expect(data.orders).toEqual({ totalCount: expected.length, nodes: own });
    }
  });

  it('reads the first pages of many customers at once as it reads each alone', async () => {
    const data = await graph.data(
      `{ customers(first: 50) { nodes { id orders(first: 3, orderBy: ORDER_DATE_ASC) { ${PAGE} } } } }`,
    );
    expect(data.customers.nodes).toHaveLength(company.customerIds.length);
    for (const { id, orders: page } of data.customers.nodes) {
      expect(page).toEqual(await ordersOfCustomer(id, 'ORDER_DATE_ASC', 3, null));
    }
  });

  it('loses and repeats nothing while orders arrive and go', async () => {
    const seed = 20260301;
    const roll = dice(seed);
    const before = await walk((after) => orders('ORDER_DATE_DESC', 100, after));
    const gone = new Set<string>();
    let added = 0;
    const seen = await walk(
      (after) => orders('ORDER_DATE_DESC', 5, after),
      async (page) => {
        const builder = createCacheBuilder();
        for (let n = 0; n < 3; n++) {
          const orderDate = roll(3) ? (before[roll(before.length)]?.orderDate ?? null) : '2026-06-01';
          builder.add('order', 'crm', `new-${added++}`, { status: 'DONE', orderDate });
        }
        await builder.save(cache);
        const victim = page.nodes[0];
        if (victim && roll(2)) {
          gone.add(victim.id);
          await cache.execute('DELETE FROM orders WHERE id = ?', [victim.id]);
        }
      },
    );
    expect({ seed, repeated: seen.length - new Set(seen.map(({ id }) => id)).size }).toEqual({ seed, repeated: 0 });
    const seenBefore = seen.filter(({ id }) => before.some((node) => node.id === id));
    expect({ seed, ids: seenBefore.map(({ id }) => id) }).toEqual({ seed, ids: before.map(({ id }) => id) });
    expect(gone.size).toBeGreaterThan(0);
  });

  it('refuses a cursor of another order, another field, another place or a changed one', async () => {
    const page = await orders('ORDER_DATE_DESC', 1, null);
    const cursor = page.pageInfo.endCursor ?? '';
    const [tag, , id] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify([tag, "2026' OR 1=1", id])).toString('base64url');
    const forgedId = Buffer.from(JSON.stringify([tag, '2026-01-01', '한국'])).toString('base64url');
    const wrong = [
      ['{ orders(after: $c) { nodes { id } } }', forgedId],
      ['{ orders(orderBy: ORDER_DATE_ASC, after: $c) { nodes { id } } }', cursor],
      ['{ shipments(after: $c) { nodes { id } } }', cursor],
      [`{ customer(id: "${company.customerIds[0]}") { orders(after: $c) { nodes { id } } } }`, cursor],
      ['{ orders(after: $c) { nodes { id } } }', forged],
      ['{ orders(after: $c) { nodes { id } } }', ''],
      ['{ orders(after: $c) { nodes { id } } }', '5'],
      ['{ customers(after: $c) { nodes { id } } }', cursor],
      ['{ syncRuns(after: $c) { nodes { id } } }', cursor],
      ['{ quarantine(after: $c) { nodes { id } } }', cursor],
    ];
    for (const [query, c] of wrong) {
      const { errors } = await graph.ask(`query ($c: String) ${query}`, { c });
      expect({ query, code: errors?.[0]?.extensions?.code }).toEqual({ query, code: 'CURSOR_INVALID' });
      expect(errors?.[0]?.message).toMatch(/Expected a cursor made by .+ Take `pageInfo.endCursor`/);
    }
  });

  it('pages customers by name and by time', async () => {
    for (const orderBy of ['NAME_ASC', 'NAME_DESC', 'CREATED_AT_ASC', 'UPDATED_AT_DESC']) {
      const read = (first: number) => (after: string | null) =>
        graph
          .data(
            `query ($first: Int, $after: String) { customers(orderBy: ${orderBy}, first: $first, after: $after) {
              totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } nodes { id displayName } } }`,
            { first, after },
          )
          .then((data) => data.customers as PageAnswer);
      const all = await walk(read(50));
      expect(all.map(({ id }) => id).sort()).toEqual([...company.customerIds].sort());
      expect(await walk(read(1))).toEqual(all);
      expect(await walk(read(4))).toEqual(all);
    }
  });
});
