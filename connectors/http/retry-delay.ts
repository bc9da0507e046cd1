import { defends } from '../../config/defences.ts';

/** The longest a call waits because a source asks it to; a source that asks for more is left to the next pass. */
export const MAX_RETRY_AFTER = 30_000;

const BASE = 200;
const MAX_BACKOFF = 10_000;

/** `Retry-After` in milliseconds: seconds or an HTTP date; null when absent or unreadable. */
export function retryAfterOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Math.ceil(Number(header) * 1_000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/**
 * How long an answer asks to wait, in milliseconds: `Retry-After`, or the end of the window of a limit that is used
 * up (`X-RateLimit-Reset`: in so many seconds, or at a time). null where it does not say.
 */
export function askedWait(headers: Readonly<Record<string, string>>, now: number): number | null {
  const told = retryAfterOf(headers['retry-after'], now);
  if (told !== null || headers['x-ratelimit-remaining'] !== '0') return told;
  const reset = Number(headers['x-ratelimit-reset']);
  if (!Number.isFinite(reset) || reset < 0) return null;
  // A number of this size is a time since 1970, in seconds or in milliseconds.
  const at = reset > 1e12 ? reset : reset > 1e9 ? reset * 1_000 : now + reset * 1_000;
  return Math.max(0, at - now);
}

/**
 * How long to wait before try `attempt` (1 is the first retry): exponential with full jitter, so that many callers do
 * not come back at once, and no less than the source asked for. `Retry-After: 0`, or a date that is past, asks for
 * nothing: a source that is called again at once by all who were refused has no way out. `random` is in [0, 1).
 */
export function retryDelay(attempt: number, retryAfter: number | null, random: number): number {
  const backoff = Math.min(MAX_BACKOFF, BASE * 2 ** (attempt - 1));
  const own = backoff / 2 + (random * backoff) / 2;
  if (retryAfter === null) return own;
  const longest = defends('Retry-After cap') ? MAX_RETRY_AFTER : Number.POSITIVE_INFINITY;
  return Math.max(own, Math.min(longest, retryAfter) + random * BASE);
}
