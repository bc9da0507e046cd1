import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { recordId } from '../../schema/ids.ts';
import { databases } from '../setup/databases.ts';
import { type CacheBuilder, createCacheBuilder } from './cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';

describe.each(databases)('the key account and the unified order view on $name', (database) => {
  let cache: Cache;
  let builder: CacheBuilder;
  let graph: GraphUnderTest;
  const parties = new Map<string, string>();
  const ids = new Map<string, string>();

  beforeAll(async () => {
    cache = await database.open();
    builder = createCacheBuilder();
    graph = graphUnderTest(cache);
    for (const name of ['Holding', 'North', 'South', 'Depot', 'Former', 'Ring']) {
      const party = builder.add('party', 'crm', name, { kind: 'ORGANIZATION', displayName: name });
      parties.set(name, party);
      ids.set(name, builder.customer(name, [party]));
    }
    tie('Holding', 'North');
    tie('Holding', 'Former', { validTo: '2025-12-31' });
    tie('South', 'Depot');
    tie('Depot', 'Ring');
    tie('Ring', 'Holding');
    const top = builder.add('account', 'crm', 'A1', { partyId: party('Holding'), accountNumber: '1' });
    builder.add('account', 'crm', 'A2', { partyId: party('South'), accountNumber: '2', parentAccountId: top });

    order('H1', 'Holding', { totalAmount: '100.01' });
    order('N1', 'North', { totalAmount: '200.02' });
    order('N2', 'North', { totalAmount: '5', currency: 'USD' });
    order('N3', 'North', { totalAmount: '9999', status: 'CANCELLED' });
    order('D1', 'Depot', { totalAmount: '0.0001' });
    order('F1', 'Former', { totalAmount: '7777' });
    for (const [key, name, outstandingAmount, kind] of [
      ['I1', 'Holding', '10', 'INVOICE'],
      ['I2', 'Depot', '2.5', 'INVOICE'],
      ['I3', 'North', '1', 'CREDIT_NOTE'],
    ] as const) {
      builder.add('invoice', 'finance', key, {
        partyId: party(name),
        kind,
        status: 'POSTED',
        currency: 'EUR',
        totalAmount: outstandingAmount,
        outstandingAmount,
      });
    }
    await builder.save(cache);
  });
  afterAll(() => database.drop());

  const party = (name: string) => parties.get(name) ?? '';
  const tie = (from: string, to: string, others = {}) =>
    builder.add('relationship', 'crm', `${from}>${to}`, {
      fromPartyId: party(from),
      toPartyId: party(to),
      kind: 'PARENT_OF',
      ...others,
    });
  const order = (key: string, name: string, others = {}) =>
    builder.add('order', 'erp', key, {
      partyId: party(name),
      status: 'CONFIRMED',
      currency: 'EUR',
      orderDate: '2026-02-01',
      ...others,
    });

  it('shows an organisation with all below it, and what they order and owe together', async () => {
    const { customer } = await graph.data(
      `query ($id: ID!) { customer(id: $id) { parents { displayName } subsidiaries { displayName } organisation {
        size more members { level customer { displayName } parent { displayName } }
        orders { count amount { amount currency } } openBalance { amount currency } } } }`,
      { id: ids.get('Holding') },
    );
    expect(customer.parents).toEqual([{ displayName: 'Ring' }]);
    expect(customer.subsidiaries).toEqual([{ displayName: 'North' }, { displayName: 'South' }]);
    const { members, ...sums } = customer.organisation;
    expect(
      members.map((each: Record<string, { displayName: string } | null>) => [
        each.level,
        each.customer?.displayName,
        each.parent?.displayName,
      ]),
    ).toEqual([
      [0, 'Holding', undefined],
      [1, 'North', 'Holding'],
      [1, 'South', 'Holding'],
      [2, 'Depot', 'South'],
      [3, 'Ring', 'Depot'],
    ]);
    expect(sums).toEqual({
      size: 5,
      more: false,
      orders: [
        { count: 3, amount: { amount: '300.0301', currency: 'EUR' } },
        { count: 1, amount: { amount: '5', currency: 'USD' } },
      ],
      openBalance: [{ amount: '11.5', currency: 'EUR' }],
    });
  });

  it('bounds how deep it looks, and refuses to look deeper than it can', async () => {
    const ask = (depth: number) =>
      graph.ask(`query ($id: ID!) { customer(id: $id) { organisation(depth: ${depth}) { size more } } }`, {
        id: ids.get('Holding'),
      });
    expect((await ask(1)).data).toEqual({ customer: { organisation: { size: 3, more: true } } });
    expect((await ask(11)).errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });

  it('finds follow-ups that somebody has forgotten, and counts touches by channel', async () => {
    const follow = (key: string, followUpDueAt: string | null, followUpOutcome: string | null) =>
      builder.add('serviceCase', 'crm', key, {
        partyId: party('North'),
        kind: 'COMPLAINT',
        status: 'IN_PROGRESS',
        caseNumber: key,
        followUpDueAt,
        followUpOutcome,
      });
    follow('forgotten', '2026-02-28T23:59:59.999999Z', null);
    follow('asked', '2026-02-20T00:00:00.000000Z', 'Customer confirmed');
    follow('today', '2026-03-01T00:00:00.000000Z', null);
    follow('none', null, null);
    for (const [n, channel] of (['VISIT', 'EMAIL', 'EMAIL'] as const).entries()) {
      builder.add('interaction', 'crm', `T${n}`, { partyId: party('North'), channel, direction: 'INBOUND' });
    }
    await builder.save(cache);
    const { customer, late, rest } = await graph.data(
      `query ($id: ID!) {
        customer(id: $id) { cases(filter: {followUpOverdue: true}) { nodes { caseNumber followUpOverdue } }
          interactions { stats(groupBy: [CHANNEL]) { count key { channel } } } }
        late: cases(filter: {kind: [COMPLAINT], followUpOverdue: true}) { totalCount }
        rest: cases(filter: {followUpOverdue: false}) { nodes { caseNumber followUpOverdue } } }`,
      { id: ids.get('North') },
    );
    expect(customer.cases.nodes).toEqual([{ caseNumber: 'forgotten', followUpOverdue: true }]);
    expect(late.totalCount).toBe(1);
    expect(rest.nodes.map((each: { caseNumber: string }) => each.caseNumber).sort()).toEqual([
      'asked',
      'none',
      'today',
    ]);
    expect(rest.nodes.every((each: { followUpOverdue: boolean }) => !each.followUpOverdue)).toBe(true);
    expect(customer.interactions.stats).toEqual([
      { count: 2, key: { channel: 'EMAIL' } },
      { count: 1, key: { channel: 'VISIT' } },
    ]);
  });

  it('shows a shipment and an invoice before their order, by name as waiting for it, and joined when it is there', async () => {
    const orderId = recordId({ system: 'erp', entity: 'order', key: 'late' });
    const lineId = recordId({ system: 'erp', entity: 'orderLine', key: 'late/1' });
    const shipmentId = builder.add('shipment', 'scm', 'S1', {
      partyId: party('South'),
      status: 'DELIVERED',
      shipmentNumber: 'S1',
    });
    builder.add('shipmentLine', 'scm', 'S1/1', { shipmentId, orderId, orderLineId: lineId, sku: 'x', shippedQty: '4' });
    builder.add('invoice', 'finance', 'early', {
      partyId: party('South'),
      orderId,
      kind: 'INVOICE',
      status: 'POSTED',
      invoiceNumber: 'early',
      currency: 'EUR',
    });
    await builder.save(cache);
    const waiting = `{ shipments(filter: {orderMissing: true}) { nodes { shipmentNumber orders { orderNumber } } }
      invoices(filter: {orderMissing: true}) { nodes { invoiceNumber customer { displayName } orders { orderNumber } } }
      others: shipments(filter: {orderMissing: false}) { totalCount } returns(filter: {orderMissing: true}) { totalCount } }`;
    expect(await graph.data(waiting)).toEqual({
      shipments: { nodes: [{ shipmentNumber: 'S1', orders: [] }] },
      invoices: { nodes: [{ invoiceNumber: 'early', customer: { displayName: 'South' }, orders: [] }] },
      others: { totalCount: 0 },
      returns: { totalCount: 0 },
    });

    order('late', 'South', { orderNumber: 'late' });
    builder.add('orderLine', 'erp', 'late/1', { orderId, sku: 'x', orderedQty: '3', cancelledQty: '1' });
    await builder.save(cache);
    expect(await graph.data(waiting)).toMatchObject({ shipments: { nodes: [] }, others: { totalCount: 1 } });
    const { order: found } = await graph.data(
      `query ($id: ID!) { order(id: $id) { fulfilment shipments { shipmentNumber } invoices { invoiceNumber }
        lines { neededQty shippedQty deliveredQty returnedQty lostQty openQty overDeliveredQty } } }`,
      { id: orderId },
    );
    expect(found).toEqual({
      fulfilment: 'DELIVERED',
      shipments: [{ shipmentNumber: 'S1' }],
      invoices: [{ invoiceNumber: 'early' }],
      lines: [
        {
          neededQty: '2',
          shippedQty: '4',
          deliveredQty: '4',
          returnedQty: '0',
          lostQty: '0',
          openQty: '0',
          overDeliveredQty: '2',
        },
      ],
    });
  });
});
