import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { billings, fulfilments, settlements, stages } from '../../customer-360/order-to-cash/facts.ts';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';
import { sampleCompany } from './sample-company.ts';
import { workOutNumbers } from './work-out-numbers.ts';

type Node = Record<string, unknown>;

/** A list, a filter on it, and which of all its nodes that must leave. */
const cases: [list: string, fields: string, filter: string, fits: (node: Node) => boolean][] = [
  ['orders', 'status', 'status: [DONE, CANCELLED]', ({ status }) => status === 'DONE' || status === 'CANCELLED'],
  ['orders', 'sourceStatus', 'sourceStatus: ["draft"]', ({ sourceStatus }) => sourceStatus === 'draft'],
  [
    'orders',
    'orderNumber',
    'orderNumber: ["SO-1003", "SO-1017"]',
    ({ orderNumber }) => /^SO-10(03|17)$/.test(String(orderNumber)),
  ],
  ['orders', 'currency', 'currency: ["KRW"]', ({ currency }) => currency === 'KRW'],
  [
    'orders',
    'orderDate',
    'orderDate: {from: "2025-05-01"}',
    ({ orderDate }) => orderDate !== null && String(orderDate) >= '2025-05-01',
  ],
  [
    'orders',
    'orderDate',
    'orderDate: {to: "2025-05-01"}',
    ({ orderDate }) => orderDate !== null && String(orderDate) <= '2025-05-01',
  ],
  [
    'orders',
    'totalAmount { amount }',
    'totalAmount: {from: "1000.5", to: "1500000"}',
    (node) => between(node.totalAmount, 1000.5, 1_500_000),
  ],
  [
    'orders',
    'shipments { status }',
    'shipmentStatus: [EXCEPTION]',
    ({ shipments }) => some(shipments, 'status', 'EXCEPTION'),
  ],
  ['orders', 'invoices { overdue }', 'overdue: true', ({ invoices }) => some(invoices, 'overdue', true)],
  ['orders', 'invoices { overdue }', 'overdue: false', ({ invoices }) => !some(invoices, 'overdue', true)],
  ['invoices', 'overdue', 'overdue: true', ({ overdue }) => overdue === true],
  ['invoices', 'overdue', 'overdue: false', ({ overdue }) => overdue === false],
  [
    'invoices',
    'kind status',
    'kind: [CREDIT_NOTE], status: [POSTED]',
    ({ kind, status }) => kind === 'CREDIT_NOTE' && status === 'POSTED',
  ],
  [
    'invoices',
    'dueDate',
    'dueDate: {from: "2025-06-01", to: "2025-08-31"}',
    ({ dueDate }) => dueDate !== null && String(dueDate) >= '2025-06-01' && String(dueDate) <= '2025-08-31',
  ],
  [
    'invoices',
    'outstandingAmount { amount }',
    'outstandingAmount: {from: "0.0001"}',
    (node) => between(node.outstandingAmount, 0.0001, 1e15),
  ],
  ['invoices', 'paymentStatus', 'paymentStatus: [PARTIAL]', ({ paymentStatus }) => paymentStatus === 'PARTIAL'],
  [
    'shipments',
    'carrier status',
    'carrier: ["DHL"], status: [DELIVERED]',
    ({ carrier, status }) => carrier === 'DHL' && status === 'DELIVERED',
  ],
  [
    'shipments',
    'shippedAt',
    'shippedAt: {from: "2025-04-01T00:00:00Z", to: "2025-10-01T00:00:00Z"}',
    ({ shippedAt }) => String(shippedAt) >= '2025-04-01' && String(shippedAt) < '2025-10-01',
  ],
  [
    'shipments',
    'deliveredAt',
    'deliveredAt: {to: "2025-10-01T00:00:00Z"}',
    ({ deliveredAt }) => deliveredAt !== null && String(deliveredAt) < '2025-10-01',
  ],
  [
    'payments',
    'receivedAt',
    'receivedAt: {from: "2025-07-01"}',
    ({ receivedAt }) => String(receivedAt) >= '2025-07-01',
  ],
  ['returns', 'status', 'status: [RECEIVED]', ({ status }) => status === 'RECEIVED'],
  ['interactions', 'channel', 'channel: [PHONE]', ({ channel }) => channel === 'PHONE'],
  [
    'customers',
    'kind country',
    'kind: [PERSON], country: ["DE"]',
    ({ kind, country }) => kind === 'PERSON' && country === 'DE',
  ],
  [
    'orders',
    'settlement stage',
    'settlement: [OVERDUE, PAID], stage: [OVERDUE, COMPLETE, CANCELLED]',
    ({ settlement, stage }) =>
      /^(OVERDUE|PAID)$/.test(String(settlement)) && /^(OVERDUE|COMPLETE|CANCELLED)$/.test(String(stage)),
  ],
  [
    'orders',
    'customer { insight { grade { value } } }',
    'customerGrade: [A, C]',
    (node) => /^[AC]$/.test(String(insightOf(node, 'grade', 'value'))),
  ],
  [
    'orders',
    'customer { insight { stage { value } } }',
    'customerStage: [LOST, DECLINING]',
    (node) => /^(LOST|DECLINING)$/.test(String(insightOf(node, 'stage', 'value'))),
  ],
  [
    'orders',
    'customer { insight { churn { atRisk } } }',
    'customerAtRisk: false',
    (node) => insightOf(node, 'churn', 'atRisk') === false,
  ],
  ...[true, false].map((wanted): (typeof cases)[number] => [
    'customers',
    'cases(first: 50) { nodes { kind status } }',
    `unresolvedComplaint: ${wanted}`,
    ({ cases: list }) => (list as { nodes: Node[] }).nodes.some(isOpenComplaint) === wanted,
  ]),
  ['customers', 'parties { system }', 'system: ["scm"]', ({ parties }) => some(parties, 'system', 'scm')],
  [
    'parties',
    'system country',
    'system: ["crm"], country: ["KR"]',
    ({ system, country }) => system === 'crm' && country === 'KR',
  ],
];

