import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { addressBelow, encodeQuery, nextAddress } from '../../connectors/http/address.ts';
import { outcomeOf } from '../../connectors/http/outcome.ts';
import { retryAfterOf, retryDelay } from '../../connectors/http/retry-delay.ts';
import { type AuthSettings, clientOf, live, serve } from './http-server.ts';

describe('a source that hangs', () => {
  /** Five requests one after the other, each of which its caller ends for this reason once the source has it. */
  const ask = async (reason: DOMException) => {
    let caller = new AbortController();
    const { origin, count } = await serve(() => caller.abort(reason));
    const client = clientOf();
    const ends: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      caller = new AbortController();
      const error = await client.request({ url: origin }, caller.signal).catch((thrown: unknown) => thrown);
      ends.push((error as { code?: string }).code === 'SOURCE_BREAKER_OPEN' ? 'left alone' : (error as Error).name);
    }
    return { ends, asked: count() };
  };

  it('is left alone after it let the deadlines of its callers pass, as live reads have them', async () => {
    const ends = [...Array(4).fill('TimeoutError'), 'left alone'];
    expect(await ask(new DOMException('late', 'TimeoutError'))).toEqual({ ends, asked: 4 });
  });

  it('is not judged by callers who give up', async () => {
    const ends = Array(5).fill('AbortError');
    expect(await ask(new DOMException('gone', 'AbortError'))).toEqual({ ends, asked: 5 });
  });
});

describe('a link of the source that leads nowhere', () => {
  it('is an error that says where the address came from, and how it is put right', async () => {
    const { origin } = await serve((_, response) => response.writeHead(404).end('{}'));
    const link = 'http://backend:8080/internal/orders?page=2';
    await expect(clientOf().request({ url: `${origin}/internal/orders?page=2`, link }, live())).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringMatching(
        /from the source's own link http:..backend:8080.internal.orders.page=2.*rewriteLinks/,
      ),
    });
  });
});

describe('an HTTP answer', () => {
  it('keeps the digits of its numbers', async () => {
    const { origin } = await serve((_, response) => response.end('{"id":12345678901234567890,"amount":10.10}'));
    const body = (await clientOf().request({ url: origin }, live())).json() as Record<string, unknown>;
    expect([String(body.id), String(body.amount)]).toEqual(['12345678901234567890', '10.10']);
  });

  it('is read through gzip, another charset and a byte order mark', async () => {
    const { origin } = await serve((request, response) => {
      if (request.url === '/gzip')
        return response.setHeader('content-encoding', 'gzip').end(gzipSync('{"a":"zipped"}'));
      if (request.url === '/bom') return response.end('\uFEFF{"a":"bom"}');
      return response
        .setHeader('content-type', 'application/json; charset=iso-8859-1')
        .end(Buffer.from('{"a":"Größe"}', 'latin1'));
    });
    const client = clientOf();
    const read = async (path: string) => (await client.request({ url: `${origin}${path}` }, live())).json();
    expect([await read('/gzip'), await read('/bom'), await read('/latin')]).toEqual([
      { a: 'zipped' },
      { a: 'bom' },
      { a: 'Größe' },
    ]);
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    [
      'a login page',
      (r) => r.setHeader('content-type', 'text/html').end('<!DOCTYPE html><html>Sign in</html>'),
      'an HTML page',
    ],
    ['XML', (r) => r.end('<feed/>'), 'got XML'],
    ['nothing', (r) => r.end(''), 'an empty answer'],
    ['half of its JSON', (r) => r.end('{"items":[{"id":1},'), 'not whole or not JSON'],
    ['bytes that are no UTF-8', (r) => r.end(Buffer.from([0x22, 0xff, 0xfe, 0x22])), 'expected text in utf-8'],
    ['what is not gzip and says it is', (r) => r.setHeader('content-encoding', 'gzip').end('{"items":[]}'), 'garbled'],
  ])('that is %s is an error, not an empty page', async (_, answer, words) => {
    const { origin } = await serve((_request, response) => answer(response));
    const work = clientOf()
      .request({ url: origin }, live())
      .then((got) => got.json());
    await expect(work).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      source: 'crm',
      message: expect.stringContaining(words),
    });
  });

  it('that ends before it is whole is asked for again, and then an error', async () => {
    const { origin, count } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"items":[');
      setTimeout(() => response.destroy(), 5);
    });
    await expect(clientOf().request({ url: origin }, live())).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect(count()).toBe(4);
  });

  it('larger than allowed is refused while it comes', async () => {
    const { origin } = await serve((_, response) => {
      const pour = () => {
        if (!response.destroyed && response.write('x'.repeat(10_000))) setImmediate(pour);
        else response.once('drain', pour);
      };
      pour();
    });
    await expect(clientOf({ maxBytes: 50_000 }).request({ url: origin }, live())).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('at most 50000 bytes'),
    });
  });

  it("tells the source's clock", async () => {
    const date = 'Sat, 01 Mar 2025 10:20:30 GMT';
    const { origin } = await serve((_, response) => response.setHeader('date', date).end('{}'));
    expect((await clientOf().request({ url: origin }, live())).date).toBe('2025-03-01T10:20:30.000000Z');
  });
});

