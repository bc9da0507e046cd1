import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { followOrders } from '../../customer-360/order-to-cash/follow-orders.ts';
import { recordId } from '../../schema/ids.ts';
import type { Entity } from '../../schema/records.ts';
import { gone, type OpenPass, openPass, rowOf, version } from '../cache/page-builder.ts';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';
import { dice, sampleCompany } from './sample-company.ts';
import { workOutNumbers } from './work-out-numbers.ts';

describe.each(databases)('lists across systems on $name', (database) => {
  let cache: Cache;
  let graph: GraphUnderTest;
  let pass: OpenPass;

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    sampleCompany(builder, { seed: 5, customers: 12, ordersEach: 10 });
    await builder.save(cache);
    await workOutNumbers(cache);
    graph = graphUnderTest(cache);
    pass = await openPass(cache);
  });
  afterAll(() => database.drop());

  const page = (list: string, orderBy: string, first: number, after: string | null) =>
    graph
      .data(
        `query ($first: Int, $after: String) { ${list}(orderBy: ${orderBy}, first: $first, after: $after) {
          totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
        { first, after },
      )
      .then((data) => data[list]);

  async function walk(
    list: string,
    orderBy: string,
    first: number,
    between: () => Promise<void> = async () => undefined,
  ) {
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { nodes, pageInfo } = await page(list, orderBy, first, after);
      ids.push(...nodes.map(({ id }: { id: string }) => id));
      after = pageInfo.endCursor;
      more = pageInfo.hasNextPage;
      await between();
    }
    return ids;
  }

  /** What a list is ordered by: where that is kept, and by which key. */
  const places = {
    NEXT_DUE: { list: 'orders', table: 'order_progress', key: 'order_id', column: 'next_due' },
    LAST_ORDER: { list: 'customers', table: 'customer_insight', key: 'customer_id', column: 'last_order' },
    OPEN_COMPLAINTS: { list: 'customers', table: 'customer_insight', key: 'customer_id', column: 'open_complaints' },
    OPEN_BALANCE: { list: 'customers', table: 'customer_insight', key: 'customer_id', column: 'open_balance' },
  } as const;

  it.each(['ASC', 'DESC'])(
    'put what is due first before the rest, %s, and hold what is open alone',
    async (direction) => {
      const rows = await cache.query(
        `SELECT order_id AS id FROM order_progress WHERE next_due IS NOT NULL ORDER BY next_due ${direction}, order_id ${direction}`,
      );
      const expected = rows.map(({ id }) => String(id));
      expect(expected.length).toBeGreaterThan(5);
      expect(await walk('orders', `NEXT_DUE_${direction}`, 3)).toEqual(expected);
      expect((await page('orders', `NEXT_DUE_${direction}`, 1, null)).totalCount).toBe(expected.length);
      const ofCustomers = await graph.data(
        `{ customers(first: 50) { nodes { orders(orderBy: NEXT_DUE_${direction}, first: 100) { totalCount nodes { id } } } } }`,
      );
      const lists: { totalCount: number; nodes: { id: string }[] }[] = ofCustomers.customers.nodes.map(
        ({ orders }: { orders: object }) => orders,
      );
      for (const { totalCount, nodes } of lists) {
        const own = new Set(nodes.map(({ id }) => id));
        expect(nodes.map(({ id }) => id)).toEqual(expected.filter((id) => own.has(id)));
        expect(totalCount).toBe(nodes.length);
      }
      expect(lists.flatMap(({ nodes }) => nodes).length).toBeGreaterThan(5);
    },
  );

  it.each((Object.keys(places) as (keyof typeof places)[]).flatMap((name) => [`${name}_ASC`, `${name}_DESC`]))(
    'by %s skip and repeat nothing that keeps its place while others change theirs',
    async (orderBy) => {
      const { list, table, key, column } = places[orderBy.replace(/_(ASC|DESC)$/, '') as keyof typeof places];
      const seed = Number(process.env.TEST_SEED ?? 20260302);
      const roll = dice(seed);
      const before = await walk(list, orderBy, 100);
      const values = (await cache.query(`SELECT ${column} AS v FROM ${table}`)).map(({ v }) => v as string | null);
      const moved = new Set<string>();
      const seen = await walk(list, orderBy, 2, async () => {
        const id = before[roll(before.length)] ?? '';
        moved.add(id);
        await cache.execute(`UPDATE ${table} SET ${column} = ? WHERE ${key} = ?`, [
          values[roll(values.length)] ?? null,
          id,
        ]);
        if (roll(3) > 0) return;
        const victim = before[roll(before.length)] ?? '';
        moved.add(victim);
        await cache.execute(`DELETE FROM ${table} WHERE ${key} = ?`, [victim]);
      });
      const still = (ids: string[]) => ids.filter((id) => !moved.has(id));
      expect({ seed, ids: still(seen) }).toEqual({ seed, ids: still(before) });
      expect(moved.size).toBeGreaterThan(1);
      await cache.execute("UPDATE insight_progress SET sequence = -1 WHERE name = 'orders'");
      await workOutNumbers(cache);
    },
  );

  it('hold what all orders worked out anew would say, whatever came, moved and went', async () => {
    const seed = Number(process.env.TEST_SEED ?? 20260303);
    const roll = dice(seed);
    const follow = () => followOrders({ cache, holder: 'test' });
    const rows = () => cache.query('SELECT * FROM order_progress ORDER BY order_id');
    const id = (entity: Entity, prefix: string) => recordId({ system: 'erp', entity, key: `${prefix}${roll(4)}` });
    const maybe = (entity: Entity, prefix: string) => (roll(3) === 0 ? null : id(entity, prefix));
    const one = (...values: string[]) => values[roll(values.length)] ?? '';
    const makers: (() => [entity: Entity, prefix: string, fields: Parameters<typeof rowOf>[2]])[] = [
      () => ['order', 'o', { status: one('CONFIRMED', 'DONE', 'CANCELLED'), currency: 'EUR', totalAmount: '10' }],
      () => ['orderLine', 'l', { orderId: id('order', 'o'), sku: one('A', 'B'), orderedQty: one('1', '2') }],
      () => ['shipment', 's', { orderId: maybe('order', 'o'), status: one('SHIPPED', 'DELIVERED', 'EXCEPTION') }],
      () => [
        'shipmentLine',
        'sl',
        {
          shipmentId: id('shipment', 's'),
          orderLineId: maybe('orderLine', 'l'),
          shippedQty: '1',
          deliveredQty: one('0', '1'),
        },
      ],
      () => ['customerReturn', 'r', { orderId: maybe('order', 'o'), status: 'RECEIVED', amount: '10' }],
      () => [
        'invoice',
        'i',
        {
          ...{ orderId: maybe('order', 'o'), kind: one('INVOICE', 'CREDIT_NOTE'), status: 'POSTED', currency: 'EUR' },
          ...{ totalAmount: '10', outstandingAmount: one('0', '5', '10'), dueDate: one('2026-01-01', '2026-06-01') },
        },
      ],
    ];
    await follow();
    for (let round = 0; round < 12; round++) {
      for (let edit = 0; edit < 6; edit++) {
        const [entity, prefix, fields] = makers[roll(makers.length)]?.() ?? raise();
        const key = `${prefix}${roll(4)}`;
        const at = version(1 + round);
        const row = rowOf(entity, key, fields);
        const changed = {
          outcome: 'mapped' as const,
          record: { key, version: at, data: { n: String(roll(1e9)) } },
          rows: [row],
        };
        await pass.save([roll(5) === 0 ? gone(key, at) : changed]);
      }
      await follow();
      const followed = await rows();
      await cache.execute("UPDATE insight_progress SET sequence = -1 WHERE name = 'orders'");
      await follow();
      expect({ seed, round, rows: followed }).toEqual({ seed, round, rows: await rows() });
    }
    const states = new Set((await rows()).map(({ stage }) => stage));
    expect(states.size).toBeGreaterThan(2);
  });

  it('follow the orders that the change log names, and forget those that are gone', async () => {
    const id = (entity: 'order' | 'invoice', key: string) => recordId({ system: 'erp', entity, key });
    const asked = async (stage: string) =>
      (await graph.data(`{ orders(first: 200, filter: {stage: [${stage}]}) { nodes { id } } }`)).orders.nodes.some(
        (node: { id: string }) => node.id === id('order', 'followed'),
      );
    const follow = () => followOrders({ cache, holder: 'test' });
    await follow();
    const saved = (entity: 'order' | 'invoice', key: string, fields: Parameters<typeof rowOf>[2]) =>
      pass.save([
        { outcome: 'mapped', record: { key, version: version(1), data: {} }, rows: [rowOf(entity, key, fields)] },
      ]);
    await saved('order', 'followed', { status: 'CONFIRMED', currency: 'EUR', totalAmount: '10.0000' });
    expect(await asked('ORDERED')).toBe(false);
    expect(await follow()).toBe(1);
    expect(await asked('ORDERED')).toBe(true);
    await saved('invoice', 'bill', {
      ...{ orderId: id('order', 'followed'), kind: 'INVOICE', status: 'POSTED', currency: 'EUR' },
      ...{ totalAmount: '10.0000', outstandingAmount: '10.0000', dueDate: '2026-02-01' },
    });
    expect(await follow()).toBe(1);
    expect([await asked('ORDERED'), await asked('OVERDUE')]).toEqual([false, true]);
    expect(await follow()).toBe(0);
    await pass.save([gone('followed')]);
    await follow();
    expect(await cache.query('SELECT * FROM order_progress WHERE order_id = ?', [id('order', 'followed')])).toEqual([]);
  });
});

function raise(): never {
  throw new Error('Expected a maker.');
}
