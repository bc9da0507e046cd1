import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { httpAuth } from '../../config/settings/http-settings.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { type AuthSettings, clientOf, live, serve } from './http-server.ts';

interface Answer {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: unknown;
}

/** A server whose answers are told by what was asked: path, headers, body. */
async function serveBodies(handle: (path: string, request: IncomingMessage, body: string) => Answer) {
  const asked: string[] = [];
  const { origin } = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      asked.push(path);
      const { status = 200, headers = {}, body: answer = {} } = handle(path, request, body);
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    });
  });
  const countOf = (path: string) => asked.filter((one) => one === path).length;
  return { origin, countOf };
}

type TokenAddress = (form: URLSearchParams, request: IncomingMessage) => Answer;

/** A source that takes the token `t1`, whose token address answers as it is told. */
async function oauth(token: TokenAddress, settings: Partial<Extract<AuthSettings, { type: 'oauth2' }>> = {}) {
  const { origin, countOf } = await serveBodies((path, request, body) => {
    if (path === '/token') return token(new URLSearchParams(body), request);
    return request.headers.authorization === 'Bearer t1' ? { body: { read: true } } : { status: 401 };
  });
  const client = { clientId: 'hub', clientSecret: 's3cr3t-s3cr3t' };
  const auth = { type: 'oauth2', tokenUrl: `${origin}/token`, ...client, ...settings } as AuthSettings;
  const http = clientOf({ auth });
  const read = () =>
    http.request({ url: `${origin}/orders` }, live()).then(
      () => 'ok',
      (error) => error as Error & { code: string },
    );
  return { origin, read, tokens: () => countOf('/token') };
}

