import type { Sql } from './cache.ts';
import type { Mutex } from './mutex.ts';

/** How often at most it is looked whether they still hold, in milliseconds. */
const LOOK_EVERY = 60_000;

export interface SqliteStatistics {
  /** To be called after a transaction, when others may write: looks now and then. Never rejects. */
  afterWrite(): Promise<void>;
  /** To be called when nobody else can write. Looks at once where something was written since the last look, so that the next process has them. */
  beforeClose(): Promise<void>;
}

/**
 * What SQLite knows of how values are spread. Without it, the planner takes the index on a state that most rows are in
 * before that of the customer whose few rows are wanted.
 */
export function createSqliteStatistics(write: Sql, exclusive: Mutex): SqliteStatistics {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let written = false;
  /** What SQLite advises for ever, such as of tables that are empty. */
  let inVain: readonly string[] = [];

  async function look(): Promise<void> {
    written = false;
    // What was written stands, whatever comes of this: a file that cannot be written to is told of by the next write.
    await renew().catch(() => undefined);
  }

  async function renew(): Promise<void> {
    const advised = await advice(write);
    if (advised.every((one) => inVain.includes(one))) return;
    await refreshStatistics(write);
    inVain = await advice(write);
  }

  return {
    async afterWrite() {
      written = true;
      if (Date.now() - lookedAt < LOOK_EVERY) return;
      lookedAt = Date.now();
      await exclusive(look);
    },
    async beforeClose() {
      if (written) await look();
    },
  };
}

/**
 * Made anew when a table has grown or shrunk ten times, from at most some thousand entries of each index, so that it
 * takes a tenth of a second however large tables are. Fewer entries make a state that 40,000 rows are in look like one
 * of 400. All are made anew: other connections read them again only where the table they are in is another.
 */
async function refreshStatistics(write: Sql): Promise<void> {
  await write.execute('PRAGMA analysis_limit = 5000');
  await write.execute('BEGIN IMMEDIATE');
  try {
    await write.execute('DROP TABLE IF EXISTS sqlite_stat1');
    await write.execute('ANALYZE');
    await write.execute('COMMIT');
  } catch (error) {
    await write.execute('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** What SQLite would do about tables whose statistics are missing or old; 0x10000: about all, 1: only say it. */
async function advice(write: Sql): Promise<string[]> {
  const rows = await write.query('PRAGMA optimize = 0x10003');
  return rows.map(({ optimize }) => String(optimize));
}
