import { afterEach, describe, expect, it } from '@jest/globals';
import { graphqlRefusal } from '../../connectors/graphql/refusal.ts';
import { askedWait, retryDelay } from '../../connectors/http/retry-delay.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { clientOf, live, serve } from './http-server.ts';

const connectors: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const connector of connectors.splice(0)) await connector.close();
});

const people = [{ id: '1', name: 'Ada' }];

/** What a pull of the only stream gives, or its error, and how often the source was asked. */
async function pulled(kind: Record<string, unknown>, stream: Record<string, unknown>, answers: readonly unknown[]) {
  const { origin, count } = await serve((_, response, n) => {
    const answer = answers[Math.min(n, answers.length) - 1];
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
  const settings = sourceSchema.parse({
    ...kind,
    url: origin,
    streams: { people: { key: 'id', resource: 'people', records, ...stream } },
  });
  const connector = connect({ system: 'crm', settings });
  connectors.push(connector);
  const keys: string[] = [];
  try {
    for await (const page of connector.pull('people', { since: null, resume: null }, live()))
      keys.push(...page.records.map(({ key }) => key));
    return { keys, asked: count() };
  } catch (error) {
    return { error: error as Error & { code: string }, asked: count() };
  }
}

describe('a wait', () => {
  it.each([0, 1, 50])('of %i ms that a source asks for is no shorter than our own', (asked) => {
    expect([1, 2, 3].map((attempt) => retryDelay(attempt, asked, 0))).toEqual([100, 200, 400]);
  });

  it('that a source asks for is kept where it is the longer one', () => {
    expect(retryDelay(1, 3_000, 0)).toBe(3_000);
  });

  it.each<[string, Record<string, string>, number | null]>([
    ['in seconds', { 'retry-after': '3' }, 3_000],
    ['by a date that is past', { 'retry-after': 'Sat, 01 Mar 2025 09:00:00 GMT' }, 0],
    [
      'by the reset of a used-up limit, as a time',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1740823205' },
      5_000,
    ],
    [
      'by the reset of a used-up limit, in milliseconds',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1740823205000' },
      5_000,
    ],
    [
      'by the reset of a used-up limit, in seconds to go',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '7' },
      7_000,
    ],
    ['by nothing, where the limit is not used up', { 'x-ratelimit-remaining': '4', 'x-ratelimit-reset': '7' }, null],
  ])('is told %s', (_, headers, wait) => {
    expect(askedWait(headers, Date.parse('2025-03-01T10:00:00Z'))).toBe(wait);
  });

  it('is kept between tries where the source says 0', async () => {
    const at: number[] = [];
    const { origin } = await serve((_, response) => {
      at.push(performance.now());
      response.writeHead(429, { 'retry-after': '0' }).end();
    });
    await expect(clientOf().request({ url: origin }, live())).rejects.toMatchObject({ code: 'SOURCE_RATE_LIMITED' });
    const gaps = at.slice(1).map((time, i) => time - (at[i] ?? 0));
    expect(gaps).toHaveLength(3);
    // Timers may fire a moment early.
    expect(Math.min(...gaps)).toBeGreaterThan(390);
  });
});

const graphql = { kind: 'graphql' };
const query = { query: 'query { people { nodes { id name } pageInfo { hasNextPage endCursor } } }' };
const good = { data: { people: { nodes: people, pageInfo: { hasNextPage: false } } } };
const shopify = {
  errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
  extensions: {
    cost: {
      requestedQueryCost: 100,
      throttleStatus: { maximumAvailable: 1000, currentlyAvailable: 90, restoreRate: 50 },
    },
  },
};

describe('throttling inside an answer of status 200', () => {
  it.each<[string, unknown]>([
    ['THROTTLED, with what the query costs', shopify],
    ['RATE_LIMITED in `type`', { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] }],
    [
      'a code of its own',
      { errors: [{ message: 'Slow down', extensions: { code: 'TOO_MANY_REQUESTS' } }], data: null },
    ],
    ['a status in the extensions', { errors: [{ message: 'Slow down', extensions: { http: { status: 429 } } }] }],
    ['words alone, in the second error', { errors: [{ message: 'x' }, { message: 'Too many requests' }] }],
  ])('of GraphQL is waited for: %s', async (_, refusal) => {
    expect(await pulled(graphql, query, [refusal, good])).toEqual({ keys: ['1'], asked: 2 });
  });

  it('of GraphQL that goes on is left to the next pass after a few tries', async () => {
    const { error, asked } = await pulled(graphql, query, [
      { errors: [{ message: 'Slow', extensions: { code: 'THROTTLED' } }] },
    ]);
    expect([error?.code, asked]).toEqual(['SOURCE_RATE_LIMITED', 4]);
  });

  it('of GraphQL asks for as long as the bucket needs to fill, or as the error says', () => {
    const waitOf = (body: unknown) =>
      graphqlRefusal({ status: 200, headers: {}, cookies: [], text: JSON.stringify(body) })?.retryAfter;
    expect(waitOf(shopify)).toBe(200);
    expect(
      waitOf({
        errors: [{ message: 'Budget', extensions: { code: 'COMPLEXITY_BUDGET_EXHAUSTED', retry_in_seconds: 12 } }],
      }),
    ).toBe(12_000);
    expect(waitOf({ errors: [{ message: 'Slow', extensions: { code: 'THROTTLED' } }] })).toBe(null);
  });

  it('of GraphQL is not seen in a query that is too expensive for good', async () => {
    const { error, asked } = await pulled(graphql, query, [
      { errors: [{ message: 'Query too complex', extensions: { code: 'MAX_COST_EXCEEDED' } }] },
    ]);
    expect([error?.code, asked]).toEqual(['SOURCE_PROTOCOL', 1]);
  });

  it('for longer than a pass may wait is left to the next pass at once', async () => {
    const body = {
      ...shopify,
      extensions: { cost: { requestedQueryCost: 100_000, throttleStatus: { currentlyAvailable: 0, restoreRate: 50 } } },
    };
    const { error, asked } = await pulled(graphql, query, [body]);
    expect([error?.code, asked]).toEqual(['SOURCE_RATE_LIMITED', 1]);
  });

  it.each<[number, unknown, unknown]>([
    [4, { error: { code: '429', message: 'Number of requests exceeded the limit' } }, { value: people }],
    [2, { error: { code: 'SY/530', message: { value: 'Rate limit reached, try later' } } }, { d: { results: people } }],
  ])('of an OData error in the form of version %i is waited for', async (version, refusal, list) => {
    const answers = ['no metadata', refusal, list];
    expect(await pulled({ kind: 'odata', version }, { paging: 'links' }, answers)).toEqual({ keys: ['1'], asked: 3 });
  });

  it.each<[string, unknown, unknown]>([
    ['a code', { path: 'error.code', equals: 'throttled' }, { error: { code: 'THROTTLED' } }],
    ['a number among several', { path: 'status', equals: [429, 503] }, { status: 429, items: [] }],
    ['a flag with a wait', { path: 'limited', equals: true, waitPath: 'seconds' }, { limited: true, seconds: 0.2 }],
  ])('of REST is waited for where the settings say how it is told: %s', async (_, throttled, refusal) => {
    const rest = { kind: 'rest', itemsPath: 'items', paging: { type: 'none' }, throttled };
    expect(await pulled(rest, {}, [refusal, { items: people }])).toEqual({ keys: ['1'], asked: 2 });
  });
});
