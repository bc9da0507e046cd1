import type { Sql } from './database.ts';
import type { Mutex } from './mutex.ts';

/** How often at most it is looked whether they still hold, in milliseconds. */
const LOOK_EVERY = 60_000;
/** Rows of a table that is worth it. */
const FEWEST = 5_000;
/** How many times larger a table is when what is known of it is old. */
const GROWN = 10;

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
  /** How large tables were when their statistics were made. */
  let known: ReadonlyMap<string, number> | undefined;

  async function look(): Promise<void> {
    written = false;
    // What was written stands, whatever comes of this: a file that cannot be written to is told of by the next write.
    await renew().catch(() => undefined);
  }

  async function renew(): Promise<void> {
    known ??= await sizesInStatistics(write);
    const sizes = await sizesOfTables(write);
    const old = known;
    if (![...sizes].some(([table, rows]) => rows >= GROWN * (old.get(table) ?? 0))) return;
    await refreshStatistics(write);
    known = sizes;
  }

  return {
    async afterWrite() {
      written = true;
      if (performance.now() - lookedAt < LOOK_EVERY) return;
      lookedAt = performance.now();
      await exclusive(look);
    },
    async beforeClose() {
      if (written) await look();
    },
  };
}

/**
 * Made anew when a table has grown ten times, from at most some thousand entries of each index, so that it takes a
 * tenth of a second however large tables are. Fewer entries make a state that 40,000 rows are in look like one of 400.
 * Small tables have none: of a table that was small a moment ago the planner would believe it still, and scan it while
 * a first load fills it. All are made anew: other connections read them again only where the table they are in is
 * another.
 */
async function refreshStatistics(write: Sql): Promise<void> {
  await write.execute('PRAGMA analysis_limit = 5000');
  await write.execute('BEGIN IMMEDIATE');
  try {
    await write.execute('DROP TABLE IF EXISTS sqlite_stat1');
    await write.execute('ANALYZE');
    await write.execute('DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) < ?', [FEWEST]);
    await write.execute('COMMIT');
    // what this connection has read already
    await write.execute('ANALYZE sqlite_schema');
  } catch (error) {
    await write.execute('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Tables that are worth statistics, with about how many rows they have: the largest row id, which is found at once. */
async function sizesOfTables(write: Sql): Promise<Map<string, number>> {
  const tables = await write.query("SELECT name FROM pragma_table_list WHERE type = 'table' AND wr = 0");
  const sizes = new Map<string, number>();
  for (const { name } of tables) {
    const [row] = await write.query(`SELECT MAX(rowid) AS size FROM "${name}"`);
    const size = Number(row?.size ?? 0);
    if (size >= FEWEST) sizes.set(String(name), size);
  }
  return sizes;
}

async function sizesInStatistics(write: Sql): Promise<Map<string, number>> {
  const [there] = await write.query("SELECT name FROM sqlite_master WHERE name = 'sqlite_stat1'");
  if (!there) return new Map();
  const rows = await write.query(
    'SELECT tbl AS name, MAX(CAST(stat AS INTEGER)) AS size FROM sqlite_stat1 GROUP BY tbl',
  );
  return new Map(rows.map(({ name, size }) => [String(name), Number(size)]));
}
