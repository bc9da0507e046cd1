import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface OidcIssuer {
  issuer: string;
  /** A token of this issuer; what is left out fits the hub. */
  token(claims?: JWTPayload & { alg?: string; expiresIn?: number; kid?: string }): Promise<string>;
  /** Signs with a new key from now on; the old one is no longer published. */
  rotate(): Promise<void>;
  /** The published public key, as text an attacker would use as a shared secret. */
  publicKeyText(): Promise<string>;
  /** How often the keys were asked for. */
  asked(): number;
  close(): Promise<void>;
}

/** A real issuer of tokens over HTTP: discovery, published keys, rotation. */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  let turn = 1;
  let pair = await generateKeyPair('RS256', { extractable: true });
  let asked = 0;
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration') {
      response.end(JSON.stringify({ issuer: address, jwks_uri: `${address}/keys` }));
    } else if (request.url === '/keys') {
      asked += 1;
      response.end(JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: `k${turn}`, alg: 'RS256' }] }));
    } else {
      response.statusCode = 404;
      response.end('{}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const address = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
  return {
    issuer: address,
    token({ alg = 'RS256', expiresIn = 300, kid = `k${turn}`, ...claims } = {}) {
      const now = Math.floor(Date.now() / 1_000);
      return new SignJWT({
        iss: address,
        aud: 'customer360',
        sub: 'alice',
        scope: '',
        iat: now,
        exp: now + expiresIn,
        ...claims,
      })
        .setProtectedHeader({ alg, kid })
        .sign(pair.privateKey);
    },
    async rotate() {
      turn += 1;
      pair = await generateKeyPair('RS256', { extractable: true });
    },
    publicKeyText: async () => JSON.stringify(await exportJWK(pair.publicKey)),
    asked: () => asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
