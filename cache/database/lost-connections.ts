import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';

/*
 * What is done again when a connection broke. Before COMMIT is sent, a connection that is gone has changed nothing:
 * the work is done again on another one. What became of a COMMIT without an answer nobody knows, so its work is
 * not repeated here: the caller reads the outcome again (LEASE_LOST, the checkpoint).
 */

const unknown = new WeakSet<object>();

/** Marks an error of COMMIT, so that `onAnotherConnection` lets it through. */
export function outcomeUnknown(error: unknown): unknown {
  if (typeof error === 'object' && error !== null) unknown.add(error);
  return error;
}

/** A server that closes connections this often in a row is going down. */
const ATTEMPTS = 3;

/** Does `work` again when its connection was lost before it could change anything. */
export async function onAnotherConnection<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isSafe = error instanceof HubError && lostConnections.has(error) && !unknown.has(error);
      if (!isSafe || attempt === ATTEMPTS || !defends('live connections')) throw error;
    }
  }
}

const lostConnections = new WeakSet<HubError>();

/** Marks the error of a statement whose connection is gone. */
export function connectionLost(error: HubError): HubError {
  lostConnections.add(error);
  return error;
}
