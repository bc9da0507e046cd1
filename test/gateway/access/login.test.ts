import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import { createApiKeyStore } from '../../../cache/access/api-key-store.ts';
import { instantOf } from '../../../schema/time.ts';
import { startTinyGateway, type TinyGateway } from '../tiny-gateway.ts';
import { type OidcIssuer, startOidcIssuer } from './oidc-issuer.ts';

const query = { query: '{ __typename }' };
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a login by token', () => {
  let issuer: OidcIssuer;
  let hub: TinyGateway;
  const ask = (token: string | null, headers = {}) =>
    hub.ask(query, { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers });
  const refusedWith = async (token: string | null, words: RegExp) => {
    const { status, headers, body } = await ask(token);
    expect({ status, code: body.errors?.[0]?.extensions.code }).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    expect(body.errors?.[0]?.message).toMatch(words);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(body.data).toBeUndefined();
  };

  beforeAll(async () => {
    issuer = await startOidcIssuer();
    hub = await startTinyGateway(
      {},
      { oidc: { issuer: issuer.issuer, audience: 'customer360', clockTolerance: '5s' } },
    );
  });
  afterAll(async () => {
    await hub.close();
    await issuer.close();
  });

  it('is answered when the token is of the issuer, for this hub, and valid now', async () => {
    const { status, body } = await ask(await issuer.token());
    expect({ status, data: body.data }).toEqual({ status: 200, data: { __typename: 'Query' } });
  });

  it('is asked for, and nothing is answered without', async () => {
    await refusedWith(null, /Authorization: Bearer/);
    await refusedWith('', /Expected a login/);
    await refusedWith('no.jwt', /signed by a key/);
  });

  it('JWT none: a token without a signature is refused', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer.issuer, aud: 'customer360', sub: 'alice', exp: now + 300 };
    for (const alg of ['none', 'None', 'NONE']) {
      await refusedWith(`${base64url({ alg, kid: 'k1' })}.${base64url(claims)}.`, /Expected/);
    }
  });

  it('JWT key confusion: the public key is not taken for a shared secret', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer.issuer, aud: 'customer360', sub: 'alice', exp: now + 300 };
    const signed = `${base64url({ alg: 'HS256', kid: 'k1' })}.${base64url(claims)}`;
    const signature = createHmac('sha256', await issuer.publicKeyText())
      .update(signed)
      .digest('base64url');
    await refusedWith(`${signed}.${signature}`, /signed by one of/);
  });

  it('JWT expired: refused behind the clock tolerance, taken within it', async () => {
    await refusedWith(await issuer.token({ expiresIn: -60 }), /expired/);
    expect((await ask(await issuer.token({ expiresIn: -2 }))).status).toBe(200);
  });

  it('JWT of a foreign issuer, for another audience, or not valid yet is refused', async () => {
    await refusedWith(await issuer.token({ iss: 'https://elsewhere.example' }), /"iss"/);
    await refusedWith(await issuer.token({ aud: 'another-service' }), /"aud"/);
    await refusedWith(await issuer.token({ nbf: Math.floor(Date.now() / 1_000) + 600 }), /"nbf"/);
    const foreign = await generateKeyPair('RS256');
    const forged = await new SignJWT({ iss: issuer.issuer, aud: 'customer360', sub: 'alice' })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setExpirationTime('5m')
      .sign(foreign.privateKey);
    await refusedWith(forged, /signed by a key/);
  });

  it('a token that names nobody, or never ends, is refused', async () => {
    await refusedWith(await issuer.token({ sub: undefined as never }), /"sub"/);
    await refusedWith(await issuer.token({ exp: undefined as never }), /"exp"/);
  });

  it('a header of many kilobytes is refused unread', async () => {
    await refusedWith('a'.repeat(9_000), /Expected a login/);
  });

  it('asks for the keys once for many requests, not once a request', async () => {
    const token = await issuer.token();
    await ask(token);
    const before = issuer.asked();
    await Promise.all(Array.from({ length: 10 }, () => ask(token)));
    expect(issuer.asked()).toBe(before);
  });
});

