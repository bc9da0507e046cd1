import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getNamedType, isInputObjectType, isScalarType } from 'graphql';
import { z } from 'zod';
import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { createLog } from '../../config/observability/log.ts';
import { settingsSchema } from '../../config/settings/load-settings.ts';
import { sourceSettings, streamSettings } from '../../config/settings/settings.ts';
import { compileExpression } from '../../connectors/mapping/expression.ts';
import { createGraph } from '../../gateway/create-graph.ts';
import type { Graph } from '../../gateway/graph.ts';
import { createGateway, type Gateway } from '../../gateway/server.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { sampleCompany } from './sample-company.ts';

/** Each attack by the name it is known under, against the whole gateway over HTTP. */
describe('attacks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'c360-attacks-'));
  let cache: Cache;
  let gateway: Gateway;
  let url: string;

  beforeAll(async () => {
    cache = await openCache({ url: `sqlite:${join(folder, 'cache.db')}`, poolSize: 1 });
    const builder = createCacheBuilder();
    sampleCompany(builder);
    await builder.save(cache);
    const sourceSchema = sourceSettings.extend({ streams: z.record(z.string(), streamSettings) });
    const settings = settingsSchema(sourceSchema).parse({
      gateway: { port: 0, introspection: false, graphiql: false, timeout: '2s' },
      sources: { erp: { kind: 'demo', streams: {} } },
    });
    const log = createLog({ level: 'silent' });
    gateway = await createGateway({ cache, settings, log, graph: createGraph({ cache, settings }) as Graph });
    url = await gateway.listen();
  });
  afterAll(async () => {
    await gateway.close();
    await cache.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = async (body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: answers are read as plain JSON
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const codeOf = async (query: string, variables = {}) =>
    (await send({ query, variables })).body.errors?.[0]?.extensions?.code;

  it('alias overload: hundreds of the same expensive field under other names', async () => {
    const fields = Array.from({ length: 300 }, (_, n) => `a${n}: customers(first: 1) { totalCount }`);
    expect(await codeOf(`{ ${fields.join(' ')} }`)).toBe('OPERATION_TOO_LARGE');
  });

  it('batching brute force: many operations in one request', async () => {
    const batch = Array.from({ length: 50 }, () => ({ query: '{ __typename }' }));
    expect((await send(batch)).status).toBe(400);
  });

  it('circular fragments', async () => {
    const circle =
      '{ customers { nodes { ...A } } } fragment A on Customer { parties { customer { ...B } } } fragment B on Customer { ...A }';
    expect(await codeOf(circle)).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('deep nesting: round and round through relations', async () => {
    const deep = `${'parties { customer { '.repeat(30)}id${' } }'.repeat(30)}`;
    expect(await codeOf(`{ customers(first: 1) { nodes { ${deep} } } }`)).toBe('OPERATION_TOO_LARGE');
  });

  it('lists of lists of lists: an answer of millions', async () => {
    const query =
      'query Q($n: Int) { customers(first: $n) { nodes { orders(first: $n) { nodes { lines { sku } } } } } }';
    expect(await codeOf(query, { n: 200 })).toBe('OPERATION_TOO_LARGE');
    expect(await codeOf(query, { n: 5 })).toBeUndefined();
  });

  it('directive overload: one field with thousands of directives', async () => {
    expect(await codeOf(`{ __typename ${'@a '.repeat(4_000)} }`)).toBe('REQUEST_TOO_LARGE');
    expect(await codeOf(`{ __typename ${'@skip(if: false) '.repeat(500)} }`)).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('field duplication: the same field over and over', async () => {
    expect(await codeOf(`{ ${'__typename '.repeat(6_000)} }`)).toBe('REQUEST_TOO_LARGE');
    expect(await codeOf(`{ ${'customers { nodes { id } } '.repeat(700)} }`)).toMatch(/TOO_LARGE/);
  });

  it('introspection and suggestion leaks: nothing tells what there is', async () => {
    expect(await codeOf('{ __schema { types { name } } }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await codeOf('{ __type(name: "Customer") { name } }')).toBe('GRAPHQL_VALIDATION_FAILED');
    for (const query of [
      '{ custmers { totalCount } }',
      '{ customers(serch: "x") { totalCount } }',
      '{ customers(orderBy: NAME_AS) { totalCount } }',
    ]) {
      const { body } = await send({ query });
      expect(JSON.stringify(body)).not.toMatch(/Did you mean|NAME_ASC/);
    }
  });

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'])(
    'CSRF by form: %s is not taken',
    async (type) => {
      const { status } = await send('query=%7B__typename%7D', { 'content-type': type });
      expect(status).toBeGreaterThanOrEqual(400);
    },
  );

  it('CSRF by GET: no mutation, and no query without a header that forms cannot send', async () => {
    const ask = async (query: string, headers: Record<string, string>) =>
      (await fetch(`${url}?query=${encodeURIComponent(query)}`, { headers })).status;
    expect(await ask('{ __typename }', { accept: '*/*' })).toBe(400);
    expect(await ask('mutation { __typename }', { 'apollo-require-preflight': 'yes' })).toBeGreaterThanOrEqual(400);
  });

  it('SQL and NoSQL injection: through every text argument and filter of the graph', async () => {
    const count = async () => Number((await cache.query('SELECT COUNT(*) AS n FROM orders'))[0]?.n);
    const before = await count();
    const texts = [
      `' OR '1'='1`,
      `"; DROP TABLE orders; --`,
      '`) UNION SELECT secret_hash FROM api_keys --',
      '{"$gt": ""}',
      '%_\\',
      '\u0000',
      'NaN',
    ];
    let asked = 0;
    for (const field of Object.values(gateway.schema.getQueryType()?.getFields() ?? {})) {
      const below = isScalarType(getNamedType(field.type)) ? '' : '{ __typename }';
      for (const argument of field.args) {
        for (const variable of valuesOf(argument.type.toString(), argument.name, texts)) {
          const others = field.args
            .filter(({ type, name }) => name !== argument.name && type.toString().endsWith('!'))
            .map(({ name }) => `${name}: "x"`);
          const query = `query Q($v: ${argument.type}) { found: ${field.name}(${[`${argument.name}: $v`, ...others].join(', ')}) ${below} }`;
          const { body } = await send({ query, variables: { v: variable } });
          asked += 1;
          const codes = (body.errors ?? []).map(({ extensions }: { extensions: { code: string } }) => extensions.code);
          expect({ query, variable, internal: codes.includes('INTERNAL') }).toEqual({
            query,
            variable,
            internal: false,
          });
        }
      }
    }
    expect(asked).toBeGreaterThan(60);
    expect(await count()).toBe(before);
    const nothing = await send({
      query: `{ customers(search: "' OR '1'='1") { totalCount } orders(filter: {orderNumber: ["' OR '1'='1"]}) { totalCount } }`,
    });
    expect(nothing.body.data).toEqual({ customers: { totalCount: 0 }, orders: { totalCount: 0 } });
  }, 120_000);

  /** A text, a list of texts, or an input object with each of its text fields in turn. */
  function valuesOf(type: string, name: string, texts: string[]): unknown[] {
    const bare = type.replaceAll(/[![\]]/g, '');
    const all = (list: string): unknown[] => (list.startsWith('[') ? [texts] : texts);
    if (bare === 'String' || bare === 'ID') return all(type);
    const input = gateway.schema.getType(bare);
    if (name !== 'filter' || !isInputObjectType(input)) return [];
    return Object.values(input.getFields()).flatMap((field) => {
      const inner = field.type.toString();
      if (!/^\[?(String|ID)!?\]?!?$/.test(inner)) return [];
      return all(inner).map((value) => ({ [field.name]: value }));
    });
  }

  it('regex denial of service: a search made to backtrack ends at once', async () => {
    const { body } = await send({
      query: 'query Q($s: String) { customers(search: $s) { totalCount } }',
      variables: { s: '%a'.repeat(100) },
    });
    expect(body.data).toEqual({ customers: { totalCount: 0 } });
    expect(
      await codeOf('query Q($s: String) { customers(search: $s) { totalCount } }', { s: 'a'.repeat(100_000) }),
    ).toBe('BAD_USER_INPUT');
  });

  it('JSONata denial of service: an expression without an end is ended', async () => {
    const endless = compileExpression('($f := function($n) { $f($n + 1) }; $f(0))');
    await expect(endless.evaluate({}, {})).rejects.toThrow(/steps/);
    await expect(compileExpression('$sum([1..99999999])').evaluate({}, {})).rejects.toThrow();
  });

  it('oversized bodies: refused before they are read', async () => {
    expect((await send({ query: `{ __typename #${'x'.repeat(300_000)}\n }` })).status).toBe(413);
  });

  it('slow bodies: a request that drips in is ended at the deadline', async () => {
    const { hostname, port } = new URL(url);
    const ended = new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname);
      let text = '';
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text));
      socket.on('error', () => resolve(text));
      socket.write(
        'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
      );
    });
    expect(await ended).toMatch(/408|^$/);
  }, 60_000);

  it.each([
    ['/graphql/../../etc/passwd', {}],
    ['/graphiql/%2e%2e/%2e%2e/package.json', {}],
    ['//evil.example/graphql', {}],
    ['/graphql%00', {}],
  ])('path tricks: %s leads nowhere', async (path) => {
    const answer = await fetch(new URL(url).origin + path, { redirect: 'manual' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).not.toMatch(/root:|"name": "customer360"/);
  });

  it.each([
    { host: 'evil.example' },
    { 'x-http-method-override': 'DELETE' },
    { 'x-forwarded-host': 'evil.example' },
    { 'x-request-id': 'a\u0009b <script>' },
  ])('header tricks: %j changes nothing', async (headers) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers } as Record<string, string>,
      body: '{"query":"{ __typename }"}',
    });
    expect(answer.headers.get('x-request-id')).not.toMatch(/script/);
    expect(await answer.text()).not.toContain('evil');
  });

  it('says how large an operation is when asked to', async () => {
    const { body } = await send({ query: '{ orders(first: 3) { nodes { id } } }', extensions: { cost: true } });
    expect(body.extensions.cost).toEqual({ depth: 3, aliases: 0, cost: 4 });
    expect((await send({ query: '{ __typename }' })).body.extensions.cost).toBeUndefined();
  });
});
