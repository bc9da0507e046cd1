import { z } from 'zod';

/** How a source or service is logged in to. Secrets come from the environment: `${CRM_TOKEN}`. */
export const httpAuth = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({ type: z.literal('basic'), username: z.string(), password: z.string() }),
    z.strictObject({ type: z.literal('bearer'), token: z.string().min(1) }),
    /** A header of the source's own, such as `X-Api-Key`. */
    z.strictObject({ type: z.literal('header'), name: z.string().min(1), value: z.string().min(1) }),
    /** OAuth 2: client credentials or, where a file holds a refresh token, that. */
    z.strictObject({
      type: z.literal('oauth2'),
      tokenUrl: z.url({ protocol: /^https?$/ }),
      clientId: z.string().min(1),
      clientSecret: z.string().min(1),
      scope: z.string().optional(),
      /** Holds the refresh token and nothing else; a source that rotates it has the new one written there. */
      refreshTokenFile: z.string().min(1).optional(),
    }),
  ])
  .default({ type: 'none' });

export const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// address' });

export type HttpAuth = z.infer<typeof httpAuth>;
