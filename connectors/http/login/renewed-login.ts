import { defends } from '../../../config/defences.ts';
import type { Authorization } from './authorization.ts';

/** A login that was given out. */
export interface GivenLogin {
  /** What requests carry. */
  headers: Record<string, string>;
  /** How long it lasts, in milliseconds; null where nobody says: then until it is refused. */
  lasts: number | null;
  /** What must never be seen in a message. */
  secrets: readonly string[];
}

/** The login itself was refused where logins are given out: another try would not help. */
export class TokenRefused extends Error {}

/** Where logins are given out asks to be called less often. */
export class LoginBusy extends Error {
  /** How long it asks to wait, in milliseconds; null where it does not say. */
  readonly retryAfter: number | null;

  constructor(message: string, retryAfter: number | null) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** How long before its end a login is no longer used, in milliseconds. */
const MARGIN = 30_000;
/** So many logins of the past are kept out of messages: a source may repeat one that it has just refused. */
const REMEMBERED = 3;

/**
 * Keeps one login for all callers: asked for when first needed, shortly before it ends, and after the source has
 * refused it. `ask` never runs twice at once, since sources that rotate tokens take the older of two back. A caller
 * that gives up does not end it: a token that was rotated meanwhile would be lost.
 */
export function renewedLogin(ask: () => Promise<GivenLogin>, fixedSecrets: () => readonly string[]): Authorization {
  let current: { login: GivenLogin; until: number } | null = null;
  let asking: Promise<GivenLogin> | null = null;
  let given: (readonly string[])[] = [];

  function asked(): Promise<GivenLogin> {
    if (asking && defends('one refresh')) return asking;
    asking = ask().finally(() => {
      asking = null;
    });
    return asking;
  }

  return {
    async headers(signal) {
      if (!current || current.until < performance.now()) {
        const login = await unlessAborted(asked(), signal);
        if (current?.login !== login) {
          const { lasts, secrets } = login;
          const usable = lasts === null ? Number.POSITIVE_INFINITY : lasts - Math.min(MARGIN, lasts / 2);
          current = { login, until: performance.now() + usable };
          given = [...given, secrets].slice(-REMEMBERED);
        }
      }
      return current.login.headers;
    },
    renew(refused) {
      const isCurrent = current !== null && sameHeaders(current.login.headers, refused);
      if (isCurrent || !defends('one refresh')) current = null;
      return true;
    },
    secrets: () => [...fixedSecrets(), ...given.flat()],
  };
}

function sameHeaders(a: Record<string, string>, b: Record<string, string>): boolean {
  return Object.entries(a).every(([name, value]) => b[name] === value);
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, stop } = rejectionOf(signal);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop();
  }
}

function rejectionOf(signal: AbortSignal): { promise: Promise<never>; stop(): void } {
  const watch = new AbortController();
  const promise = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: watch.signal });
  });
  return { promise, stop: () => watch.abort() };
}
