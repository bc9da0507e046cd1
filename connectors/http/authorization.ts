import { parse } from 'lossless-json';
import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import type { HttpAuth } from '../../config/http-settings.ts';
import { createRefreshTokenFile, type RefreshTokenFile } from './refresh-token-file.ts';
import type { Send } from './send.ts';

export interface Authorization {
  headers(signal: AbortSignal): Promise<Record<string, string>>;
  /**
   * Forgets a login the source no longer takes, unless it has been replaced since: of many callers who were refused
   * at once, one renews it. false where there is nothing to renew.
   */
  renew(refused: Record<string, string>): boolean;
  /** What must never be seen in a message. */
  secrets(): string[];
}

/** How requests of a source carry its login. Throws Error where a token cannot be had. */
export function createAuthorization(auth: HttpAuth, send: Send): Authorization {
  switch (auth.type) {
    case 'none':
      return fixed({}, []);
    case 'basic': {
      const pair = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
      return fixed({ authorization: `Basic ${pair}` }, [auth.password, pair]);
    }
    case 'bearer':
      return fixed({ authorization: `Bearer ${auth.token}` }, [auth.token]);
    case 'header':
      return fixed({ [auth.name.toLowerCase()]: auth.value }, [auth.value]);
    case 'oauth2':
      return oauth(auth, send);
  }
}

function fixed(headers: Record<string, string>, secrets: string[]): Authorization {
  return { headers: async () => headers, renew: () => false, secrets: () => secrets };
}

/** The slice of a token answer that is read; numbers come with the digits they were written with. */
const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.unknown().transform((seconds) => Number(String(seconds ?? 300)) || 300),
});

/** How long before its end a token is no longer used. */
const TOKEN_MARGIN = 30_000;

interface Token {
  text: string;
  until: number;
}

type OauthSettings = Extract<HttpAuth, { type: 'oauth2' }>;

function oauth(auth: OauthSettings, send: Send): Authorization {
  let token: Token | null = null;
  let asking: Promise<Token> | null = null;
  /** The refresh token and the one before it: neither may be seen. */
  let refreshTokens: string[] = [];
  const refreshFile = auth.refreshTokenFile === undefined ? null : createRefreshTokenFile(auth.refreshTokenFile);

  function ask(signal: AbortSignal): Promise<Token> {
    return refreshFile ? refresh(refreshFile, signal) : request({ grant_type: 'client_credentials' }, signal);
  }

  /** A token that was refused because another process has rotated it meanwhile is not the last word. */
  async function refresh(file: RefreshTokenFile, signal: AbortSignal): Promise<Token> {
    const used = await refreshTokenOf(file);
    try {
      return await request({ grant_type: 'refresh_token', refresh_token: used }, signal);
    } catch (error) {
      const now = error instanceof TokenRefused ? await refreshTokenOf(file) : used;
      if (now === used) throw error;
      return await request({ grant_type: 'refresh_token', refresh_token: now }, signal);
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
    refreshTokens = [...refreshTokens.filter((known) => known !== refreshToken), refreshToken].slice(-2);
  }

  async function request(grant: Record<string, string>, signal: AbortSignal): Promise<Token> {
    const form = { ...grant, client_id: auth.clientId, client_secret: auth.clientSecret };
    const body = new URLSearchParams({ ...form, ...(auth.scope ? { scope: auth.scope } : {}) }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const answer = await send({ method: 'POST', url: auth.tokenUrl, headers, body }, signal);
    // Another try may help where the token address stumbles; a refusal is one.
    if (answer.status >= 500) throw new Error(`the token address answered ${answer.status}`);
    if (answer.status !== 200) throw new TokenRefused(`the token address answered ${answer.status}`);
    const given = tokenAnswer.safeParse(parse(answer.text));
    if (!given.success) throw new TokenRefused('the token address answered without an access_token');
    const { access_token: text, expires_in: seconds, refresh_token: rotated } = given.data;
    if (refreshFile && rotated !== undefined && rotated !== grant.refresh_token) {
      noteSecret(rotated);
      await refreshFile.replace(rotated).catch((error: Error) => {
        throw new TokenRefused(error.message);
      });
    }
    return { text, until: Date.now() + seconds * 1_000 - TOKEN_MARGIN };
  }

  return {
    async headers(signal) {
      if (!token || token.until < Date.now()) {
        // One question at a time: sources that rotate tokens take the older of two back.
        if (!asking || !defends('one refresh')) {
          asking = ask(signal).finally(() => {
            asking = null;
          });
        }
        token = await asking;
      }
      return headersOf(token.text);
    },
    renew(refused) {
      const isCurrent = token !== null && headersOf(token.text).authorization === refused.authorization;
      if (isCurrent || !defends('one refresh')) token = null;
      return refused.authorization !== undefined;
    },
    secrets: () => [auth.clientSecret, ...refreshTokens, ...(token ? [token.text] : [])],
  };
}

function headersOf(token: string) {
  return { authorization: `Bearer ${token}` };
}

/** The login itself was refused where tokens are given out. */
export class TokenRefused extends Error {}