const given = { body: { access_token: 't1', token_type: 'Bearer', expires_in: 3600 } };
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('a token address', () => {
  it.each<[string, Answer]>([
    ['says no lifetime', { body: { access_token: 't1', token_type: 'Bearer' } }],
    ['says its lifetime as a text', { body: { access_token: 't1', token_type: 'bearer', expires_in: '3600' } }],
    ['says a lifetime of zero', { body: { access_token: 't1', token_type: 'BEARER', expires_in: 0 } }],
    ['says null for what it leaves out', { body: { access_token: 't1', refresh_token: null, expires_in: null } }],
    ['answers 201', { ...given, status: 201 }],
    ['says a short lifetime', { body: { access_token: 't1', expires_in: 20 } }],
    ['writes a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'access_token=t1' }],
  ])('that %s gives a token that is kept', async (_, answer) => {
    const { read, tokens } = await oauth(() => answer);
    expect([await read(), await read(), await read()]).toEqual(['ok', 'ok', 'ok']);
    expect(tokens()).toBe(1);
  });

  it('that says no lifetime is asked again when the token is refused', async () => {
    let good = 't0';
    const { origin, countOf } = await serveBodies((path, request) => {
      if (path === '/token') return { body: { access_token: good } };
      return { status: request.headers.authorization === `Bearer ${good}` ? 200 : 401 };
    });
    const auth = { type: 'oauth2', tokenUrl: `${origin}/token`, clientId: 'hub', clientSecret: 'secret' } as const;
    const client = clientOf({ auth });
    await client.request({ url: origin }, live());
    good = 't1';
    await client.request({ url: origin }, live());
    await client.request({ url: origin }, live());
    expect(countOf('/token')).toBe(2);
  });

  it.each<[string, (form: URLSearchParams, request: IncomingMessage) => boolean, string]>([
    [
      'by Basic alone',
      (form, { headers }) => headers.authorization === basic('hub:s3cr3t-s3cr3t') && !form.has('client_secret'),
      '',
    ],
    [
      'in the body alone',
      (form, { headers }) => form.get('client_secret') === 's3cr3t-s3cr3t' && !headers.authorization,
      '',
    ],
    ['by Basic, form-encoded', (_, { headers }) => headers.authorization === basic('hub:a%2Fb+c%3A%C3%B6'), 'a/b c:ö'],
    ['by Basic, not encoded', (_, { headers }) => headers.authorization === basic('hub:a/b c:ö'), 'a/b c:ö'],
  ])('that takes the client %s is found out without a setting', async (_, takes, secret) => {
    const refused = { status: 401, headers: { 'www-authenticate': 'Basic' }, body: { error: 'invalid_client' } };
    const { read, tokens } = await oauth(
      (form, request) => (takes(form, request) ? { body: { access_token: 't1' } } : refused),
      secret ? { clientSecret: secret } : {},
    );
    expect(await read()).toBe('ok');
    expect(tokens()).toBeLessThanOrEqual(3);
  });

  it.each([
    ['invalid_client with 400', { status: 400, body: { error: 'invalid_client' } }],
    ['401 without a word', { status: 401, body: '' }],
    ['a missing header with 400', { status: 400, body: { error: 'invalid_request' } }],
  ])('that refuses the client by %s is asked in the other form, and later in that one at once', async (_, refused) => {
    let taken = 0;
    const { read, tokens } = await oauth((_form, { headers }) => {
      if (!headers.authorization) return refused;
      taken += 1;
      // The source refuses the first token, so that another is asked for.
      return { body: { access_token: `t${taken - 1}` } };
    });
    expect(await read()).toBe('ok');
    expect([tokens(), taken]).toEqual([3, 2]);
  });

  it('is asked in the form that is set, and in no other', async () => {
    const seen: (string | undefined)[] = [];
    const refuse: TokenAddress = (form, { headers }) => {
      seen.push(headers.authorization ?? form.get('client_secret') ?? undefined);
      return { status: 401, body: { error: 'invalid_client' } };
    };
    await (await oauth(refuse, { clientAuth: 'basic' })).read();
    await (await oauth(refuse, { clientAuth: 'body' })).read();
    expect(seen).toEqual([basic('hub:s3cr3t-s3cr3t'), 's3cr3t-s3cr3t']);
  });

  it('gets scope, audience, resources and further parameters', async () => {
    let form = new URLSearchParams();
    const { read } = await oauth(
      (got) => {
        form = got;
        return given;
      },
      { scope: 'a b', audience: 'https://api.example', resource: ['urn:x', 'urn:y'], params: { tenant: 7, on: true } },
    );
    expect(await read()).toBe('ok');
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: 'client_credentials',
      scope: 'a b',
      tenant: '7',
      on: 'true',
    });
    expect([form.get('audience'), form.getAll('resource')]).toEqual(['https://api.example', ['urn:x', 'urn:y']]);
  });

  it('gives a token for a user name and a password, also to a client without a secret', async () => {
    const { read } = await oauth(
      (form) =>
        form.get('grant_type') === 'password' && form.get('password') === 'pa55-word' && !form.has('client_secret')
          ? given
          : { status: 400 },
      { username: 'u', password: 'pa55-word', clientSecret: undefined },
    );
    expect(await read()).toBe('ok');
  });

  it('that refuses is named, with its own words and no secret', async () => {
    const { read, origin } = await oauth((form) => ({
      status: 400,
      body: { error: 'invalid_scope', error_description: `no such scope for ${form.get('client_secret')}` },
    }));
    const error = await read();
    expect(error).toMatchObject({
      code: 'SOURCE_UNAUTHORIZED',
      message: expect.stringContaining(
        `the token address ${origin}/token answered 400: invalid_scope: no such scope for [redacted]`,
      ),
    });
  });

  it('that refuses the client in both forms says both', async () => {
    const { read } = await oauth(() => ({ status: 401, body: { error: 'invalid_client' } }));
    expect(await read()).toMatchObject({ message: expect.stringMatching(/by Basic; in the body: 401 invalid_client/) });
  });

  it('that answers an error with status 200, or no token, is a refusal that does not show the answer', async () => {
    const error = { error: 'bad_verification_code', error_description: 'it is old' };
    expect(await (await oauth(() => ({ body: error }))).read()).toMatchObject({
      code: 'SOURCE_UNAUTHORIZED',
      message: expect.stringContaining('bad_verification_code: it is old'),
    });
    const other = await (await oauth(() => ({ body: { token: 'some-other-token' } }))).read();
    expect(other).toMatchObject({ message: expect.stringContaining('without an access_token') });
    expect(String(other)).not.toContain('some-other-token');
  });

  it('that asks for patience is waited for', async () => {
    let asked = 0;
    const { read } = await oauth(() => {
      asked += 1;
      return asked === 1 ? { status: 429, headers: { 'retry-after': '0' } } : given;
    });
    expect(await read()).toBe('ok');
  });

  it('gives tokens that go where and as the source wants them', async () => {
    const { origin } = await serveBodies((path, { headers }) =>
      path === '/token' ? given : { status: headers['x-shopify-access-token'] === 't1' ? 200 : 401 },
    );
    const auth = { type: 'oauth2', tokenUrl: `${origin}/token`, clientId: 'a', clientSecret: 'b' } as const;
    const client = clientOf({ auth: { ...auth, header: 'X-Shopify-Access-Token', prefix: '' } });
    expect((await client.request({ url: origin }, live())).status).toBe(200);
  });
});

