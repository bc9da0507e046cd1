import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createLocalSchema } from '../../gateway/execution/local-schema.ts';
import { compileMeasure } from '../../gateway/limits/measure-operation.ts';
import { createRateLimit } from '../../gateway/limits/rate-limit.ts';
import { subschemas } from '../../gateway/resolvers/domains/all.ts';
import { startTinyGateway } from './tiny-gateway.ts';

const schema = createLocalSchema(subschemas);
const sizeOf = (query: string, variables = {}) => compileMeasure(schema, parse(query))(variables);

describe('the size of an operation', () => {
  it('counts objects: one for each, as many as `first` says, three for lists without', () => {
    expect(sizeOf('{ customer(id: "x") { id displayName } }')).toEqual({ depth: 2, aliases: 0, cost: 1 });
    expect(sizeOf('{ orders(first: 50) { nodes { id } } }')).toMatchObject({ depth: 3, cost: 51 });
    expect(sizeOf('{ orders { nodes { lines { sku } } } }')).toMatchObject({ depth: 4, cost: 1 + 20 * 4 });
    expect(sizeOf('{ orders(first: 2) { edges { cursor node { id } } totalCount } }')).toMatchObject({
      cost: 1 + 2 * 2,
    });
  });

  it('goes by the variables, by their defaults, and by the schema where they are null', () => {
    const query = 'query Q($n: Int = 5) { orders(first: $n) { nodes { id } } }';
    expect(sizeOf(query, { n: 100 }).cost).toBe(101);
    expect(sizeOf(query).cost).toBe(6);
    expect(sizeOf(query, { n: null }).cost).toBe(21);
    expect(sizeOf(query, { n: -3 }).cost).toBe(21);
  });

  it('counts what fragments hold wherever they are spread, through connections too', () => {
    const spread =
      '{ a: orders(first: 3) { ...P } b: orders(first: 4) { ...P } } fragment P on OrderConnection { nodes { id } }';
    expect(sizeOf(spread)).toEqual({ depth: 3, aliases: 2, cost: 2 + 3 + 4 });
  });

  it('is quick and large for spreads that double at every level', () => {
    const levels = Array.from(
      { length: 40 },
      (_, n) =>
        `fragment F${n} on Customer { a: parties { customer { ...F${n + 1} } } b: parties { customer { ...F${n + 1} } } }`,
    );
    const size = sizeOf(`{ customers { nodes { ...F0 } } } ${levels.join(' ')} fragment F40 on Customer { id }`);
    expect(size.depth).toBe(2 + 80 + 1);
    expect(size.cost).toBeGreaterThanOrEqual(1e12);
  });

  it('is quick for fragments of lists that double at every level', () => {
    const levels = Array.from(
      { length: 40 },
      (_, n) => `fragment F${n} on OrderConnection { ...F${n + 1} ...F${n + 1} }`,
    );
    const size = sizeOf(`{ orders { ...F0 } } ${levels.join(' ')} fragment F40 on OrderConnection { nodes { id } }`);
    expect(size.cost).toBeGreaterThan(1e9);
  });

  it('leaves what the schema says of itself out', () => {
    expect(sizeOf('{ __schema { types { fields { type { ofType { name } } } } } __typename }')).toEqual({
      depth: 0,
      aliases: 0,
      cost: 0,
    });
  });
});

describe('a rate limit', () => {
  it('lets a burst through, then as many as fill in, and says when to come again', () => {
    let now = 0;
    const limit = createRateLimit({ perMinute: 60, burst: 3, now: () => now });
    expect([1, 2, 3].map(() => limit('a').allowed)).toEqual([true, true, true]);
    expect(limit('a')).toEqual({ allowed: false, retryAfter: 1 });
    expect(limit('b').allowed).toBe(true);
    now = 1_000;
    expect(limit('a').allowed).toBe(true);
    expect(limit('a').allowed).toBe(false);
  });
});

describe('a rate limit over HTTP', () => {
  it('answers 429 with when to come again', async () => {
    const hub = await startTinyGateway({ rateLimit: { perMinute: 1, burst: 2 } });
    try {
      const ask = () => hub.ask({ query: '{ __typename }' });
      expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
      const { status, headers, body } = await ask();
      expect({ status, code: body.errors?.[0]?.extensions.code }).toEqual({ status: 429, code: 'RATE_LIMITED' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await hub.close();
    }
  });
});
