import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';

interface Event {
  at: string;
  kind: string;
  system: string;
  record: { id: string } | null;
}

/** Moments in four systems, as dates and instants, with ties: in the order they must come. */
const newestFirst = [
  ['2026-02-28T23:59:59.999999Z', 'INTERACTION', 'crm'],
  ['2026-02-28T00:00:00.000001Z', 'DELIVERY', 'scm'],
  ['2026-02-28T00:00:00.000000Z', 'INVOICE', 'finance'],
  ['2026-02-27T10:00:00.000000Z', 'SHIPMENT', 'scm'],
  ['2026-02-27T00:00:00.000000Z', 'ORDER', 'erp'],
  ['2026-01-01T00:00:00.000000Z', 'OPPORTUNITY', 'crm'],
] as const;

describe.each(databases)('the timeline on $name', (database) => {
  let graph: GraphUnderTest;
  let id: string;
  let other: string;

  beforeAll(async () => {
    const cache = await database.open();
    const builder = createCacheBuilder();
    const partyOf = (system: string) => builder.add('party', system, 'P', { kind: 'PERSON', displayName: system });
    const [erp, scm, crm, finance] = [partyOf('erp'), partyOf('scm'), partyOf('crm'), partyOf('finance')];
    id = builder.customer('Known everywhere', [erp, scm, crm, finance]);
    builder.add('order', 'erp', 'O', { partyId: erp, status: 'DONE', orderNumber: 'SO-1', orderDate: '2026-02-27' });
    builder.add('order', 'erp', 'undated', { partyId: erp, status: 'DRAFT' });
    builder.add('shipment', 'scm', 'S', {
      partyId: scm,
      status: 'DELIVERED',
      shippedAt: '2026-02-27T10:00:00.000000Z',
      deliveredAt: '2026-02-28T00:00:00.000001Z',
    });
    builder.add('invoice', 'finance', 'I', {
      partyId: finance,
      kind: 'INVOICE',
      status: 'POSTED',
      issueDate: '2026-02-28',
    });
    builder.add('interaction', 'crm', 'C', {
      partyId: crm,
      channel: 'CHAT',
      occurredAt: '2026-02-28T23:59:59.999999Z',
    });
    builder.add('opportunity', 'crm', 'W', { partyId: crm, name: 'Plant', status: 'OPEN', openedOn: '2026-01-01' });
    const busy = builder.add('party', 'crm', 'busy', { kind: 'PERSON', displayName: 'Busy' });
    other = builder.customer('Busy', [busy]);
    for (let n = 0; n < 25; n++) {
      const at = `2026-02-0${1 + (n % 3)}T00:00:00.000000Z`;
      builder.add('interaction', 'crm', `T${n}`, { partyId: busy, channel: 'WEB', occurredAt: at });
      // one record, two events at one moment
      builder.add('shipment', 'scm', `T${n}`, { partyId: busy, status: 'DELIVERED', shippedAt: at, deliveredAt: at });
    }
    await builder.save(cache);
    graph = graphUnderTest(cache);
  });
  afterAll(() => database.drop());

  it('orders what happened in all systems, newest first', async () => {
    const data = await graph.data(
      'query ($id: ID!) { customer(id: $id) { timeline { totalCount nodes { at kind system title } pageInfo { hasNextPage } } } }',
      { id },
    );
    const { totalCount, nodes, pageInfo } = data.customer.timeline;
    expect(nodes.map(({ at, kind, system }: Event) => [at, kind, system])).toEqual(newestFirst);
    expect({ totalCount, pageInfo }).toEqual({ totalCount: 6, pageInfo: { hasNextPage: false } });
    expect(nodes[4].title).toBe('SO-1');
  });

  it('keeps to the kinds asked for', async () => {
    const data = await graph.data(
      'query ($id: ID!) { customer(id: $id) { timeline(kinds: [ORDER, INVOICE]) { totalCount nodes { kind } } } }',
      { id },
    );
    expect(data.customer.timeline).toEqual({ totalCount: 2, nodes: [{ kind: 'INVOICE' }, { kind: 'ORDER' }] });
  });

  it.each([1, 4, 10])('pages through ties without loss, %i at a time', async (first) => {
    const seen: string[] = [];
    const moments: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const data = await graph.data(
        `query ($id: ID!, $first: Int, $after: String) { customer(id: $id) { timeline(first: $first, after: $after) {
          pageInfo { hasNextPage endCursor } nodes { at kind record { id } } } } }`,
        { id: other, first, after },
      );
      const page: { nodes: Event[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = data.customer.timeline;
      seen.push(...page.nodes.map(({ kind, record }) => `${kind} ${record?.id}`));
      moments.push(...page.nodes.map(({ at }) => at));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen).toHaveLength(75);
    expect(new Set(seen).size).toBe(75);
    expect(moments).toEqual([...moments].sort().reverse());
  });
});