describe('a refresh token', () => {
  const folder = mkdtempSync(join(tmpdir(), 'c360-refresh-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('that was rotated is kept although its caller has given up', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'first');
    let heard: (answer: () => void) => void = () => undefined;
    const asked = new Promise<() => void>((resolve) => {
      heard = resolve;
    });
    const { origin } = await serve((request, response) => {
      if (request.url !== '/token') return response.end('{}');
      return heard(() => response.end(JSON.stringify({ access_token: 't1', refresh_token: 'second' })));
    });
    const auth = {
      type: 'oauth2',
      tokenUrl: `${origin}/token`,
      clientId: 'a',
      clientSecret: 'b',
      refreshTokenFile: file,
    } as const;
    const client = clientOf({ auth, timeout: 20_000 });
    const caller = new AbortController();
    const first = client.request({ url: origin }, caller.signal).catch((error) => error.name);
    const second = client.request({ url: origin }, live());
    const answer = await asked;
    caller.abort();
    expect(await first).toBe('AbortError');
    answer();
    expect((await second).status).toBe(200);
    expect(readFileSync(file, 'utf8')).toBe('second\n');
  });
});

describe('settings of a login', () => {
  it.each([
    [
      'two ways to log in',
      { type: 'session', loginUrl: 'http://h/login', json: {}, form: {} },
      /one of json, form and query/,
    ],
    [
      'a user name alone',
      { type: 'oauth2', tokenUrl: 'http://h', clientId: 'a', username: 'u' },
      /both username and password/,
    ],
    [
      'clientAuth without a secret',
      { type: 'oauth2', tokenUrl: 'http://h', clientId: 'a', clientAuth: 'basic' },
      /clientSecret beside/,
    ],
    [
      'two grants',
      { type: 'oauth2', tokenUrl: 'http://h', clientId: 'a', username: 'u', password: 'p', refreshTokenFile: 'f' },
      /grant of its own/,
    ],
  ])('with %s are refused with what was expected', (_, auth, message) => {
    expect(String(httpAuth.safeParse(auth).error)).toMatch(message);
  });
});

const connectors: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const connector of connectors.splice(0)) await connector.close();
});

/** The keys that a source of these settings has in its stream `people`, and what went wrong. */
function sourceOf(settings: Record<string, unknown>, stream: Record<string, unknown>) {
  const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
  const parsed = sourceSchema.parse({
    ...settings,
    timeout: '2s',
    streams: { people: { key: 'id', records, ...stream } },
  });
  const connector = connect({ system: 'crm', settings: parsed });
  connectors.push(connector);
  return async () => {
    const keys: string[] = [];
    try {
      for await (const page of connector.pull('people', { since: null, resume: null }, live()))
        keys.push(...page.records.map(({ key }) => key));
      return keys.join(',');
    } catch (error) {
      return error as Error & { code: string };
    }
  };
}

const people = [{ id: '1', name: 'Ada' }];