function insightOf({ customer }: Node, measure: string, field: string): unknown {
  return (customer as { insight?: Record<string, Node | null> } | null)?.insight?.[measure]?.[field];
}

function isOpenComplaint({ kind, status }: Node): boolean {
  return kind === 'COMPLAINT' && status !== 'RESOLVED' && status !== 'CLOSED';
}

function between(money: unknown, low: number, high: number): boolean {
  const amount = (money as { amount: string } | null)?.amount;
  return amount !== undefined && Number(amount) >= low && Number(amount) <= high;
}

function some(list: unknown, field: string, value: unknown): boolean {
  return (list as Node[]).some((node) => node[field] === value);
}

describe.each(databases)('filters on $name', (database) => {
  let graph: GraphUnderTest;
  let cache: Cache;

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    sampleCompany(builder, { seed: 3, customers: 9, ordersEach: 12 });
    await builder.save(cache);
    await workOutNumbers(cache);
    graph = graphUnderTest(cache);
  });
  afterAll(() => database.drop());

  it.each(cases)('of %s (%s) by {%s} leave what fits', async (list, fields, filter, fits) => {
    const data = await graph.data(
      `{ all: ${list}(first: 200) { nodes { id ${fields} } } some: ${list}(first: 200, filter: {${filter}}) { totalCount nodes { id ${fields} } } }`,
    );
    const expected = data.all.nodes.filter(fits);
    expect(expected.length).toBeGreaterThan(0);
    expect(data.some.nodes).toEqual(expected);
    expect(data.some.totalCount).toBe(expected.length);
  });

  it.each([
    ['fulfilment', fulfilments],
    ['billing', billings],
    ['settlement', settlements],
    ['stage', stages],
  ] as const)('of orders by each %s leave the orders that say so', async (axis, states) => {
    const data = await graph.data(
      `{ all: orders(first: 200) { nodes { id ${axis} } } ${states
        .map((state) => `${state}: orders(first: 200, filter: {${axis}: [${state}]}) { nodes { id ${axis} } }`)
        .join(' ')} }`,
    );
    const found = states.filter((state) => data[state].nodes.length > 0);
    expect(found.length).toBeGreaterThan(1);
    for (const state of states) {
      expect(data[state].nodes).toEqual(data.all.nodes.filter((node: Node) => node[axis] === state));
    }
  });

  it('sum the open balance from posted invoices less payments and credit notes', async () => {
    const data = await graph.data(
      `{ customers(first: 50) { nodes { id openBalance { amount currency } invoices(first: 80, filter: {status: [POSTED]}) {
        nodes { kind paymentStatus currency totalAmount { amount } outstandingAmount { amount }
          allocations { amount { amount } payment { status } } } } } } }`,
    );
    for (const { openBalance, invoices } of data.customers.nodes) {
      let units = 0;
      for (const { kind, outstandingAmount, totalAmount, allocations } of invoices.nodes) {
        const received = allocations.filter((each: { payment: Node }) => each.payment.status === 'RECEIVED');
        const paid = outstandingAmount
          ? []
          : received.map((each: { amount: { amount: string } }) => each.amount.amount);
        const amounts = [(outstandingAmount ?? totalAmount).amount, ...paid].map((text) =>
          Math.round(Number(text) * 10_000),
        );
        const left = amounts.reduce((rest, part) => rest - part);
        units += kind === 'CREDIT_NOTE' ? -left : left;
      }
      expect(openBalance.map(({ amount }: { amount: string }) => Math.round(Number(amount) * 10_000))).toEqual(
        invoices.nodes.length > 0 ? [units] : [],
      );
    }
  });

  it('search customers by every word, in any case and width, taking wildcards for letters', async () => {
    const found = async (search: string) =>
      (await graph.data('query ($search: String) { customers(search: $search) { nodes { displayName } } }', { search }))
        .customers.nodes.length;
    expect(await found('한국상사')).toBe(3);
    expect(await found('COMPANY B1')).toBe(1);
    expect(await found('ｃｏｍｐａｎｙ b1')).toBe(1);
    expect(await found('b1 info@company1.example')).toBe(1);
    expect(await found('b1 info@company2.example')).toBe(0);
    expect(await found('%')).toBe(0);
    expect(await found('_')).toBe(0);
    expect(await found('  ')).toBe(9);
  });
});
