import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';
import { type SampleCompany, sampleCompany } from './sample-company.ts';

const lanes = ['local', 'stitched'] as const;

describe.each(databases)('requests on $name', (database) => {
  let cache: Cache;
  let graph: GraphUnderTest;
  let company: SampleCompany;

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    company = sampleCompany(builder);
    await builder.save(cache);
    graph = graphUnderTest(cache);
  });
  afterAll(() => database.drop());

  it.each(lanes)('at the same time do not share what they loaded (%s lane)', async (lane) => {
    const seen = [graph.graph.createContext(), graph.graph.createContext()];
    const [mine, yours] = await Promise.all(
      seen.map((context, index) =>
        graph.graph.execute({
          query:
            'query ($id: ID!) { customer(id: $id) { id displayName orders(first: 2) { nodes { id customer { id } } } } }',
          variables: { id: company.customerIds[index] },
          context,
          lane,
        }),
      ),
    );
    expect(mine?.data?.customer).toMatchObject({ id: company.customerIds[0] });
    expect(yours?.data?.customer).toMatchObject({ id: company.customerIds[1] });
    expect(seen[0]?.loaders).not.toBe(seen[1]?.loaders);
  });

  it.each(lanes)('see what changed since the last one (%s lane)', async (lane) => {
    const query = 'query ($id: ID!) { order(id: $id) { id sourceStatus customer { displayName } } }';
    const id = company.orders[0]?.id ?? '';
    await graph.ask(query, { id }, lane);
    await cache.execute('UPDATE orders SET source_status = ? WHERE id = ?', [lane, id]);
    expect((await graph.ask(query, { id }, lane)).data?.order).toMatchObject({ sourceStatus: lane });
  });

  it('with a text that is no operation say what is wrong', async () => {
    expect((await graph.ask('{ orders { ')).errors?.[0]?.extensions).toEqual({ code: 'GRAPHQL_PARSE_FAILED' });
    const unknown = await graph.ask('{ orders { nodes { sum } } }');
    expect(unknown.errors?.[0]?.extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' });
    const tooLong = await graph.ask(`{ ${'a: sources { system } '.repeat(2_000)} }`);
    expect(tooLong.errors?.[0]?.message).toMatch(/more tha. 5000 tokens/);
  });

  it.each([
    ['Date', 'query ($v: Date) { orders(filter: {orderDate: {from: $v}}) { totalCount } }', ['2026-02-30', 'today', 5]],
    [
      'Instant',
      'query ($v: Instant) { shipments(filter: {shippedAt: {to: $v}}) { totalCount } }',
      ['2026-02-01', '2026-02-30T00:00:00Z'],
    ],
    [
      'Decimal',
      'query ($v: Decimal) { orders(filter: {totalAmount: {from: $v}}) { totalCount } }',
      ['1e5', '1,5', '0.00001'],
    ],
  ])('with a broken %s say what was expected', async (name, query, values) => {
    for (const v of values) {
      const { errors } = await graph.ask(query, { v });
      expect({ v, code: errors?.[0]?.extensions?.code }).toEqual({ v, code: 'BAD_USER_INPUT' });
      expect(errors?.[0]?.message).toMatch(new RegExp(`Expected an? ${name}`));
    }
  });

  it('may give instants with any zone', async () => {
    const count = async (from: string) =>
      (
        await graph.data('query ($from: Instant) { shipments(filter: {shippedAt: {from: $from}}) { totalCount } }', {
          from,
        })
      ).shipments.totalCount;
    const shippedAt = '2025-06-01T08:30:00.123456Z';
    const builder = createCacheBuilder();
    builder.add('shipment', 'scm', 'zoned', { status: 'SHIPPED', shippedAt });
    await builder.save(cache);
    const all = await count(shippedAt);
    expect(await count('2025-06-01T17:30:00.123456+09:00')).toBe(all);
    expect(await count('2025-06-01T08:30:00.123457Z')).toBe(all - 1);
  });

  it('never mix up keys that differ by case or a space', async () => {
    const builder = createCacheBuilder();
    for (const key of ['k', 'K', 'k ', 'ß', 'ss']) {
      builder.customer(`[${key}]`, [builder.add('party', 'finance', key, { kind: 'PERSON', displayName: key })]);
    }
    await builder.save(cache);
    for (const key of ['k', 'K', 'k ', 'ß', 'ss']) {
      const data = await graph.data(
        'query ($key: String!) { customerBySource(system: "finance", key: $key) { displayName } }',
        { key },
      );
      expect(data.customerBySource).toEqual({ displayName: `[${key}]` });
    }
  });

  it('tell an unknown entity or system which there are', async () => {
    const entity = await graph.ask('{ customerBySource(system: "erp", key: "1", entity: "sale") { id } }');
    expect(entity.errors?.[0]?.message).toMatch(/one of party, account, .*order, .*; got "sale"/);
    const system = await graph.ask('{ customerBySource(system: "sap", key: "1") { id } }');
    expect(system.errors?.[0]?.message).toBe(
      `Expected system to be one of the settings' sources (erp, scm, crm, finance); got "sap".`,
    );
  });

  it('filter by letters of any script without failing', async () => {
    for (const odd of ['한국', 'ünknown', '😀', "' OR 1=1 --", 'a\u0000b', '', '\\', '%']) {
      const data = await graph.data(
        `query ($odd: String!) {
          orders(filter: {system: [$odd], sourceStatus: [$odd], currency: [$odd], orderNumber: [$odd]}) { totalCount }
          shipments(filter: {carrier: [$odd], trackingNumber: [$odd]}) { totalCount }
          customers(search: $odd, filter: {country: [$odd], system: [$odd], taxId: [$odd], email: [$odd]}) { totalCount }
          syncRuns(system: $odd, stream: $odd) { totalCount } quarantine(system: $odd, stream: $odd) { totalCount }
          customerBySource(system: "erp", key: $odd) { id } }`,
        { odd },
      );
      expect(data.orders).toEqual({ totalCount: 0 });
    }
  });

  it('with more values or letters than make sense say how many there may be', async () => {
    const values = await graph.ask('query ($v: [String!]) { orders(filter: {orderNumber: $v}) { totalCount } }', {
      v: Array.from({ length: 1_001 }, (_, n) => String(n)),
    });
    expect(values.errors?.[0]?.message).toMatch(/at most 1000 values of filter.orderNumber, got 1001/);
    const search = await graph.ask('query ($v: String) { customers(search: $v) { totalCount } }', {
      v: 'x '.repeat(101),
    });
    expect(search.errors?.[0]?.message).toMatch(/at most 200 characters, got 202/);
  });
});