describe('a session', () => {
  it('of a headless CMS is asked for as JSON, carried as a bearer token, and renewed when it is refused', async () => {
    let good = 0;
    const { origin, countOf } = await serveBodies((path, { headers }, body) => {
      if (path === '/auth/login') {
        const { email, password } = JSON.parse(body);
        if (email !== 'hub@example.com' || password !== 'pa55-word')
          return {
            status: 401,
            body: { errors: [{ message: 'Invalid user credentials.', extensions: { code: 'INVALID_CREDENTIALS' } }] },
          };
        good += 1;
        return { body: { data: { access_token: `token-${good}`, expires: 900_000, refresh_token: 'r' } } };
      }
      const isGood = headers.authorization === `Bearer token-${good}`;
      return isGood ? { body: { data: people } } : { status: 401, body: { errors: [{ message: 'Token expired.' }] } };
    });
    const auth = {
      type: 'session',
      loginUrl: `${origin}/auth/login`,
      json: { email: 'hub@example.com', password: 'pa55-word' },
      token: { path: 'data.access_token' },
      expires: { path: 'data.expires', unit: 'ms' },
    };
    const settings = { kind: 'rest', url: origin, itemsPath: 'data', paging: { type: 'none' } };
    const read = sourceOf({ ...settings, auth }, { resource: '/items/people' });
    expect([await read(), await read()]).toEqual(['1', '1']);
    expect(countOf('/auth/login')).toBe(1);
    good = 7;
    expect(await read()).toBe('1');
    expect(countOf('/auth/login')).toBe(2);

    const wrong = sourceOf(
      { ...settings, auth: { ...auth, json: { email: 'hub@example.com', password: 'wrong-word' } } },
      { resource: '/items/people' },
    );
    const error = await wrong();
    expect(error).toMatchObject({
      code: 'SOURCE_UNAUTHORIZED',
      message: expect.stringContaining(
        `the login at ${origin}/auth/login answered 401: Invalid user credentials.: INVALID_CREDENTIALS`,
      ),
    });
    expect(String(error)).not.toContain('wrong-word');
  });

  it('of a service layer is carried by the cookies that the login sets, and renewed once for all', async () => {
    let session = 0;
    const { origin, countOf } = await serveBodies((path, { headers }, body) => {
      if (path === '/b1s/v1/Login') {
        if (JSON.parse(body).CompanyDB !== 'SBODEMO') return { status: 401 };
        session += 1;
        return {
          headers: {
            'set-cookie': [
              `B1SESSION=s${session}-abc; HttpOnly; Path=/b1s`,
              'ROUTEID=.node1; Expires=Wed, 09 Jun 2027 10:18:14 GMT',
              'old=; Max-Age=0',
            ],
          },
          body: { SessionId: 'x', SessionTimeout: 30 },
        };
      }
      const error = {
        error: { code: 301, message: { lang: 'en-us', value: 'Invalid session or session already timeout.' } },
      };
      if (headers.cookie !== `B1SESSION=s${session}-abc; ROUTEID=.node1`) return { status: 403, body: error };
      return { body: path.endsWith('$metadata') ? '<x/>' : { value: people } };
    });
    const json = { CompanyDB: 'SBODEMO', UserName: 'hub', Password: 'pa55-word' };
    const auth = {
      type: 'session',
      loginUrl: `${origin}/b1s/v1/Login`,
      json,
      expires: { path: 'SessionTimeout', unit: 'min' },
    };
    const read = sourceOf({ kind: 'odata', url: `${origin}/b1s/v1`, auth }, { resource: 'BusinessPartners' });
    expect(await read()).toBe('1');
    expect(countOf('/b1s/v1/Login')).toBe(1);
    session = 5;
    expect(await Promise.all([read(), read(), read()])).toEqual(['1', '1', '1']);
    expect(countOf('/b1s/v1/Login')).toBe(2);
  });

  it('of a shop is asked for by a mutation, found in a header, and renewed when an answer of 200 says FORBIDDEN', async () => {
    let good = 0;
    const { origin } = await serveBodies((_, { headers }, body) => {
      const { query, variables } = JSON.parse(body);
      if (query.startsWith('mutation')) {
        if (variables.password !== 'pa55-word')
          return {
            body: {
              data: {
                login: { __typename: 'InvalidCredentialsError', message: 'The provided credentials are invalid' },
              },
            },
          };
        good += 1;
        return {
          headers: { 'vendure-auth-token': `token-${good}` },
          body: { data: { login: { __typename: 'CurrentUser' } } },
        };
      }
      const isGood = headers.authorization === `Bearer token-${good}`;
      const refused = {
        errors: [
          { message: 'You are not currently authorized to perform this action', extensions: { code: 'FORBIDDEN' } },
        ],
        data: null,
      };
      return { body: isGood ? { data: { customers: { nodes: people, pageInfo: { hasNextPage: false } } } } : refused };
    });
    const auth = (password: string) => ({
      type: 'session',
      loginUrl: `${origin}/admin-api`,
      query:
        'mutation ($username: String!, $password: String!) { login(username: $username, password: $password) { __typename } }',
      variables: { username: 'hub', password },
      token: { responseHeader: 'vendure-auth-token' },
    });
    const stream = {
      resource: 'customers',
      query: 'query { customers { nodes { id name } pageInfo { hasNextPage endCursor } } }',
    };
    const read = sourceOf({ kind: 'graphql', url: `${origin}/admin-api`, auth: auth('pa55-word') }, stream);
    expect([await read(), await read(), good]).toEqual(['1', '1', 1]);
    good = 5;
    expect([await read(), good]).toEqual(['1', 6]);
    const refused = await sourceOf({ kind: 'graphql', url: `${origin}/admin-api`, auth: auth('wrong-word') }, stream)();
    expect(refused).toMatchObject({
      code: 'SOURCE_UNAUTHORIZED',
      message: expect.stringContaining(
        'InvalidCredentialsError: The provided credentials are invalid, without a token in the header vendure-auth-token',
      ),
    });
  });

  it.each<[string, object, object, Answer, string]>([
    [
      'by a form, with one cookie of several',
      { form: { user: 'u', pass: 'p-p-p-p' } },
      { token: { cookies: ['RT_SID'] } },
      { headers: { 'set-cookie': ['RT_SID=abc; path=/', 'lang=en'] } },
      'RT_SID=abc',
    ],
    [
      'as a bare token',
      { json: { username: 'u', password: 'p-p-p-p' } },
      { token: { path: '' }, header: 'Cookie', prefix: '' },
      { body: '"abc"' },
      'abc',
    ],
    [
      'as a bare text',
      { json: { username: 'u', password: 'p-p-p-p' } },
      { token: { path: '' }, header: 'Cookie', prefix: '' },
      { headers: { 'content-type': 'text/plain' }, body: 'abc\n' },
      'abc',
    ],
  ])('can be had %s', async (_, login, place, answer, cookie) => {
    const { origin } = await serveBodies((path, { headers }) =>
      path === '/login' ? answer : headers.cookie === cookie ? { body: people } : { status: 401 },
    );
    const auth = { type: 'session', loginUrl: `${origin}/login`, ...login, ...place };
    expect(
      await sourceOf({ kind: 'rest', url: origin, paging: { type: 'none' }, auth }, { resource: '/people' })(),
    ).toBe('1');
  });

  it('is renewed before it ends, and when data turns into a page to log in at', async () => {
    let logins = 0;
    let isPage = false;
    const { origin } = await serveBodies((path) => {
      if (path === '/login') {
        logins += 1;
        isPage = false;
        return { body: { token: 'abcdef', seconds: 0.002 } };
      }
      return isPage ? { body: '<html><form><input type="password"></form></html>' } : { body: people };
    });
    const auth = (more: object) => ({
      type: 'session',
      loginUrl: `${origin}/login`,
      json: {},
      token: { path: 'token' },
      ...more,
    });
    const short = sourceOf(
      { kind: 'rest', url: origin, paging: { type: 'none' }, auth: auth({ expires: { path: 'seconds' } }) },
      { resource: '/people' },
    );
    await short();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([await short(), logins]).toEqual(['1', 2]);
    const long = sourceOf(
      { kind: 'rest', url: origin, paging: { type: 'none' }, auth: auth({ lifetime: '10m' }) },
      { resource: '/people' },
    );
    await long();
    isPage = true;
    expect([await long(), logins]).toEqual(['1', 4]);
  });

  it('that is good but has no right is not taken for one that has ended', async () => {
    const { origin, countOf } = await serveBodies((path) =>
      path === '/login'
        ? { body: { token: 'abcdef' } }
        : { status: 403, body: { message: 'You may not read people.' } },
    );
    const auth = { type: 'session', loginUrl: `${origin}/login`, json: {}, token: { path: 'token' } };
    const read = sourceOf({ kind: 'rest', url: origin, paging: { type: 'none' }, auth }, { resource: '/people' });
    expect(await read()).toMatchObject({ code: 'SOURCE_FORBIDDEN' });
    expect(countOf('/login')).toBe(1);
  });
});
