import type { Cache } from '../database/database.ts';
import { upsert } from '../sql/bulk-statements.ts';
import { clip } from '../sql/clip.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeCount, decodeValue, encodeValue } from '../sql/row-codec.ts';

/** Whether a source is spoken to (CLOSED), left alone (OPEN), or tried with one call (HALF_OPEN). */
export interface SourceBreakerState {
  system: string;
  state: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  since: string;
  /** Until when it is left alone. */
  until: string | null;
  failures: number;
  lastError: string | null;
}

/** How the sources answered whichever process asked them last. */
export interface BreakerStore {
  note(breaker: SourceBreakerState): Promise<void>;
  /** By system. An OPEN one whose time is over is HALF_OPEN: the next call tries it, whoever makes it. */
  list(now: string): Promise<SourceBreakerState[]>;
}

export function createBreakerStore(cache: Cache): BreakerStore {
  const { dialect } = cache;
  return {
    async note({ system, state, since, until, failures, lastError }) {
      const row = [
        system,
        state,
        encodeValue(instant, since, dialect),
        until === null ? null : encodeValue(instant, until, dialect),
        failures,
        lastError === null ? null : clip(lastError, 2048),
      ];
      const columns = ['system', 'state', 'since', 'until', 'failures', 'last_error'];
      // Of one that is closed it matters since when: every process says so once, and the first counts.
      const keep = state === 'CLOSED' ? columns.slice(1) : [];
      await cache.transaction(async (sql) => {
        await upsert(sql, { table: 'source_breakers', columns, key: ['system'], keep, rows: [row] });
        if (state !== 'CLOSED') return;
        await sql.execute(
          `UPDATE source_breakers SET state = 'CLOSED', \`since\` = ?, \`until\` = NULL, failures = 0, last_error = NULL
           WHERE \`system\` = ? AND state <> 'CLOSED'`,
          [encodeValue(instant, since, dialect), system],
        );
      });
    },

    async list(now) {
      const rows = await cache.query('SELECT * FROM source_breakers ORDER BY `system`');
      return rows.map((row) => {
        const until = decodeValue(instant, row.until, dialect) as string | null;
        const state = String(row.state) as SourceBreakerState['state'];
        const isOver = state === 'OPEN' && until !== null && until <= now;
        return {
          system: String(row.system),
          state: isOver ? 'HALF_OPEN' : state,
          since: String(decodeValue(instant, row.since, dialect)),
          until: isOver ? null : until,
          failures: decodeCount(row.failures),
          lastError: row.last_error === null ? null : String(row.last_error),
        };
      });
    },
  };
}
