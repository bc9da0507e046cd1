import { afterAll, describe, expect, it } from '@jest/globals';
import type { Lane } from '../../gateway/execution/choose-lane.ts';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { graphUnderTest } from './graph-under-test.ts';
import { sampleCompany } from './sample-company.ts';

const CUSTOMER_360 = `query ($id: ID!) { customer(id: $id) {
  displayName email contactPoints { raw } contacts { name } openBalance { amount currency } sourceRecords { system key raw }
  orders(first: 200) { totalCount stats(groupBy: [STATUS]) { count } nodes { orderNumber fulfilment billing settlement stage
    customer { displayName } lines { sku unitPrice { amount currency } shipmentLines { shippedQty } }
    shipments { shipmentNumber lines { shippedQty orderLine { sku } } orders { orderNumber } }
    invoices { invoiceNumber lines { netAmount { amount } } allocations { amount { amount } payment { receivedAt } } }
    payments { amount { amount } } returns { reason lines { quantity } } cases { subject } sourceRecord { key } } }
  shipments(first: 100) { totalCount nodes { shipmentNumber customer { displayName } } }
  invoices(first: 100) { totalCount nodes { invoiceNumber overdue orders { orderNumber } } }
  interactions { nodes { subject } } cases { nodes { subject } } surveys { nodes { score } }
  timeline(first: 200) { totalCount nodes { at kind record { id ... on Order { orderNumber } ... on Invoice { invoiceNumber } } } }
} }`;

describe.each(databases)('SQL statements on $name', (database) => {
  afterAll(() => database.drop());

  async function statementsFor(ordersEach: number, lane: Lane): Promise<string[]> {
    const cache = await database.open();
    const builder = createCacheBuilder();
    const company = sampleCompany(builder, { customers: 3, ordersEach });
    await builder.save(cache);
    const graph = graphUnderTest(cache);
    const { data, errors } = await graph.ask(CUSTOMER_360, { id: company.customerIds[1] }, lane);
    expect(errors).toBeUndefined();
    const customer = data?.customer as Record<'orders' | 'timeline', { nodes: unknown[] }>;
    expect(customer.orders.nodes.length).toBeGreaterThan(ordersEach / 2);
    expect(customer.timeline.nodes.length).toBeGreaterThan(ordersEach / 2);
    return graph.statements();
  }

  /** Which reads happen to fall together varies a little; how many there can be does not. */
  it.each([
    ['local', 45],
    ['stitched', 70],
  ] as const)('of a customer-360 operation do not grow with the number of orders (%s lane)', async (lane, bound) => {
    for (const ordersEach of [6, 70]) {
      const sent = await statementsFor(ordersEach, lane);
      expect({ ordersEach, within: sent.length <= bound, sent: sent.length }).toMatchObject({ within: true });
    }
  });

  it('of a list of customers do not grow with the list', async () => {
    const cache = await database.open();
    const builder = createCacheBuilder();
    sampleCompany(builder, { customers: 20, ordersEach: 3 });
    await builder.save(cache);
    for (const first of [2, 10, 20]) {
      const graph = graphUnderTest(cache);
      await graph.data(
        `{ customers(first: ${first}) { nodes { displayName orders(first: 2) { totalCount nodes { stage } } timeline(first: 3) { nodes { kind } } } } }`,
      );
      expect(graph.statements().length).toBeLessThanOrEqual(12);
    }
  });

  it('read long texts when they are asked for, and only then', async () => {
    const cache = await database.open();
    const builder = createCacheBuilder();
    const partyId = builder.add('party', 'crm', 'P1', { kind: 'PERSON', displayName: 'Ada' });
    builder.customer('Ada', [partyId]);
    for (const [n, summary] of ['Long ago', null, 'Of late'].entries()) {
      builder.add('interaction', 'crm', `I${n}`, {
        ...{ partyId, channel: 'CHAT', direction: 'INBOUND', subject: `No. ${n}`, summary },
        occurredAt: `2026-01-0${n + 1}T00:00:00.000000Z`,
      });
    }
    await builder.save(cache);
    const graph = graphUnderTest(cache);
    const listed = await graph.data('{ customers { nodes { interactions { nodes { subject } } } } }');
    expect(JSON.stringify(listed)).toContain('No. 2');
    expect(graph.statements().join()).not.toContain('summary');
    expect(await graph.data('{ interactions { nodes { subject summary } } }')).toEqual({
      interactions: {
        nodes: [
          { subject: 'No. 2', summary: 'Of late' },
          { subject: 'No. 1', summary: null },
          { subject: 'No. 0', summary: 'Long ago' },
        ],
      },
    });
  });

  it('read the columns that are asked for, and all where a field may need any', async () => {
    const cache = await database.open();
    const builder = createCacheBuilder();
    sampleCompany(builder, { customers: 2, ordersEach: 3 });
    await builder.save(cache);
    const sentFor = async (fields: string) => {
      const graph = graphUnderTest(cache);
      await graph.data(`{ customers { nodes { orders { nodes { ${fields} lines { sku } } } } } }`);
      return graph.statements().join();
    };
    const asked = await sentFor('orderNumber totalAmount { amount currency }');
    expect(asked).toContain('order_number');
    expect(asked).toContain('currency');
    for (const column of ['customer_reference', 'promised_date', 'uom']) expect(asked).not.toContain(column);
    expect(await sentFor('orderNumber stage')).toContain('promised_date');
  });

  it('find a payment of two invoices of an order once, and an older one before it', async () => {
    const cache = await database.open();
    const builder = createCacheBuilder();
    const orderId = builder.add('order', 'erp', 'O1', { orderNumber: 'O1', status: 'CONFIRMED' });
    const payment = (key: string, receivedAt: string | null) =>
      builder.add('payment', 'finance', key, { receivedAt, method: key, status: 'RECEIVED', currency: 'EUR' });
    const [late, early, undated] = [
      payment('late', '2026-02-02'),
      payment('early', '2026-01-01'),
      payment('undated', null),
    ];
    for (const [n, paid] of [
      [late, undated],
      [early, late],
    ].entries()) {
      const invoiceId = builder.add('invoice', 'finance', `I${n}`, { orderId, kind: 'INVOICE', status: 'POSTED' });
      for (const paymentId of paid) {
        builder.add('paymentAllocation', 'finance', `${n}/${paymentId}`, { paymentId, invoiceId, amount: '1' });
      }
    }
    await builder.save(cache);
    const data = await graphUnderTest(cache).data(`{ order(id: "${orderId}") { payments { method } } }`);
    expect(data).toEqual({ order: { payments: [{ method: 'undated' }, { method: 'early' }, { method: 'late' }] } });
  });
});
