import { z } from 'zod';
import type { HttpAuth } from '../../../config/settings/http-settings.ts';
import type { RawAnswer, Send } from '../send.ts';
import type { Authorization } from './authorization.ts';
import { exchangeLogin, formText, isSuccess, jsonOf, type LoginRequest, refusedLogin } from './login-exchange.ts';
import { createRefreshTokenFile, type RefreshTokenFile } from './refresh-token-file.ts';
import { type GivenLogin, renewedLogin, TokenRefused } from './renewed-login.ts';

type OauthSettings = Extract<HttpAuth, { type: 'oauth2' }>;
type Form = readonly (readonly [string, string])[];

/** The slice of a token answer that is read; numbers come with the digits they were written with, or as text. */
const tokenAnswer = z.object({
  access_token: z.string().min(1),
  token_type: z.string().optional().catch(undefined),
  refresh_token: z.string().min(1).optional().catch(undefined),
  expires_in: z.unknown().optional(),
});
type TokenAnswer = z.infer<typeof tokenAnswer>;

const what = 'the token address';

/** A login by OAuth 2: RFC 6749, with what providers add to it. */
export function createOauth(auth: OauthSettings, send: Send): Authorization {
  const refreshFile = auth.refreshTokenFile === undefined ? null : createRefreshTokenFile(auth.refreshTokenFile);
  const ways = waysOf(auth);
  /** The way that the provider took the last time. */
  let known: ClientProof | null = null;
  /** The refresh token and the one before it: neither may be seen. */
  let refreshTokens: string[] = [];

  function ask(): Promise<GivenLogin> {
    if (refreshFile) return refresh(refreshFile);
    const { username, password } = auth;
    if (username === undefined || password === undefined) return request([['grant_type', 'client_credentials']]);
    return request([
      ['grant_type', 'password'],
      ['username', username],
      ['password', password],
    ]);
  }

  /** A token that was refused because another process has rotated it meanwhile is not the last word. */
  async function refresh(file: RefreshTokenFile): Promise<GivenLogin> {
    const used = await refreshTokenOf(file);
    try {
      return await request(refreshGrant(used));
    } catch (error) {
      const now = error instanceof TokenRefused ? await refreshTokenOf(file) : used;
      if (now === used) throw error;
      return await request(refreshGrant(now));
    }
  }

  async function refreshTokenOf(file: RefreshTokenFile): Promise<string> {
    const used = await file.read().catch((error: Error) => {
      throw new TokenRefused(error.message);
    });
    noteSecret(used);
    return used;
  }

  function noteSecret(refreshToken: string): void {
    refreshTokens = [...refreshTokens.filter((one) => one !== refreshToken), refreshToken].slice(-2);
  }

  /** A provider that refuses the client in one form is asked in the other: few say which they take. */
  async function request(grant: Form): Promise<GivenLogin> {
    const refusals: string[] = [];
    const inOrder = [...ways].sort((a, b) => Number(b === known) - Number(a === known));
    for (const way of inOrder) {
      const answer = await exchangeLogin(send, what, requestOf(auth, grant, way));
      const refusal = refusalOf(answer);
      if (refusal === null) {
        known = way;
        return await loginOf(readToken(answer), grant);
      }
      const more = refusals.length > 0 ? ` (${way.name}; ${refusals.join('; ')})` : '';
      const error = refusedLogin(what, auth.tokenUrl, answer, more);
      if (way === inOrder.at(-1) || clientIsKnown.has(refusal)) throw error;
      refusals.push(`${way.name}: ${answer.status}${refusal && ` ${refusal}`}`);
    }
    throw new TokenRefused(`${what} was not asked`);
  }

  function readToken(answer: RawAnswer): TokenAnswer {
    const read = tokenAnswer.safeParse(fieldsOf(answer));
    if (!read.success) throw refusedLogin(what, auth.tokenUrl, answer, ', without an access_token');
    const { token_type: type = 'bearer' } = read.data;
    if (!/^(mac|dpop|pop)$/i.test(type)) return read.data;
    throw new TokenRefused(`${what} gave a token of the type ${type}, expected a bearer token`);
  }

  async function loginOf(answer: TokenAnswer, grant: Form): Promise<GivenLogin> {
    const { access_token: token, refresh_token: rotated } = answer;
    if (refreshFile && rotated !== undefined && rotated !== new Map(grant).get('refresh_token')) {
      noteSecret(rotated);
      await refreshFile.replace(rotated).catch((error: Error) => {
        throw new TokenRefused(error.message);
      });
    }
    const seconds = Number(String(answer.expires_in ?? ''));
    return {
      headers: { [auth.header.toLowerCase()]: `${auth.prefix}${token}` },
      // A time that is missing, zero or no number says nothing: the source says when the token is no longer good.
      lasts: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : null,
      secrets: [token],
    };
  }

  const secrets = [auth.clientSecret, auth.password].filter((secret) => secret !== undefined);
  const forms = [...secrets, ...secrets.map(formEncoded), ...ways.flatMap(({ basic }) => basic ?? [])];
  return renewedLogin(ask, () => [...forms, ...refreshTokens]);
}

