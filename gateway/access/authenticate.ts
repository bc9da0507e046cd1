import type { JWTPayload } from 'jose';
import type { ApiKey, ApiKeyStore } from '../../cache/access/api-key-store.ts';
import { hubTime } from '../../config/clock/hub-time.ts';
import { HubError } from '../../config/errors.ts';
import type { AccessSettings } from '../../config/settings/access-settings.ts';
import { instantOf } from '../../schema/time.ts';
import { createTokenVerifier } from './verify-token.ts';
import { anybody, createViewer, type Viewer } from './viewer.ts';

/** The credentials of a request as its headers carry them. */
export interface Credentials {
  authorization: string | undefined;
  apiKey: string | undefined;
}

/** Who asks. Throws UNAUTHENTICATED where that does not show. */
export type Authenticate = (credentials: Credentials) => Promise<Viewer>;

interface Dependencies {
  /** undefined: nobody is asked. */
  access: AccessSettings | undefined;
  keys: ApiKeyStore;
  /** Milliseconds. */
  now?: () => number;
}

/** A header longer than this is no login of ours. */
const LONGEST = 8_192;
/** How long a key is trusted without looking again: a revoked one is refused within this. */
const KEY_TRUSTED = 5_000;
const KEYS_KNOWN = 1_000;

export function createAuthenticate({ access, keys, now = hubTime }: Dependencies): Authenticate {
  if (!access) return async () => anybody;
  const { oidc, rows } = access;
  const claimsAsked = [...new Set(rows.map(({ claim }) => claim))];
  const verify = oidc && createTokenVerifier(oidc);
  const findKey = access.apiKeys ? rememberKeys(keys, now) : undefined;
  const expected = [
    ...(oidc ? [`"Authorization: Bearer <token of ${oidc.issuer}>"`] : []),
    ...(access.apiKeys ? ['"X-API-Key: <key of customer360 keys create>"'] : []),
  ].join(' or ');

  return async ({ authorization, apiKey }) => {
    if ((authorization?.length ?? 0) > LONGEST || (apiKey?.length ?? 0) > LONGEST) throw unauthenticated(expected);
    if (apiKey !== undefined && authorization !== undefined) {
      throw new HubError('UNAUTHENTICATED', 'Expected one login, got a token and an API key. Send one of them.');
    }
    if (apiKey !== undefined && findKey) return viewerOfKey(await findKey(apiKey), now(), claimsAsked);
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || !verify || !oidc) throw unauthenticated(expected);
    return viewerOfToken(await verify(token), oidc.scopesClaim, claimsAsked);
  };
}

function unauthenticated(expected: string): HubError {
  return new HubError('UNAUTHENTICATED', `Expected a login: ${expected || 'none is configured (access)'}.`);
}

function viewerOfToken(payload: JWTPayload, scopesClaim: string, claimsAsked: readonly string[]): Viewer {
  const claims = Object.fromEntries(claimsAsked.map((claim) => [claim, valuesOf(claimAt(payload, claim))]));
  const scopes = valuesOf(claimAt(payload, scopesClaim));
  return createViewer({ name: `user ${payload.sub}`, scopes, claims });
}

/** A claim by its name, or by a path with dots (`realm_access.roles`). */
function claimAt(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  return path
    .split('.')
    .reduce<unknown>(
      (inner, step) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
          ? (inner as Record<string, unknown>)[step]
          : undefined,
      payload,
    );
}

/** Words of a text, or the texts of a list; anything else is nothing. */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(/\s+/).filter(Boolean);
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
}

function viewerOfKey(key: ApiKey | null, now: number, claimsAsked: readonly string[]): Viewer {
  const refused = (why: string) => new HubError('UNAUTHENTICATED', `Expected an API key that holds: ${why}.`);
  if (!key) throw refused('this one is not known. Make one with customer360 keys create');
  if (key.revokedAt !== null) throw refused(`${key.name} was revoked`);
  if (key.expiresAt <= instantOf(now)) throw refused(`${key.name} expired at ${key.expiresAt}`);
  const claims = Object.fromEntries(claimsAsked.map((claim) => [claim, key.claims[claim] ?? []]));
  return createViewer({ name: `key ${key.name}`, scopes: key.scopes, claims });
}

/** Looks a key up at most once in some seconds, and notes now and then that it is in use. */
function rememberKeys(keys: ApiKeyStore, now: () => number): (shown: string) => Promise<ApiKey | null> {
  const known = new Map<string, { from: number; until: number; found: Promise<ApiKey | null> }>();
  return (shown) => {
    const before = known.get(shown);
    if (before && before.from <= now() && before.until > now()) return before.found;
    const found = keys.find(shown);
    known.delete(shown);
    known.set(shown, { from: now(), until: now() + KEY_TRUSTED, found });
    const [oldest] = known.keys();
    if (known.size > KEYS_KNOWN && oldest !== undefined) known.delete(oldest);
    found.then(
      // That a key is in use is good to know; a request does not fail for it.
      (key) => key && keys.noteUse(key.id, instantOf(now())).catch(() => undefined),
      () => known.delete(shown),
    );
    return found;
  };
}
