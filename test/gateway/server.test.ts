import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditServer } from 'graphql-http';
import { passed, startTinyGateway, type TinyGateway } from './tiny-gateway.ts';

let hub: TinyGateway;
beforeAll(async () => {
  hub = await startTinyGateway({ timeout: '1s', maxTokens: 500 });
});
afterAll(async () => {
  await Promise.all([hub, ...others].map((gateway) => gateway.close()));
});

/** Another gateway, closed when all is done, whatever comes of the test. */
const others: TinyGateway[] = [];
async function another(options: Record<string, unknown> = {}): Promise<TinyGateway> {
  const gateway = await startTinyGateway(options);
  others.push(gateway);
  return gateway;
}

describe('GraphQL over HTTP', () => {
  it('passes the audits: everything that must be, and all but three of what may be', async () => {
    const results = await auditServer({ url: hub.url });
    const wanting = results.filter((result) => result.status !== 'ok');
    expect(wanting.filter((result) => result.status !== 'notice').map((result) => result.name)).toEqual([]);
    expect(wanting.length).toBeLessThanOrEqual(3);
    expect(results).toHaveLength(61);
  });

  it('answers GET for clients that say they are no browser form', async () => {
    const headers = { 'apollo-require-preflight': 'true' };
    const answer = await fetch(`${hub.url}?query=${encodeURIComponent('{ hello }')}`, { headers });
    expect(await answer.json()).toMatchObject({ data: { hello: 'hello you' } });
  });

  it('refuses what a foreign page could send without asking first', async () => {
    const answer = await fetch(hub.url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ query: '{ hello }' }),
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(((await answer.json()) as { errors: { message: string }[] }).errors).toHaveLength(1);
  });

  it('takes no batches', async () => {
    const { status, body } = await hub.ask([{ query: '{ hello }' }, { query: '{ hello }' }]);
    expect(status).toBe(400);
    expect(body.errors).toHaveLength(1);
  });

  it('sends security headers and the id of the request', async () => {
    const { headers } = await hub.ask({ query: '{ hello }' }, { 'x-request-id': 'abc-1' });
    expect(headers.get('x-request-id')).toBe('abc-1');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('on loopback, answers only requests to this machine: no foreign name may be pointed at it', async () => {
    expect(await statusFor('evil.example')).toBe(403);
    expect(await statusFor('localhost')).toBe(200);
  });
});

describe('bad requests get one clear error', () => {
  it.each([
    ['a malformed operation', { query: '{ hello' }, 'GRAPHQL_PARSE_FAILED', 'Expected Name'],
    ['a field that is not there', { query: '{ helo }' }, 'GRAPHQL_VALIDATION_FAILED', 'Did you mean "hello"'],
    [
      'an operation that is not there',
      { query: 'query A { hello }', operationName: 'B' },
      'OPERATION_RESOLUTION_FAILURE',
      'B',
    ],
    ['no operation', { variables: {} }, 'BAD_REQUEST', 'query'],
    [
      'a variable of a wrong type',
      { query: 'query($s: Size) { hello(size: $s) }', variables: { s: 'HUGE' } },
      'BAD_USER_INPUT',
      'HUGE',
    ],
    ['a variable that is missing', { query: 'query($id: ID!) { needs(id: $id) }' }, 'BAD_USER_INPUT', '$id'],
    [
      'an argument that is missing by way of a variable',
      { query: 'query($id: ID = "1") { needs(id: $id) }', variables: { id: null } },
      'BAD_USER_INPUT',
      'id',
    ],
    [
      'a kind of operation the graph has none of',
      { query: 'subscription { x }' },
      'GRAPHQL_VALIDATION_FAILED',
      'Ask a query',
    ],
    ['an operation of too many tokens', { query: `{ ${'hello '.repeat(600)} }` }, 'REQUEST_TOO_LARGE', '500 tokens'],
  ])('%s', async (_what, request, code, words) => {
    const { body } = await hub.ask(request);
    expect(body.errors).toHaveLength(1);
    expect(body.errors?.[0]?.extensions.code).toBe(code);
    expect(body.errors?.[0]?.message).toContain(words);
  });

  it.each([
    ['one field again and again', `{ ${'hello '.repeat(300)} }`],
    ['under one alias', `{ ${'a: hub a: own '.repeat(150)} }`],
    ['in fragments of fragments', `{ ...F0 } ${Array.from({ length: 60 }, (_, i) => spreadTwice(i, 60)).join(' ')}`],
  ])('an operation that would take long to check is refused first: %s', async (_what, query) => {
    const strict = await another({ maxTokens: 20_000 });
    const { status, body } = await strict.ask({ query });
    expect({ status, code: body.errors?.[0]?.extensions.code }).toEqual({ status: 400, code: 'REQUEST_TOO_LARGE' });
  });

  it('but a long operation made of fragments is taken', async () => {
    const wide = await another();
    const parts = Array.from({ length: 60 }, (_, i) => i);
    const query = `{ ${parts.map((i) => `...F${i}`).join(' ')} } ${parts.map((i) => `fragment F${i} on Query { hello a${i}: hello }`).join(' ')}`;
    expect(Object.keys((await wide.ask({ query })).body.data ?? {})).toHaveLength(61);
  });

  it('JSON that is none', async () => {
    const { status, body } = await hub.ask('{"query": ');
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { message: expect.stringContaining('Expected JSON'), extensions: { code: 'BAD_REQUEST' } },
    ]);
  });

  it('a body of a megabyte: 413 with the limit and what to do', async () => {
    const { status, body } = await hub.ask({ query: `{ hello(name: "${'x'.repeat(1_000_000)}") }` });
    expect(status).toBe(413);
    expect(body.errors).toEqual([
      { message: expect.stringMatching(/at most 200000 bytes.*variables/), extensions: { code: 'REQUEST_TOO_LARGE' } },
    ]);
  });

  it('an address that is not there', async () => {
    const answer = await fetch(hub.url.replace('/graphql', '/graphq'));
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ errors: [{ message: expect.stringContaining('POST /graphql') }] });
  });

  it('none of them is logged or stops the gateway', async () => {
    expect(hub.lines.filter((line) => line.level !== 'info')).toEqual([]);
    expect((await hub.ask({ query: '{ hello }' })).body.data).toEqual({ hello: 'hello you' });
  });
});

