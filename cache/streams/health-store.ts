import type { Cache } from '../database/database.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeCount, encodeValue } from '../sql/row-codec.ts';
import type { StreamState } from '../sync/sync-store.ts';
import { type BreakerStore, createBreakerStore, type SourceBreakerState } from './breaker-store.ts';
import { decodeStreamState } from './stream-state.ts';

/** How many of something a stream has. */
interface StreamCount {
  system: string;
  stream: string;
  count: number;
}

/** The runs of a stream that ended in one way, and what they did. */
interface RunTotals extends StreamCount {
  outcome: string;
  read: number;
  changed: number;
  deleted: number;
  quarantined: number;
}

/** How the hub is, in as many rows as it has streams; records are not counted. */
export interface Health {
  streams: StreamState[];
  quarantined: StreamCount[];
  /** Changes of shape that nobody has acknowledged. */
  drift: StreamCount[];
  runs: RunTotals[];
  breakers: SourceBreakerState[];
}

export interface HealthStore {
  /** `runsSince`: the runs that began at this instant or later. */
  read(request: { now: string; runsSince: string }): Promise<Health>;
}

export function createHealthStore(cache: Cache): HealthStore {
  const breakers: BreakerStore = createBreakerStore(cache);
  const nameOf = (row: Record<string, unknown>) => ({ system: String(row.system), stream: String(row.stream) });

  async function count(statement: string): Promise<StreamCount[]> {
    const rows = await cache.query(statement);
    return rows.map((row) => ({ ...nameOf(row), count: decodeCount(row.n) }));
  }

  return {
    async read({ now, runsSince }) {
      const states = await cache.query('SELECT * FROM stream_states');
      const runs = await cache.query(
        `SELECT \`system\`, stream, outcome, COUNT(*) AS n, SUM(records_read) AS records_read,
           SUM(records_changed) AS records_changed, SUM(records_deleted) AS records_deleted,
           SUM(records_quarantined) AS records_quarantined
         FROM sync_runs WHERE started_at >= ? GROUP BY \`system\`, stream, outcome`,
        [encodeValue(instant, runsSince, cache.dialect)],
      );
      return {
        streams: states.map((row) => decodeStreamState(nameOf(row), row, cache.dialect)),
        quarantined: await count('SELECT `system`, stream, COUNT(*) AS n FROM quarantine GROUP BY `system`, stream'),
        drift: await count(
          'SELECT `system`, stream, COUNT(*) AS n FROM drift_events WHERE acknowledged_at IS NULL GROUP BY `system`, stream',
        ),
        runs: runs.map((row) => ({
          ...nameOf(row),
          outcome: String(row.outcome),
          count: decodeCount(row.n),
          read: decodeCount(row.records_read),
          changed: decodeCount(row.records_changed),
          deleted: decodeCount(row.records_deleted),
          quarantined: decodeCount(row.records_quarantined),
        })),
        breakers: await breakers.list(now),
      };
    },
  };
}
