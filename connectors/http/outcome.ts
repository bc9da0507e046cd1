/** What an HTTP status means for the call: the whole policy is this table. */
export type Outcome =
  | 'ok'
  /** Worth another try soon: the source or something before it stumbled. */
  | 'retry'
  /** Wait as long as the source asks. */
  | 'rate-limited'
  /** The login is not, or no longer, good. */
  | 'refresh-auth'
  | 'forbidden'
  | 'not-found'
  /** A cursor or delta token is too old. */
  | 'expired'
  | 'fail';

const byStatus: Record<number, Outcome> = {
  401: 'refresh-auth',
  403: 'forbidden',
  404: 'not-found',
  408: 'retry',
  410: 'expired',
  425: 'retry',
  429: 'rate-limited',
  500: 'retry',
  502: 'retry',
  503: 'retry',
  504: 'retry',
};

export function outcomeOf(status: number, hasRetryAfter = false): Outcome {
  if (status >= 200 && status < 300) return 'ok';
  if (status === 503 && hasRetryAfter) return 'rate-limited';
  return byStatus[status] ?? (status >= 500 ? 'retry' : 'fail');
}
