import type { Cache } from '../database/database.ts';
import { databaseNow, upsert } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeValue, encodeValue } from '../sql/row-codec.ts';
import type { StreamName } from '../sync/sync-store.ts';
import { isGone } from './lease-owner.ts';

/** Somebody waits until the cache holds what a stream's source had at an instant. */
export interface CatchUpRequest extends StreamName {
  wantedAt: string;
  askedAt: string;
  /** After this nobody waits any more. */
  givenUpAt: string;
}

/** A stream that somebody waits for, and when a pass of it began last. */
interface WaitedForStream extends StreamName {
  lastAttemptAt: string | null;
}

/** Where gateways ask for passes and workers find what to do: one row a stream, however many wait for it. */
export interface CatchUpRequests {
  /** Adds to what others asked of the same streams: the latest wish counts, and the longest patience. */
  ask(requests: readonly CatchUpRequest[]): Promise<void>;
  /** Streams that are waited for at `now`, are not far enough yet, have not failed since, and are free. */
  open(now: string): Promise<WaitedForStream[]>;
}

const columns = ['wanted_at', 'asked_at', 'given_up_at'] as const;

export function createCatchUpRequests(cache: Cache): CatchUpRequests {
  const { dialect } = cache;
  const at = (value: string) => encodeValue(instant, value, dialect);

  return {
    async ask(requests) {
      const rows = [...requests]
        .sort((a, b) => (`${a.system}/${a.stream}` < `${b.system}/${b.stream}` ? -1 : 1))
        .map(({ system, stream, ...times }) => ({
          key: [system, stream],
          times: [at(times.wantedAt), at(times.askedAt), at(times.givenUpAt)],
        }));
      await cache.transaction(async (sql) => {
        await upsert(sql, {
          table: 'catch_up_requests',
          columns: ['system', 'stream', ...columns],
          key: ['system', 'stream'],
          keep: columns,
          rows: rows.map(({ key, times }) => [...key, ...times]),
        });
        for (const { key, times } of rows) {
          await sql.execute(
            `UPDATE catch_up_requests SET ${columns.map((column) => `${column} = CASE WHEN ${column} < ? THEN ? ELSE ${column} END`).join(', ')}
             WHERE \`system\` = ? AND stream = ?`,
            [...times.flatMap((time) => [time, time]), ...key],
          );
        }
      });
    },

    async open(now) {
      const rows = await cache.query(
        `SELECT r.\`system\`, r.stream, s.last_attempt_at, s.lease_owner,
           (s.lease_expires_at IS NULL OR s.lease_expires_at <= ${databaseNow(dialect)}) AS is_free
         FROM catch_up_requests r
         LEFT JOIN stream_states s ON s.\`system\` = r.\`system\` AND s.stream = r.stream
         WHERE r.given_up_at > ?
           AND (s.last_success_at IS NULL OR s.last_success_at < r.wanted_at)
           AND (s.last_attempt_at IS NULL OR s.last_attempt_at < r.asked_at OR COALESCE(s.last_outcome, '') <> 'FAILED')`,
        [at(now)],
      );
      const free = rows.filter((row) => Number(row.is_free) === 1 || isGone(row.lease_owner));
      return free.map((row) => ({
        system: String(row.system),
        stream: String(row.stream),
        lastAttemptAt: decodeValue(instant, row.last_attempt_at, dialect) as string | null,
      }));
    },
  };
}
