import { setTimeout as sleep } from 'node:timers/promises';
import { type Changes, createChangeLog } from '../../cache/changes/change-log.ts';
import type { Cache } from '../../cache/database/database.ts';
import { entityTag } from './cache-tags.ts';

/** Something that keeps what it was told until it changes. */
export interface Droppable {
  /** What has the tag changed, at the latest by this sequence of the change log. */
  drop(tag: string, through: number): void;
  /** Anything may have changed by this sequence. */
  clear(through: number): void;
}

/** Follows the change log for what is kept in memory. */
export interface ChangeFollower {
  /** Follows until it is stopped. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads the log once and drops what changed. */
  follow(): Promise<void>;
  /**
   * The number of drops so far, while what is kept is at most a second behind the database; else undefined, and
   * nothing that is kept may be used. What was read under one number may be kept only while that is still it.
   */
  epoch(): number | undefined;
  /** Whether everything is dropped that had changed by then (milliseconds). */
  followedSince(at: number): boolean;
  /** The sequence it has read through; undefined before the first look. */
  at(): number | undefined;
  /** Calls back with what changed, once nothing that is kept is older than that. Returns how to end it. */
  watch(listener: (changes: Changes) => void): () => void;
}

interface FollowerDependencies {
  cache: Cache;
  kept: readonly Droppable[];
  /** Milliseconds; for tests. */
  now?: () => number;
}

const INTERVAL = 250;
const MAX_LAG = 1_000;

/** A look that seems to be ahead was before the clock was put back: how old it is, is not known. */
function isRecent(lag: number): boolean {
  return lag >= 0 && lag <= MAX_LAG;
}

export function createChangeFollower({ cache, kept, now = Date.now }: FollowerDependencies): ChangeFollower {
  const log = createChangeLog(cache);
  const stopping = new AbortController();
  let at: number | undefined;
  let drops = 0;
  let seenAt = Number.NEGATIVE_INFINITY;
  let following: Promise<void> | undefined;
  let looking = Promise.resolve();
  const listeners = new Set<(changes: Changes) => void>();

  return {
    follow,
    followedSince: (at) => seenAt >= at,
    at: () => at,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    epoch: () => (isRecent(now() - seenAt) ? drops : undefined),
    async start() {
      await follow().catch(() => undefined);
      following = keepFollowing();
    },
    async stop() {
      stopping.abort();
      await following;
    },
  };

  /** One look after another: two at once would tell of the same changes twice. */
  function follow(): Promise<void> {
    looking = looking.catch(() => undefined).then(look);
    return looking;
  }

  async function look(): Promise<void> {
    const asked = now();
    if (at === undefined) {
      // whatever was kept before is of an unknown age
      at = await log.last();
      forgetAll(at);
    }
    for (let more = true; more; ) {
      const changes = await log.read({ after: at });
      if (changes.missed) forgetAll(changes.through);
      else if (changes.through > at) drop(changes);
      at = changes.through;
      more = changes.more;
      if (changes.missed || changes.records.size > 0) for (const listener of listeners) listener(changes);
    }
    seenAt = asked;
  }

  function drop({ customerIds, records, through }: Awaited<ReturnType<typeof log.read>>): void {
    drops += 1;
    for (const each of kept) {
      for (const id of customerIds) each.drop(id, through);
      for (const [entity, ids] of records) {
        each.drop(entityTag(entity), through);
        for (const id of ids) each.drop(id, through);
      }
    }
  }

  function forgetAll(through: number): void {
    drops += 1;
    for (const each of kept) each.clear(through);
  }

  /** A database that does not answer is told of by the answers that need it; here it only means not to trust memory. */
  async function keepFollowing(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(INTERVAL, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (!stopping.signal.aborted) await follow().catch(() => undefined);
    }
  }
}
