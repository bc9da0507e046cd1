import type { ErrorCode } from '../../config/errors.ts';

/** What one try over HTTP came to. */
export type Outcome =
  | 'ok'
  /** The source or something before it stumbled. */
  | 'retry'
  /** The source asks to be called less often. */
  | 'rate-limited'
  /** The login is not, or no longer, good. */
  | 'refresh-auth'
  | 'forbidden'
  | 'not-found'
  /** A cursor or delta token is too old. */
  | 'expired'
  | 'fail';

interface Policy {
  /** What the call fails with when this was its last try. */
  code: ErrorCode;
  /** Whether another try may help: at once with a new login, or after a pause. */
  again: 'no' | 'after a pause' | 'with a new login';
  /** Whether it counts towards leaving the source alone for a while. */
  breaks: boolean;
  /** What to do, for people. */
  advice: string;
}

/** The whole policy: what is done about each outcome … */
export const policies: Record<Exclude<Outcome, 'ok'>, Policy> = {
  retry: {
    code: 'SOURCE_UNREACHABLE',
    again: 'after a pause',
    breaks: true,
    advice: 'Check `url`, the network between, and whether the source runs.',
  },
  'rate-limited': {
    code: 'SOURCE_RATE_LIMITED',
    again: 'after a pause',
    breaks: false,
    advice: 'Set `rateLimit` of the source to what it allows, or its `schedule` to less often.',
  },
  'refresh-auth': {
    code: 'SOURCE_UNAUTHORIZED',
    again: 'with a new login',
    breaks: false,
    advice: 'Check the login under `auth`.',
  },
  forbidden: {
    code: 'SOURCE_FORBIDDEN',
    again: 'no',
    breaks: false,
    advice: 'Give the login the right to read it.',
  },
  'not-found': {
    code: 'SOURCE_NOT_FOUND',
    again: 'no',
    breaks: false,
    advice: 'Check `url` and the `resource` of the stream.',
  },
  expired: { code: 'SOURCE_CURSOR_EXPIRED', again: 'no', breaks: false, advice: '' },
  fail: { code: 'SOURCE_PROTOCOL', again: 'no', breaks: false, advice: '' },
};

/** … and which outcome each status is. Of those left out, 5xx are `retry` and all others `fail`. */
const byStatus: Record<number, Outcome> = {
  401: 'refresh-auth',
  // A payment that is due and a login of the proxy between are for people.
  402: 'forbidden',
  403: 'forbidden',
  404: 'not-found',
  408: 'retry',
  410: 'expired',
  // Said by frameworks and web servers for a login that has ended.
  419: 'refresh-auth',
  440: 'refresh-auth',
  498: 'refresh-auth',
  // Misdirected, locked for a moment, and too early: somebody else's trouble that passes.
  421: 'retry',
  423: 'retry',
  425: 'retry',
  429: 'rate-limited',
  451: 'forbidden',
  // Not implemented and a version that is not spoken do not pass.
  501: 'fail',
  505: 'fail',
  // Bandwidth used up, and overloaded: said by some sources instead of 429.
  509: 'rate-limited',
  529: 'rate-limited',
};

/** Statuses by which sources say "later", but only when they say when: some limit calls by 403 or 503. */
const limitedWhenTimed = new Set([403, 413, 503]);

/** What a status means. `hasRetryAfter`: the answer says when to come again. */
export function outcomeOf(status: number, hasRetryAfter = false): Outcome {
  if (status >= 200 && status < 300) return 'ok';
  if (hasRetryAfter && limitedWhenTimed.has(status)) return 'rate-limited';
  return byStatus[status] ?? (status >= 500 ? 'retry' : 'fail');
}
