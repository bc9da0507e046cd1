import type { Changes } from '../../cache/changes/change-log.ts';
import { HubError } from '../../config/errors.ts';
import type { LiveChanges } from '../graph.ts';
import type { Watched } from './live-operation.ts';

/** What of the watched changed and has not been told yet. It is a set: changes of one record wait as one. */
export interface Waiting {
  /** All changes through this sequence are in it, or have been taken. */
  through(): number;
  /**
   * The changed records that wait, taken away: the customer, or orders that may be of the customer, with the parties
   * they are and were of.
   */
  take(): Map<string, ReadonlySet<string>>;
  /** Resolves once something waits, or after so many milliseconds. */
  wait(milliseconds: number): Promise<void>;
  /** The customer has another id now. */
  follow(customerId: string): void;
  stop(): void;
}

interface WatchRequest {
  watched: Watched;
  changes: LiveChanges;
  /** Also what changed behind this sequence. */
  after: number | undefined;
  /** Ends the waiting. */
  signal: AbortSignal;
}

/** More records than this wait for no client. */
const MOST_WAITING = 10_000;
/** Who was away for more changes than this is faster with a new query. */
const MOST_BEHIND = 100_000;

/** Watches the change log for a subscription. Throws CHANGES_MISSED and SUBSCRIPTION_TOO_SLOW, also when taken from. */
export async function watchChanges({ watched, changes, after, signal }: WatchRequest): Promise<Waiting> {
  const ids = new Set(Object.values(watched));
  const waiting = new Map<string, ReadonlySet<string>>();
  let wake: () => void = () => undefined;
  let failure: HubError | undefined;

  const stop = changes.watch(note);
  signal.addEventListener('abort', () => wake(), { once: true });
  try {
    await readMissed();
  } catch (error) {
    stop();
    throw error;
  }

  return {
    through: () => changes.at() ?? 0,
    take() {
      if (failure) throw failure;
      const taken = new Map(waiting);
      waiting.clear();
      return taken;
    },
    wait: (milliseconds) =>
      new Promise((resolve) => {
        if (waiting.size > 0 || failure || signal.aborted) return resolve();
        const timer = setTimeout(() => wake(), milliseconds);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    follow: (customerId) => void ids.add(customerId),
    stop,
  };

  /** What changed between the client's position and where this process is: what it follows from now on is noted too. */
  async function readMissed(): Promise<void> {
    const now = changes.at();
    if (now === undefined) {
      throw new HubError(
        'CACHE_UNREACHABLE',
        'Expected the change log to be followed, but the database did not answer.',
      );
    }
    if (after === undefined || after >= now) return;
    if (now - after > MOST_BEHIND) throw missed();
    for (let at = after, more = true; more && at < now && !signal.aborted; ) {
      const read = await changes.read({ after: at });
      note(read);
      if (failure) throw failure;
      at = read.through;
      more = read.more;
    }
  }

  function note({ missed: lost, customerIds, records, orderParties }: Changes): void {
    if (lost) failure = missed();
    for (const id of matching(watched, ids, customerIds, records)) {
      waiting.set(id, new Set([...(waiting.get(id) ?? []), ...(orderParties.get(id) ?? [])]));
    }
    if (waiting.size > MOST_WAITING) {
      waiting.clear();
      failure = tooSlow(`more than ${MOST_WAITING} changes waited`);
    }
    if (waiting.size > 0 || failure) wake();
  }
}

function matching(
  watched: Watched,
  ids: ReadonlySet<string>,
  customerIds: ReadonlySet<string>,
  records: Changes['records'],
): Iterable<string> {
  const orders = records.get('order') ?? new Set<string>();
  if ('order' in watched) return orders.has(watched.order) ? [watched.order] : [];
  if (![...ids].some((id) => customerIds.has(id))) return [];
  return watched.field === 'customerChanged' ? [watched.customer] : orders;
}

export function tooSlow(why: string): HubError {
  const advice = 'Subscribe again with the last position as Last-Event-ID.';
  return new HubError(
    'SUBSCRIPTION_TOO_SLOW',
    `Expected the client to take its events in time (gateway.subscriptions.slowAfter), but ${why}. ${advice}`,
  );
}

function missed(): HubError {
  return new HubError(
    'CHANGES_MISSED',
    'What changed since Last-Event-ID is no longer known. Query what is shown anew, and subscribe without Last-Event-ID.',
  );
}