/** How a client proves who it is. */
interface ClientProof {
  /** In messages. */
  name: string;
  /** The value after `Basic`; null where the proof is in the body. */
  basic: string | null;
  body: Form;
}

/** The ways in which the client may be proved, in the order in which they are tried. */
function waysOf({ clientId, clientSecret, clientAuth }: OauthSettings): readonly ClientProof[] {
  const id = ['client_id', clientId] as const;
  if (clientSecret === undefined) return [{ name: 'without a secret', basic: null, body: [id] }];
  const inBody = { name: 'in the body', basic: null, body: [id, ['client_secret', clientSecret]] } as const;
  const plain = `${clientId}:${clientSecret}`;
  // RFC 6749 2.3.1 encodes both before they are joined; providers that do not decode them take them as they are.
  const encoded = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
  const byBasic = [...new Set([encoded, plain])].map((pair) => ({
    name: pair === encoded ? 'by Basic' : 'by Basic, not encoded',
    basic: Buffer.from(pair).toString('base64'),
    body: [],
  }));
  if (clientAuth === 'body') return [inBody];
  return clientAuth === 'basic' ? byBasic : [inBody, ...byBasic];
}

function requestOf(auth: OauthSettings, grant: Form, { basic, body }: ClientProof): LoginRequest {
  const { scope, audience, resource, params, tokenUrl } = auth;
  const form = [
    ...grant,
    ...body,
    ...(scope === undefined ? [] : [['scope', scope] as const]),
    ...(audience === undefined ? [] : [['audience', audience] as const]),
    ...[resource ?? []].flat().map((one) => ['resource', one] as const),
    ...Object.entries(params).map(([name, value]) => [name, String(value)] as const),
  ];
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...(basic === null ? {} : { authorization: `Basic ${basic}` }),
  };
  return { url: tokenUrl, headers, body: formText(form) };
}

/** Refusals that say nothing against the client: it was taken as proved. */
const clientIsKnown = new Set(['invalid_grant', 'invalid_scope', 'invalid_target', 'unsupported_grant_type']);

/** The `error` of a refusal, '' where it has none; null for an answer that is no refusal. Some refuse with status 200. */
function refusalOf(answer: RawAnswer): string | null {
  const { error, access_token: token } = fieldsOf(answer);
  if (isSuccess(answer) && (token !== undefined || error === undefined)) return null;
  return typeof error === 'string' ? error : '';
}

/** The fields of an answer: of JSON or, from older providers, of a form. */
function fieldsOf(answer: RawAnswer): Record<string, unknown> {
  const body = jsonOf(answer);
  if (body !== null && typeof body === 'object') return { ...body };
  const isForm = /x-www-form-urlencoded|text\/plain/.test(answer.headers['content-type'] ?? '');
  return isForm ? Object.fromEntries(new URLSearchParams(answer.text)) : {};
}

function refreshGrant(refreshToken: string): Form {
  return [
    ['grant_type', 'refresh_token'],
    ['refresh_token', refreshToken],
  ];
}

/** As `application/x-www-form-urlencoded` writes a value: a space is `+`. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
