import { HubError } from '../../config/errors.ts';

/** Throws REQUEST_CANCELLED when nobody waits for the answer any more: called before each statement that is begun. */
export function refuseCancelled(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new HubError(
    'REQUEST_CANCELLED',
    'Expected somebody to wait for the answer, but the client has gone or the deadline is over.',
  );
}