describe('errors of execution', () => {
  it('of the catalogue keep code, source and path', async () => {
    const { body } = await hub.ask({ query: '{ hub hello }' });
    expect(body.data).toEqual({ hub: null, hello: 'hello you' });
    expect(body.errors).toEqual([
      expect.objectContaining({
        message: 'Expected a cursor of orders.',
        path: ['hub'],
        extensions: { code: 'CURSOR_INVALID', source: 'erp' },
      }),
    ]);
  });

  it('that nobody foresaw are masked, and found in the log under the request id', async () => {
    const { body, headers } = await hub.ask({ query: '{ a: broken { name } b: broken { name } hello }' });
    const requestId = headers.get('x-request-id');
    expect(body.data).toEqual({ a: { name: null }, b: { name: null }, hello: 'hello you' });
    expect(body.errors).toHaveLength(2);
    expect(body.errors?.[1]).toMatchObject({ path: ['b', 'name'], extensions: { code: 'INTERNAL', requestId } });
    expect(JSON.stringify(body)).not.toContain('mysql');
    const logged = hub.lines.filter((line) => line.requestId === requestId);
    expect(logged).toHaveLength(1);
    expect(JSON.stringify(logged)).toContain('connect mysql');
    expect(JSON.stringify(logged)).not.toContain('hunter2');
  });

  it('that are not even errors are masked too', async () => {
    const { body } = await hub.ask({ query: '{ odd }' });
    expect(body.errors?.[0]).toMatchObject({ path: ['odd'], extensions: { code: 'INTERNAL' } });
    expect(body.errors?.[0]?.message).not.toContain('not even');
  });

  it('that take too long end at the deadline', async () => {
    const { body } = await hub.ask({ query: '{ slow }' });
    expect(body.errors).toEqual([expect.objectContaining({ extensions: { code: 'REQUEST_TIMEOUT' } })]);
  });
});

describe('freshness, health and readiness', () => {
  it('every answer tells how current each system is; it is not ready before a first sync', async () => {
    const fresh = await another();
    const ready = () => fetch(fresh.url.replace('/graphql', '/readyz'));
    expect((await ready()).status).toBe(503);
    expect(await (await ready()).json()).toMatchObject({
      ready: false,
      reasons: [expect.stringContaining('synced yet')],
    });

    await passed(fresh.cache, 'erp', 'orders', Date.now() - 60_000);
    await passed(fresh.cache, 'crm', 'cases', Date.now() - 3_600_000, 'SOURCE_UNREACHABLE');
    const { body } = await fresh.ask({ query: '{ hello }' });
    expect(body.extensions?.freshness).toEqual([
      {
        ...{
          system: 'erp',
          status: 'FRESH',
          syncedAt: expect.any(String),
          ageSeconds: expect.any(Number),
          lagSeconds: 0,
        },
        consistency: { status: 'UNPROVED', verifiedAt: null, differences: null },
        completeness: { status: 'UNKNOWN', reason: 'orders: it has not been read in full yet' },
      },
      expect.objectContaining({
        system: 'crm',
        status: 'DOWN',
        ageSeconds: 3600,
        error: 'SOURCE_UNREACHABLE: no answer',
      }),
    ]);
    expect((await ready()).status).toBe(200);
  });

  it('without the database it is alive, not ready, and still answers', async () => {
    const lost = await another();
    await lost.cache.close();
    expect((await fetch(lost.url.replace('/graphql', '/healthz'))).status).toBe(200);
    expect((await fetch(lost.url.replace('/graphql', '/readyz'))).status).toBe(503);
    expect((await lost.ask({ query: '{ hello }' })).body.data).toEqual({ hello: 'hello you' });
  });
});

describe('listening', () => {
  it('is refused on a network address while nobody logs in', async () => {
    await expect(another({ host: '0.0.0.0' })).rejects.toThrow(/no login is asked for/);
  });

  it('on a network address that was allowed, works and says so in one line', async () => {
    const open = await another({ host: '0.0.0.0', allowUnauthenticatedNetwork: true });
    expect((await open.ask({ query: '{ hello }' })).status).toBe(200);
    expect(open.lines.filter((line) => line.level === 'warn')).toHaveLength(1);
  });

  it('on a port that is taken fails with what to do', async () => {
    const port = Number(new URL(hub.url).port);
    await expect(another({ port })).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: expect.stringContaining(`127.0.0.1:${port} is already in use`),
    });
  });
});

function spreadTwice(i: number, count: number): string {
  return `fragment F${i} on Query { ${i + 1 < count ? `...F${i + 1} ...F${i + 1}` : ''} hello }`;
}

/** fetch does not let a test choose the Host header. */
function statusFor(host: string): Promise<number | undefined> {
  const { port } = new URL(hub.url);
  return new Promise((resolve, reject) => {
    const headers = { host, 'content-type': 'application/json' };
    const request = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/graphql', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    request.on('error', reject);
    request.end(JSON.stringify({ query: '{ hello }' }));
  });
}
