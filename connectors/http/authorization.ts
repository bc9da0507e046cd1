import { parse } from 'lossless-json';
import { defends } from '../../config/defences.ts';
import type { Send } from './send.ts';
import type { HttpAuth } from './settings.ts';

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
      return clientCredentials(auth, send);
  }
}

function fixed(headers: Record<string, string>, secrets: string[]): Authorization {
  return { headers: async () => headers, renew: () => false, secrets: () => secrets };
}

/** How long before its end a token is no longer used. */
const TOKEN_MARGIN = 30_000;

function clientCredentials(auth: Extract<HttpAuth, { type: 'oauth2' }>, send: Send): Authorization {
  let token: { text: string; until: number } | null = null;
  let asking: Promise<{ text: string; until: number }> | null = null;

  async function ask(signal: AbortSignal) {
    const form = { grant_type: 'client_credentials', client_id: auth.clientId, client_secret: auth.clientSecret };
    const body = new URLSearchParams({ ...form, ...(auth.scope ? { scope: auth.scope } : {}) }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const answer = await send({ method: 'POST', url: auth.tokenUrl, headers, body }, signal);
    if (answer.status !== 200) throw new TokenRefused(`the token address answered ${answer.status}`);
    const { access_token: text, expires_in: seconds = 300 } = parse(answer.text) as Record<string, unknown>;
    if (typeof text !== 'string') throw new TokenRefused('the token address answered without an access_token');
    return { text, until: Date.now() + Number(seconds) * 1_000 - TOKEN_MARGIN };
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
    secrets: () => [auth.clientSecret, ...(token ? [token.text] : [])],
  };
}

function headersOf(token: string) {
  return { authorization: `Bearer ${token}` };
}

/** The login itself was refused where tokens are given out. */
export class TokenRefused extends Error {}
