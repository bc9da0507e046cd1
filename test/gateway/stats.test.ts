import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';
import { decimal, type SampleCompany, type SampleOrder, sampleCompany } from './sample-company.ts';

interface Group {
  key: Record<string, unknown>;
  count: number;
  amount: { amount: string; currency: string } | null;
}

describe.each(databases)('stats on $name', (database) => {
  let graph: GraphUnderTest;
  let company: SampleCompany;

  beforeAll(async () => {
    const cache = await database.open();
    const builder = createCacheBuilder();
    company = sampleCompany(builder, { seed: 99, customers: 7, ordersEach: 30 });
    // sums beyond 64 bits of ten-thousandths, and beyond what a double holds
    for (let n = 0; n < 3; n++) {
      const totalAmount = '900000000000000.1234';
      builder.add('order', 'finance', `huge-${n}`, {
        status: 'DONE',
        sourceStatus: 'huge',
        currency: 'JPY',
        totalAmount,
      });
    }
    await builder.save(cache);
    graph = graphUnderTest(cache);
  });
  afterAll(() => database.drop());

  /** What the orders sum up to, by whole ten-thousandths. */
  function expected(orders: readonly SampleOrder[], keyOf: (order: SampleOrder) => Record<string, unknown>): Group[] {
    const groups = new Map<
      string,
      { key: Record<string, unknown>; count: number; sum: bigint | null; currency: string }
    >();
    for (const order of orders) {
      const key = { ...keyOf(order), currency: order.currency };
      const name = JSON.stringify(key);
      const group = groups.get(name) ?? { key, count: 0, sum: null, currency: order.currency };
      group.count += 1;
      if (order.total !== null) group.sum = (group.sum ?? 0n) + order.total;
      groups.set(name, group);
    }
    return [...groups.values()].map(({ key, count, sum, currency }) => ({
      key,
      count,
      amount: sum === null ? null : { amount: decimal(sum), currency },
    }));
  }

  const byKey = (groups: readonly Group[]) =>
    [...groups].sort((a, b) => JSON.stringify(sortedKey(a)).localeCompare(JSON.stringify(sortedKey(b))));
  const sortedKey = ({ key }: Group) => Object.entries(key).sort();

  const groupings: [string, string, (order: SampleOrder) => Record<string, unknown>][] = [
    ['[]', '', () => ({})],
    ['[STATUS]', 'status', ({ status }) => ({ status })],
    ['[SOURCE_STATUS, CURRENCY]', 'sourceStatus', ({ sourceStatus }) => ({ sourceStatus })],
    ['[MONTH]', 'month', ({ orderDate }) => ({ month: orderDate?.slice(0, 7) ?? null })],
    ['[SYSTEM, STATUS]', 'system status', ({ status }) => ({ system: 'erp', status })],
    ['[CUSTOMER]', 'customer { id }', ({ customerId }) => ({ customer: customerId && { id: customerId } })],
  ];

  it.each(groupings)('by %s are exact', async (groupBy, selection, keyOf) => {
    const data = await graph.data(
      `{ orders(filter: {system: ["erp"]}) { stats(groupBy: ${groupBy}) { key { ${selection} currency } count amount { amount currency } } } }`,
    );
    expect(byKey(data.orders.stats)).toEqual(byKey(expected(company.orders, keyOf)));
  });

  it('keep to the filter', async () => {
    const data = await graph.data(
      `{ orders(filter: {system: ["erp"], status: [DONE, DRAFT], orderDate: {from: "2025-03-01", to: "2025-09-30"}}) {
        totalCount stats(groupBy: [STATUS]) { key { status currency } count amount { amount currency } } } }`,
    );
    const fitting = company.orders.filter(
      ({ status, orderDate }) =>
        ['DONE', 'DRAFT'].includes(status) &&
        orderDate !== null &&
        orderDate >= '2025-03-01' &&
        orderDate <= '2025-09-30',
    );
    expect(fitting.length).toBeGreaterThan(5);
    expect(data.orders.totalCount).toBe(fitting.length);
    expect(byKey(data.orders.stats)).toEqual(byKey(expected(fitting, ({ status }) => ({ status }))));
  });

  it('of each customer are exact', async () => {
    const data = await graph.data(
      '{ customers(first: 50) { nodes { id orders { stats { key { currency } count amount { amount currency } } } } } }',
    );
    for (const { id, orders } of data.customers.nodes) {
      const own = company.orders.filter(({ customerId }) => customerId === id);
      expect(byKey(orders.stats)).toEqual(byKey(expected(own, () => ({}))));
    }
  });

  it('hold sums that no 64-bit number holds', async () => {
    const data = await graph.data(
      '{ orders(filter: {sourceStatus: ["huge"]}) { stats { count amount { amount currency } } } }',
    );
    expect(data.orders.stats).toEqual([{ count: 3, amount: { amount: '2700000000000000.3702', currency: 'JPY' } }]);
  });

  it('come largest first', async () => {
    const data = await graph.data('{ orders { stats(groupBy: [STATUS]) { count } } }');
    const counts = data.orders.stats.map(({ count }: Group) => count);
    expect(counts).toEqual([...counts].sort((a: number, b: number) => b - a));
  });
});
