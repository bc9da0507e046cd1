/** Whether a source is spoken to (CLOSED), left alone (OPEN), or tried with one call (HALF_OPEN). */
export interface BreakerNote {
  state: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  /** Instant of the change. */
  since: string;
  /** Until when the source is left alone; null unless OPEN. */
  until: string | null;
  /** Calls in a row that failed. */
  failures: number;
  /** Of the last call that failed, without secrets. */
  lastError: string | null;
}

/** What a connector tells about its source while it speaks to it; nobody has to listen. */
export interface SourceNotices {
  breaker(note: BreakerNote): void;
  /** One try over the wire and what it came to, such as `ok`, `retry` or `rate-limited`. */
  tried(outcome: string): void;
}

export const noNotices: SourceNotices = { breaker: () => undefined, tried: () => undefined };
