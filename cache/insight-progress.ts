import { databaseNow, databaseNowPlus, upsert } from './bulk-sql.ts';
import type { Sql } from './cache.ts';

const NAME = 'insight';

/** How long a holder may be silent before another takes over, in milliseconds. */
const HELD_FOR = 120_000;

/** Who works out the numbers, and how far the change log has been followed. Times are the database's. */
export interface InsightProgress {
  /** True for the one who may work now. Call it again before two minutes have passed, to keep it. */
  claim(holder: string): Promise<boolean>;
  release(holder: string): Promise<void>;
  /** Everything up to this sequence of the change log is in the numbers; null before the first whole refresh. */
  position(): Promise<number | null>;
  /** null: a whole refresh has begun, and whoever comes after one that did not end begins it anew. */
  moveTo(sequence: number | null): Promise<void>;
}

/** Before the first whole refresh. */
const NOWHERE = -1;

export function createInsightProgress(sql: Sql): InsightProgress {
  return {
    async claim(holder) {
      await upsert(sql, {
        table: 'insight_progress',
        columns: ['name', 'sequence'],
        key: ['name'],
        keep: ['sequence'],
        rows: [[NAME, NOWHERE]],
      });
      const now = databaseNow(sql.dialect);
      await sql.execute(
        `UPDATE insight_progress SET holder = ?, held_until = ${databaseNowPlus(sql.dialect)}
         WHERE name = ? AND (holder IS NULL OR holder = ? OR held_until IS NULL OR held_until < ${now})`,
        [holder, HELD_FOR, NAME, holder],
      );
      const [row] = await sql.query('SELECT holder FROM insight_progress WHERE name = ?', [NAME]);
      return row?.holder === holder;
    },

    async release(holder) {
      await sql.execute('UPDATE insight_progress SET holder = NULL, held_until = NULL WHERE name = ? AND holder = ?', [
        NAME,
        holder,
      ]);
    },

    async position() {
      const [row] = await sql.query('SELECT sequence FROM insight_progress WHERE name = ?', [NAME]);
      const sequence = Number(row?.sequence ?? NOWHERE);
      return sequence === NOWHERE ? null : sequence;
    },

    async moveTo(sequence) {
      await sql.execute('UPDATE insight_progress SET sequence = ? WHERE name = ?', [sequence ?? NOWHERE, NAME]);
    },
  };
}
