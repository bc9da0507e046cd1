import type { Cache } from '../cache/cache.ts';
import { type AnswerCache, createAnswerCache } from './answer-cache.ts';
import { type ChangeFollower, createChangeFollower } from './change-follower.ts';
import { createRecordCache, type RecordCache } from './record-cache.ts';

/** What a gateway process keeps of the database, as long as it is known to be what the database has. */
export interface Memory extends Pick<ChangeFollower, 'start' | 'stop' | 'follow' | 'followedSince' | 'at' | 'watch'> {
  records: RecordCache | undefined;
  answers: AnswerCache | undefined;
}

interface MemoryDependencies {
  cache: Cache;
  /** Most bytes of each, and most subscriptions, which follow the log too; 0: none. */
  settings: { recordCache: number; answerCache: number; subscriptions: { max: number } };
  /** Milliseconds; for tests. */
  now?: () => number;
}

/** Records and answers, both dropped by one reader of the change log. Nothing is kept before it is started. */
export function createMemory({ cache, settings, now = Date.now }: MemoryDependencies): Memory {
  const epoch = () => follower.epoch();
  const records = settings.recordCache > 0 ? createRecordCache({ maxBytes: settings.recordCache, epoch }) : undefined;
  const answers = settings.answerCache > 0 ? createAnswerCache({ maxBytes: settings.answerCache, epoch }) : undefined;
  const kept = [...(records ? [records] : []), ...(answers ? [answers] : [])];
  const following = kept.length > 0 || settings.subscriptions.max > 0;
  const follower: ChangeFollower = createChangeFollower({ cache, kept, now });
  return {
    records,
    answers,
    follow: async () => (following ? follower.follow() : undefined),
    followedSince: follower.followedSince,
    at: follower.at,
    watch: follower.watch,
    start: async () => (following ? follower.start() : undefined),
    stop: follower.stop,
  };
}
