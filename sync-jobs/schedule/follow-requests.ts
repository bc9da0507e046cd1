import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from '../../cache/database/database.ts';
import { createCatchUpRequests } from '../../cache/streams/catch-up-requests.ts';
import type { StreamName } from '../../cache/sync/sync-store.ts';
import { hubTime } from '../../config/clock/hub-time.ts';
import type { Log } from '../../config/observability/log.ts';
import type { Settings } from '../../config/settings/settings.ts';
import { instantOf, millisecondsOf } from '../../schema/time.ts';

interface RequestFollower {
  cache: Cache;
  sources: Settings['sources'];
  /** Runs a pass of the stream as soon as there is room. */
  offer(stream: StreamName): void;
  log: Log;
  signal: AbortSignal;
}

const INTERVAL = 250;

/**
 * Looks for streams that gateways wait for, and offers a pass of each, until `signal` aborts. Whoever asks, passes of
 * one stream are offered no more often than its `catchUpInterval` says.
 */
export async function followRequests({ cache, sources, offer, log, signal }: RequestFollower): Promise<void> {
  const requests = createCatchUpRequests(cache);
  /** A pass that ends before it can be written down has no attempt in the cache. */
  const offered = new Map<string, number>();
  let answers = true;
  while (!signal.aborted) {
    await look().then(
      () => {
        answers = true;
      },
      (err: unknown) => {
        if (answers)
          log.warn({ err }, 'The cache did not tell which streams are waited for; asking again until it does');
        answers = false;
      },
    );
    await sleep(INTERVAL, undefined, { signal }).catch(() => undefined);
  }

  async function look(): Promise<void> {
    const now = hubTime();
    for (const { system, stream, lastAttemptAt } of await requests.open(instantOf(now))) {
      const source = sources[system];
      const settings = source?.streams[stream];
      if (!source || !settings || signal.aborted) continue;
      const name = `${system}/${stream}`;
      const last = Math.max(offered.get(name) ?? 0, lastAttemptAt === null ? 0 : millisecondsOf(lastAttemptAt));
      if (Math.abs(now - last) < (settings.catchUpInterval ?? source.catchUpInterval)) continue;
      offered.set(name, now);
      offer({ system, stream });
    }
  }
}
