import type { Cache } from '../../cache/database/database.ts';
import type { Log } from '../../config/observability/log.ts';
import { type ChangeFollower, createChangeFollower } from './change-follower.ts';
import { createRecordCache, type RecordCache } from './entity-cache.ts';
import { type AnswerCache, createAnswerCache } from './response-cache.ts';
import { createRedisStore } from './shared/redis-store.ts';
import { createSharedAnswers } from './shared/shared-answers.ts';

/** What a gateway process keeps of the database, as long as it is known to be what the database has. */
export interface Memory extends Pick<ChangeFollower, 'start' | 'stop' | 'follow' | 'followedSince' | 'at' | 'watch'> {
  records: RecordCache | undefined;
  answers: AnswerCache | undefined;
}

interface MemoryDependencies {
  cache: Cache;
  /** Most bytes of each, and most subscriptions, which follow the log too; 0: none. */
  settings: {
    recordCache: number;
    answerCache: number;
    cache: { redis?: string | undefined };
    subscriptions: { max: number };
  };
  /** What answers depend on besides the database, for those that are shared with other processes. */
  fingerprint: () => string;
  log?: Log | undefined;
  /** Milliseconds; for tests. */
  now?: () => number;
}

/** Records and answers, both dropped by one reader of the change log. Nothing is kept before it is started. */
export function createMemory({ cache, settings, fingerprint, log, now = Date.now }: MemoryDependencies): Memory {
  const epoch = () => follower.epoch();
  const records = settings.recordCache > 0 ? createRecordCache({ maxBytes: settings.recordCache, epoch }) : undefined;
  const { redis } = settings.cache;
  const store = redis !== undefined && settings.answerCache > 0 ? createRedisStore({ url: redis, log }) : undefined;
  const shared = store && createSharedAnswers({ store, fingerprint: fingerprint() });
  const answers =
    settings.answerCache > 0
      ? createAnswerCache({ maxBytes: settings.answerCache, epoch, at: () => follower.at(), shared })
      : undefined;
  const kept = [records, answers, shared].filter((each) => each !== undefined);
  const following = kept.length > 0 || settings.subscriptions.max > 0;
  const follower: ChangeFollower = createChangeFollower({ cache, kept, now });
  return {
    records,
    answers,
    follow: async () => (following ? follower.follow() : undefined),
    followedSince: follower.followedSince,
    at: follower.at,
    watch: follower.watch,
    async start() {
      store?.start();
      if (following) await follower.start();
    },
    async stop() {
      store?.stop();
      await follower.stop();
    },
  };
}
