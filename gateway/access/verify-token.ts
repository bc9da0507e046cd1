import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { HubError } from '../../config/errors.ts';
import type { AccessSettings } from '../../config/settings/access-settings.ts';

type Oidc = NonNullable<AccessSettings['oidc']>;

export type VerifyToken = (token: string) => Promise<JWTPayload>;

const TIMEOUT = 5_000;
/** A key the hub does not know makes it ask for the keys anew, but not more often than this. */
const COOLDOWN = 10_000;
/** Keys are asked for anew after this, so that one taken out of use does not stay valid. */
const KEYS_KEPT = 10 * 60_000;

/**
 * Checks bearer tokens as RFC 9068 and OpenID Connect Discovery have it: signature by a published key and a listed
 * algorithm, `iss`, `aud`, `exp`, `nbf` within the clock tolerance. Throws UNAUTHENTICATED saying what does not hold;
 * IDENTITY_PROVIDER_UNREACHABLE where the keys cannot be had.
 */
export function createTokenVerifier(oidc: Oidc): VerifyToken {
  let finding: Promise<JWTVerifyGetKey> | null = null;
  const keys = () => {
    finding ??= findKeys(oidc).catch((error: unknown) => {
      finding = null;
      throw error;
    });
    return finding;
  };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, await keys(), {
        issuer: oidc.issuer,
        audience: oidc.audience,
        algorithms: [...oidc.algorithms],
        clockTolerance: oidc.clockTolerance / 1_000,
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (error) {
      throw refusal(error, oidc);
    }
  };
}

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

async function findKeys(oidc: Oidc): Promise<JWTVerifyGetKey> {
  const url = oidc.jwksUrl ?? (await discover(oidc));
  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: TIMEOUT,
    cooldownDuration: COOLDOWN,
    cacheMaxAge: KEYS_KEPT,
  });
}

async function discover({ issuer }: Oidc): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT), redirect: 'error' });
  const found = discovery.safeParse(await answer.json());
  if (!found.success || found.data.issuer !== issuer || !isSecure(found.data.jwks_uri, issuer)) {
    throw new Error(`expected ${url} to describe ${issuer} and name its keys by https`);
  }
  return found.data.jwks_uri;
}

function isSecure(url: string, issuer: string): boolean {
  return url.startsWith('https:') || new URL(url).hostname === new URL(issuer).hostname;
}

function refusal(error: unknown, { issuer, audience, algorithms }: Oidc): HubError {
  if (error instanceof errors.JWTExpired) return unauthenticated('The token has expired: log in again.');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return unauthenticated(
      `Expected a token of ${issuer} for ${audience}, valid now; its claim "${error.claim}" does not fit.`,
    );
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return unauthenticated(`Expected a token signed by one of ${algorithms.join(', ')}.`);
  }
  if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) {
    return unauthenticated(`Expected a token signed by a key of ${issuer}.`);
  }
  return new HubError(
    'IDENTITY_PROVIDER_UNREACHABLE',
    `Expected the keys of ${issuer}, but they could not be had. Ask again; if it stays so, check access.oidc.issuer.`,
    { cause: error },
  );
}

function unauthenticated(message: string): HubError {
  return new HubError('UNAUTHENTICATED', message);
}