describe('keys that change', () => {
  it('are found anew: a token of the new key is taken, one of the old key no longer', async () => {
    const issuer = await startOidcIssuer();
    const hub = await startTinyGateway({}, { oidc: { issuer: issuer.issuer, audience: 'customer360' } });
    try {
      await issuer.rotate();
      const token = await issuer.token();
      const { status } = await hub.ask(query, { authorization: `Bearer ${token}` });
      expect(status).toBe(200);
      const old = await issuer.token({ kid: 'k1' });
      expect((await hub.ask(query, { authorization: `Bearer ${old}` })).status).toBe(401);
    } finally {
      await hub.close();
      await issuer.close();
    }
  });

  it('that cannot be had are the hub’s trouble, not the caller’s', async () => {
    const issuer = await startOidcIssuer();
    const token = await issuer.token();
    const hub = await startTinyGateway({}, { oidc: { issuer: issuer.issuer, audience: 'customer360' } });
    await issuer.close();
    const { status, body } = await hub.ask(query, { authorization: `Bearer ${token}` });
    expect({ status, code: body.errors?.[0]?.extensions.code }).toEqual({
      status: 503,
      code: 'IDENTITY_PROVIDER_UNREACHABLE',
    });
    await hub.close();
  });
});

describe('a login by API key', () => {
  let hub: TinyGateway;
  const now = Date.now();
  const make = (expiresAt = instantOf(now + 60_000)) =>
    createApiKeyStore(hub.cache).create({ name: 'shop', scopes: [], claims: {}, expiresAt, now: instantOf(now) });
  const ask = (key: string, headers = {}) => hub.ask(query, { 'x-api-key': key, ...headers });

  beforeAll(async () => {
    hub = await startTinyGateway({}, {});
  });
  afterAll(() => hub.close());

  it('is answered while the key holds, and its use is noted', async () => {
    const { key, id } = await make();
    expect((await ask(key)).status).toBe(200);
    const listed = await createApiKeyStore(hub.cache).list();
    expect(listed.find((each) => each.id === id)).toMatchObject({ name: 'shop', lastUsedAt: expect.any(String) });
  });

  it('is refused when the key is unknown, altered, expired or revoked', async () => {
    const { key, id } = await make();
    const expired = await make(instantOf(now - 1));
    const flipped = key.endsWith('A') ? `${key.slice(0, -1)}B` : `${key.slice(0, -1)}A`;
    for (const wrong of ['c360_000000000000_x', `c360_000000000000_${'x'.repeat(43)}`, flipped, expired.key, '']) {
      const { status, body } = await ask(wrong);
      expect({ wrong, status, code: body.errors?.[0]?.extensions.code }).toMatchObject({ status: 401 });
      if (wrong !== '') expect(JSON.stringify(body)).not.toContain(wrong);
    }
    await createApiKeyStore(hub.cache).revoke(id, instantOf(now));
    expect((await ask(key)).body.errors?.[0]?.message).toMatch(/revoked/);
  });

  it('leaves no secret in the database', async () => {
    const { key, id } = await make();
    // The secret is base64url and may itself hold underscores: cut by position, not by splitting.
    const secret = key.slice(`c360_${id}_`.length);
    expect(secret).toHaveLength(43);
    const rows = JSON.stringify(await hub.cache.query('SELECT * FROM api_keys'));
    expect(rows).not.toContain(secret);
  });

  it('does not go together with a token, so that nobody is two at once', async () => {
    const { key } = await make();
    expect((await ask(key, { authorization: 'Bearer x.y.z' })).status).toBe(401);
  });

  it('opens the metrics to those who run the hub only', async () => {
    const operator = await createApiKeyStore(hub.cache).create({
      name: 'prometheus',
      scopes: ['sync:operate'],
      claims: {},
      expiresAt: instantOf(now + 60_000),
      now: instantOf(now),
    });
    const metrics = new URL('/metrics', hub.url);
    const status = async (key?: string) =>
      (await fetch(metrics, { headers: key === undefined ? {} : { 'x-api-key': key } })).status;
    expect(await status()).toBe(401);
    expect(await status((await make()).key)).toBe(403);
    expect(await status(operator.key)).toBe(200);
  });
});
