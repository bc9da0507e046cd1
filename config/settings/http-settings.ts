import { z } from 'zod';
import { duration } from './duration.ts';

const address = z.url({ protocol: /^https?$/ });
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Which header carries a token that was given out, and what stands before it there. */
const tokenHeader = {
  header: z.string().min(1).default('Authorization'),
  prefix: z.string().default('Bearer '),
};

/** OAuth 2 (RFC 6749): client credentials; the password grant with a `username`; a refresh token where a file holds one. */
const oauth2 = z
  .strictObject({
    type: z.literal('oauth2'),
    tokenUrl: address,
    clientId: z.string().min(1),
    /** Left out for public clients. */
    clientSecret: z.string().min(1).optional(),
    /**
     * How the client proves who it is: by HTTP Basic, or by `client_id` and `client_secret` in the body. Left out, the
     * body is tried first and Basic when the token address refuses the client.
     */
    clientAuth: z.enum(['basic', 'body']).optional(),
    username: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    scope: z.string().min(1).optional(),
    /** The API that the token is for, as Auth0 and others want it. */
    audience: z.string().min(1).optional(),
    /** The resource or resources that the token is for (RFC 8707). */
    resource: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
    /** Further parameters of the token request. */
    params: z.record(z.string().min(1), scalar).default({}),
    /** Holds the refresh token and nothing else; a source that rotates it has the new one written there. */
    refreshTokenFile: z.string().min(1).optional(),
    ...tokenHeader,
  })
  .superRefine(({ username, password, refreshTokenFile, clientAuth, clientSecret }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if ((username === undefined) !== (password === undefined))
      refuse('username', 'expected both username and password');
    if (username !== undefined && refreshTokenFile !== undefined)
      refuse('refreshTokenFile', 'expected either a username or a refreshTokenFile: each is a grant of its own');
    if (clientAuth !== undefined && clientSecret === undefined)
      refuse('clientAuth', 'expected clientSecret beside clientAuth: without one there is nothing to prove');
  });

/** A login that a system gives out for a user name and a password, and takes back after a while. */
const session = z
  .strictObject({
    type: z.literal('session'),
    /** Where the login is asked for, by POST. */
    loginUrl: address,
    /** What is sent there: as JSON … */
    json: z.record(z.string(), z.json()).optional(),
    /** … or as a form … */
    form: z.record(z.string(), scalar).optional(),
    /** … or as a GraphQL mutation with its `variables`. */
    query: z.string().min(1).optional(),
    variables: z.record(z.string(), z.json()).default({}),
    /** Sent with the login, and with nothing else. */
    headers: z.record(z.string(), z.string()).default({}),
    /** Where the answer holds the token. Left out, the cookies that the answer sets are the login. */
    token: z
      .union([
        /** '' where the answer is the token. */
        z.strictObject({ path: z.string() }),
        z.strictObject({ responseHeader: z.string().min(1) }),
        z.strictObject({ cookies: z.array(z.string().min(1)).min(1) }),
      ])
      .optional(),
    ...tokenHeader,
    /** How long a login lasts. */
    lifetime: duration.optional(),
    /** Where the answer says how long its login lasts. */
    expires: z
      .strictObject({ path: z.string().min(1), unit: z.enum(['ms', 's', 'min', 'instant']).default('s') })
      .optional(),
  })
  .superRefine(({ json, form, query }, context) => {
    if ([json, form, query].filter((one) => one !== undefined).length === 1) return;
    context.addIssue({ code: 'custom', path: ['json'], message: 'expected one of json, form and query' });
  });

/** How a source or service is logged in to. Secrets come from the environment: `${CRM_TOKEN}`. */
export const httpAuth = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({ type: z.literal('basic'), username: z.string(), password: z.string() }),
    z.strictObject({ type: z.literal('bearer'), token: z.string().min(1) }),
    /** A header of the source's own, such as `X-Api-Key`. */
    z.strictObject({ type: z.literal('header'), name: z.string().min(1), value: z.string().min(1) }),
    oauth2,
    session,
  ])
  .default({ type: 'none' });

export const httpUrl = z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// address' });

export type HttpAuth = z.infer<typeof httpAuth>;
