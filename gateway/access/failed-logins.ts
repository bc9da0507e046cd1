import { HubError } from '../../config/errors.ts';
import type { AccessSettings } from '../../config/settings/access-settings.ts';
import { createRateLimit } from '../limits/rate-limit.ts';
import type { Authenticate } from './authenticate.ts';
import type { Viewer } from './viewer.ts';

/** Who asks, from an address. Throws UNAUTHENTICATED, and TOO_MANY_LOGINS with the seconds to wait. */
export type AuthenticateFrom = (address: string, credentials: Parameters<Authenticate>[0]) => Promise<Viewer>;

/** An address had too many logins that do not hold. */
export class TooManyLogins extends HubError {
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super(
      'RATE_LIMITED',
      `Expected fewer logins that do not hold from this address (access.failedLogins). Try again in ${retryAfter} s.`,
    );
    this.retryAfter = retryAfter;
  }
}

/** No login of an address is looked at while too many of its last ones did not hold. */
export function limitFailedLogins(
  authenticate: Authenticate,
  limit: AccessSettings['failedLogins'] | undefined,
  now?: () => number,
): AuthenticateFrom {
  if (!limit) return (_address, credentials) => authenticate(credentials);
  const failures = createRateLimit({ ...limit, ...(now && { now }) });
  return async (address, credentials) => {
    const { authorization, apiKey } = credentials;
    // who sends no login guesses nothing
    if (authorization === undefined && apiKey === undefined) return authenticate(credentials);
    const turn = failures(address, 0);
    if (!turn.allowed) throw new TooManyLogins(turn.retryAfter);
    try {
      return await authenticate(credentials);
    } catch (error) {
      if (error instanceof HubError && error.code === 'UNAUTHENTICATED') failures(address);
      throw error;
    }
  };
}
