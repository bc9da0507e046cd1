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
 * How long to wait before try `attempt` (1 is the first retry): what the source asked for, or exponential with
 * full jitter, so that many callers do not come back at once. `random` is in [0, 1).
 */
export function retryDelay(attempt: number, retryAfter: number | null, random: number): number {
  const backoff = Math.min(MAX_BACKOFF, BASE * 2 ** (attempt - 1));
  if (retryAfter !== null) {
    const longest = defends('Retry-After cap') ? MAX_RETRY_AFTER : Number.POSITIVE_INFINITY;
    return Math.min(longest, retryAfter) + random * BASE;
  }
  return backoff / 2 + (random * backoff) / 2;
}
