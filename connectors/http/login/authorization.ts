import type { HttpAuth } from '../../../config/settings/http-settings.ts';
import type { Send } from '../send.ts';
import { createOauth } from './oauth-token.ts';
import { createSession } from './session-login.ts';

export interface Authorization {
  /** Rejects with TokenRefused, LoginBusy, the signal's reason, or an Error after which another try may help. */
  headers(signal: AbortSignal): Promise<Record<string, string>>;
  /**
   * Forgets a login the source no longer takes, unless it has been replaced since: of many callers who were refused
   * at once, one renews it. false where there is nothing to renew.
   */
  renew(refused: Record<string, string>): boolean;
  /** What must never be seen in a message. */
  secrets(): string[];
}

/** How requests of a source carry its login. */
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
      return createOauth(auth, send);
    case 'session':
      return createSession(auth, send);
  }
}

function fixed(headers: Record<string, string>, secrets: string[]): Authorization {
  return { headers: async () => headers, renew: () => false, secrets: () => secrets };
}