describe('an HTTP failure', () => {
  it.each([
    [401, 'SOURCE_UNAUTHORIZED', 1],
    [403, 'SOURCE_FORBIDDEN', 1],
    [404, 'SOURCE_NOT_FOUND', 1],
    [410, 'SOURCE_CURSOR_EXPIRED', 1],
    [400, 'SOURCE_PROTOCOL', 1],
    [503, 'SOURCE_UNREACHABLE', 4],
  ])('%i is %s after %i tries', async (status, code, tries) => {
    const { origin, count } = await serve((_, response) => response.writeHead(status).end('{"error":"because"}'));
    await expect(clientOf().request({ url: origin, stream: 'orders' }, live())).rejects.toMatchObject({
      code,
      stream: 'orders',
      message: expect.stringContaining(`answered ${status}: {"error":"because"}`),
    });
    expect(count()).toBe(tries);
  });

  it('that passes is not noticed', async () => {
    const { origin, count } = await serve((request, response, n) =>
      n < 3 ? request.socket.destroy() : response.end('{"ok":true}'),
    );
    expect((await clientOf().request({ url: origin }, live())).json()).toEqual({ ok: true });
    expect(count()).toBe(3);
  });

  it('of a POST that changes something is not repeated; of one that only reads it is', async () => {
    const { origin, count } = await serve((_, response) => response.writeHead(502).end());
    const client = clientOf();
    await expect(client.request({ url: origin, method: 'POST', body: '{}' }, live())).rejects.toThrow();
    expect(count()).toBe(1);
    await expect(
      client.request({ url: origin, method: 'POST', body: '{}', idempotent: true }, live()),
    ).rejects.toThrow();
    expect(count()).toBe(5);
  });

  it('ends at once when the signal aborts between two tries', async () => {
    const { origin } = await serve((_, response) => response.writeHead(429, { 'retry-after': '20' }).end());
    await expect(clientOf().request({ url: origin }, AbortSignal.timeout(100))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});

describe('a login', () => {
  it.each<[AuthSettings, string, string]>([
    [{ type: 'basic', username: 'u', password: 'p' }, 'authorization', 'Basic dTpw'],
    [{ type: 'bearer', token: 'abc' }, 'authorization', 'Bearer abc'],
    [{ type: 'header', name: 'X-Api-Key', value: 'key' }, 'x-api-key', 'key'],
  ])('%j is sent as %s', async (auth, header, value) => {
    const { origin } = await serve((request, response) =>
      response.end(JSON.stringify({ got: request.headers[header] })),
    );
    expect((await clientOf({ auth }).request({ url: origin }, live())).json()).toEqual({ got: value });
  });

  it('by OAuth that is refused is SOURCE_UNAUTHORIZED and keeps its secret', async () => {
    const { origin } = await serve((_, response) => response.writeHead(400).end('{"error":"invalid_client"}'));
    const auth = {
      type: 'oauth2',
      tokenUrl: `${origin}/token`,
      clientId: 'hub',
      clientSecret: 's3cret-s3cret',
    } as const;
    const error = await clientOf({ auth })
      .request({ url: origin }, live())
      .catch((e: Error) => e);
    expect(error).toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
    expect(String(error)).not.toContain('s3cret');
  });

  it('is never carried to another host by a redirect', async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere = await serve((request, response) => {
      seen.push(request.headers['x-api-key'] as string | undefined);
      response.end('{}');
    });
    const { origin } = await serve((request, response) =>
      request.url === '/moved'
        ? response.writeHead(302, { location: '/here' }).end()
        : request.url === '/here'
          ? response.end('{"here":true}')
          : response.writeHead(302, { location: elsewhere.origin }).end(),
    );
    const client = clientOf({ auth: { type: 'header', name: 'X-Api-Key', value: 'key-key-key' } });
    await expect(client.request({ url: origin }, live())).rejects.toMatchObject({
      code: 'SOURCE_PROTOCOL',
      message: expect.stringContaining('got a redirect to'),
    });
    expect(seen).toEqual([]);
    expect((await client.request({ url: `${origin}/moved` }, live())).json()).toEqual({ here: true });
  });
});

describe('what a status means', () => {
  it.each([
    [200, 'ok'],
    [204, 'ok'],
    [302, 'fail'],
    [400, 'fail'],
    [401, 'refresh-auth'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [408, 'retry'],
    [410, 'expired'],
    [423, 'retry'],
    [429, 'rate-limited'],
    [500, 'retry'],
    [501, 'fail'],
    [503, 'retry'],
    [529, 'rate-limited'],
    [599, 'retry'],
  ])('%i: %s', (status, outcome) => {
    expect(outcomeOf(status)).toBe(outcome);
  });

  it('403 and 503 with Retry-After are a source that asks for patience', () => {
    expect([403, 503].map((status) => outcomeOf(status, true))).toEqual(['rate-limited', 'rate-limited']);
  });
});

describe('how long to wait', () => {
  it('reads Retry-After in seconds and as a date', () => {
    const now = Date.parse('2025-03-01T10:00:00Z');
    expect(retryAfterOf('3', now)).toBe(3_000);
    expect(retryAfterOf('Sat, 01 Mar 2025 10:00:05 GMT', now)).toBe(5_000);
    expect(retryAfterOf('Sat, 01 Mar 2025 09:00:00 GMT', now)).toBe(0);
    expect(retryAfterOf('soon', now)).toBe(null);
    expect(retryAfterOf(undefined, now)).toBe(null);
  });

  it('grows with each try, is spread, and has a cap', () => {
    expect([1, 2, 3].map((attempt) => retryDelay(attempt, null, 0))).toEqual([100, 200, 400]);
    expect(retryDelay(1, null, 0.999)).toBeLessThan(200);
    expect(retryDelay(30, null, 1)).toBe(10_000);
    expect(retryDelay(1, 3_600_000, 0)).toBe(30_000);
  });
});

describe('an address', () => {
  it('is below the base, and writes a space as %20', () => {
    expect(addressBelow('http://h/base/', '/orders', [['$filter', 'a eq b+c']])).toBe(
      'http://h/base/orders?$filter=a%20eq%20b%2Bc',
    );
    expect(addressBelow('http://h/base?client=1', 'orders?x=1', [['y', '2']])).toBe(
      'http://h/base/orders?client=1&x=1&y=2',
    );
    expect(encodeQuery([['a&b', 'ü']])).toBe('a%26b=%C3%BC');
  });

  it('of the next page stays on the configured host, whatever the source calls itself', () => {
    const base = 'https://erp.example.com:8443/odata/';
    const current = `${base}Orders?$top=2`;
    expect(nextAddress(base, current, 'http://localhost/odata/Orders?$skiptoken=2')).toBe(
      'https://erp.example.com:8443/odata/Orders?$skiptoken=2',
    );
    expect(nextAddress(base, current, 'Orders?$skiptoken=2')).toBe(`${base}Orders?$skiptoken=2`);
    expect(nextAddress('http://h/x', 'http://h/x', 'http://other:9000/x?p=2')).toBe('http://h/x?p=2');
  });

  it.each<[string, { from: string; to: string }[], string, string]>([
    ['a path', [{ from: '/api', to: '/erp/v1' }], 'http://backend/api/orders?p=2', '/erp/v1/orders?p=2'],
    ['a path that ends in a slash', [{ from: '/api/', to: '/erp/' }], 'http://backend/api/orders', '/erp/orders'],
    ['whole names only', [{ from: '/api', to: '/erp' }], 'http://backend/apis/orders', '/apis/orders'],
    ['the root', [{ from: '/', to: '/erp' }], 'http://backend/orders?p=2', '/erp/orders?p=2'],
    ['nothing that is in place already', [{ from: '/', to: '/erp' }], 'orders?p=2', '/erp/orders?p=2'],
    ['away a path', [{ from: '/internal', to: '/' }], '/internal/orders', '/orders'],
    ['one host', [{ from: 'http://a:81/x', to: '/y' }], 'http://a:81/x/orders', '/y/orders'],
    ['one host alone', [{ from: 'http://a:81/x', to: '/y' }], 'http://b:81/x/orders', '/x/orders'],
    [
      'by the first that fits',
      [
        { from: '/b', to: '/1' },
        { from: '/a', to: '/2' },
        { from: '/a', to: '/3' },
      ],
      '/a',
      '/2',
    ],
  ])('of a link is rewritten: %s', (_, rewrites, link, path) => {
    const base = 'https://gateway.example.com/erp/';
    expect(nextAddress(base, `${base}orders`, link, rewrites)).toBe(`https://gateway.example.com${path}`);
  });

  it.each(['mailto:orders@example.com', 'http://', 'javascript:1'])('is not %s', (link) => {
    expect(() => nextAddress('http://h/x', 'http://h/x', link)).toThrow('an address over HTTP');
  });
});
