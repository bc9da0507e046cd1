import { createClient, RESP_TYPES } from '@redis/client';
import type { Log } from '../../../config/observability/log.ts';
import { withDeadline } from '../../http/deadline.ts';
import type { SharedStore } from './shared-answers.ts';

/** Milliseconds; a Redis that takes longer saves nothing. */
const SLOWEST = 20;
/** Questions in a row without an answer before it is left alone, and for how long. */
const FAILURES = 3;
const REST = 10_000;
const LONGEST_RECONNECT = 5_000;
/** Commands that wait for a Redis that does not take them. */
const MOST_WAITING = 1_000;

class Late extends Error {}

/** Values in a Redis. One that is away or slow is told of once, left alone for a while, and costs nothing else. */
export function createRedisStore({ url, log }: { url: string; log: Log | undefined }): SharedStore {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MOST_WAITING,
    socket: {
      connectTimeout: 1_000,
      reconnectStrategy: (tries) => Math.min(100 * 2 ** tries, LONGEST_RECONNECT),
    },
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  });
  let failures = 0;
  let restsUntil = 0;
  let away = false;
  client.on('error', failed);
  client.on('ready', answered);

  return {
    start: () => void client.connect().catch(failed),
    stop() {
      if (client.isOpen) client.destroy();
    },
    get: (key) => asked(() => client.get(key)),
    async set(key, value, milliseconds) {
      await asked(() => client.set(key, value, { expiration: { type: 'PX', value: milliseconds } }));
    },
  };

  async function asked<T>(ask: () => Promise<T>): Promise<T | undefined> {
    if (!client.isReady || performance.now() < restsUntil) return undefined;
    try {
      const answer = await withDeadline<T | Late>(ask(), SLOWEST, () => new Late(`no answer within ${SLOWEST} ms`));
      if (answer instanceof Late) throw answer;
      answered();
      return answer;
    } catch (error) {
      failures += 1;
      if (failures < FAILURES) return undefined;
      restsUntil = performance.now() + REST;
      failed(error);
      return undefined;
    }
  }

  function failed(err: unknown): void {
    if (away) return;
    away = true;
    log?.warn({ err }, 'Redis does not answer: until it does, each process keeps its answers to itself');
  }

  function answered(): void {
    failures = 0;
    if (!away) return;
    away = false;
    log?.info('Redis answers: processes share their answers again');
  }
}
