import { z } from 'zod';
import { isLoopback } from '../loopback.ts';
import { duration } from './duration.ts';

/** Every right there is, as `@requiresScopes` names them in the SDL. */
export const scopes = [
  'crm:read',
  'erp:read',
  'scm:read',
  'finance:read',
  'pii:read',
  'pii:erase',
  'sync:operate',
  'identity:steward',
] as const;

export type Scope = (typeof scopes)[number];

const secureUrl = z.url().refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')));
}, 'expected an https address (http only on loopback)');

/** Signatures by a public key alone: with a shared secret, whoever can verify could also sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

const oidc = z.strictObject({
  /** The issuer as tokens name it in `iss`; its keys are found through `<issuer>/.well-known/openid-configuration`. */
  issuer: secureUrl,
  /** What tokens for this hub name in `aud`. */
  audience: z.string().min(1),
  /** Where the keys are, for issuers without discovery. */
  jwksUrl: secureUrl.optional(),
  algorithms: z.array(z.enum(algorithms)).min(1).default(['RS256', 'PS256', 'ES256', 'EdDSA']),
  /** How far the clocks of issuer and hub may be apart. */
  clockTolerance: duration.default(30_000),
  /** The claim that holds the scopes: words in one text, or a list. */
  scopesClaim: z.string().min(1).default('scope'),
});

/** Whom a caller may see: customers whose field has one of the values of a claim. */
const rowRule = z.strictObject({
  /** A field of the golden record. */
  field: z.enum(['country', 'kind', 'language']),
  /** The claim of the token, or of the API key, that lists the values. Callers without it see nobody. */
  claim: z.string().min(1),
  /** Callers with this scope or role in `scopesClaim` see everybody. */
  unless: z.string().min(1).optional(),
});

/** Who may ask. Left out, nobody is asked who they are and the hub stays on loopback. */
export const accessSettings = z
  .strictObject({
    oidc: oidc.optional(),
    /** Keys made by `customer360 keys create`. */
    apiKeys: z.boolean().default(true),
    /** Logins of one address that do not hold, before its next ones are not looked at. */
    failedLogins: z
      .strictObject({ perMinute: z.int().min(1).default(30), burst: z.int().min(1).default(30) })
      .prefault({}),
    rows: z.array(rowRule).max(8).default([]),
    /** How long the record of who read whose personal data is kept. */
    auditKept: duration.default(400 * 86_400_000),
  })
  .optional();

export type AccessSettings = NonNullable<z.infer<typeof accessSettings>>;
