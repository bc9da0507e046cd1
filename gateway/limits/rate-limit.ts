/** A caller's next request: allowed, or after how many seconds to come again. A price of 0 only looks. */
export type RateLimit = (caller: string, price?: 0 | 1) => { allowed: true } | { allowed: false; retryAfter: number };

export interface RateLimitOptions {
  /** Requests a minute, on the average. */
  perMinute: number;
  /** Requests at once. */
  burst: number;
  /** Milliseconds that only ever grow. */
  now?: () => number;
}

/** Callers that are remembered; the one unheard of for longest is forgotten, and begins with a full bucket again. */
const CALLERS = 10_000;

/** A token bucket for each caller of this process (as in RFC 2697): it fills steadily and holds a burst. */
export function createRateLimit({ perMinute, burst, now = () => performance.now() }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const perMillisecond = perMinute / 60_000;
  return (caller, price = 1) => {
    const at = now();
    const before = buckets.get(caller) ?? { tokens: burst, at };
    const tokens = Math.min(burst, before.tokens + (at - before.at) * perMillisecond);
    buckets.delete(caller);
    buckets.set(caller, { tokens: tokens >= 1 ? tokens - price : tokens, at });
    const [oldest] = buckets.keys();
    if (buckets.size > CALLERS && oldest !== undefined) buckets.delete(oldest);
    if (tokens >= 1) return { allowed: true };
    return { allowed: false, retryAfter: Math.ceil((1 - tokens) / perMillisecond / 1_000) };
  };
}
