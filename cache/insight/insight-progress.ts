import type { Sql } from '../database/database.ts';
import { databaseNow, databaseNowPlus, upsert } from '../sql/bulk-statements.ts';
import { isGone } from '../streams/lease-owner.ts';

/** How long a holder may be silent before another takes over, in milliseconds. */
const HELD_FOR = 120_000;

/** What is worked out behind the records, and follows the change log for it. */
type Followed = 'insight' | 'orders' | 'references';

/** Who works it out, and how far the change log has been followed. Times are the database's. */
export interface InsightProgress {
  /** True for the one who may work now; the place of a process that is no more is free at once. Call it again before two minutes have passed, to keep it. */
  claim(holder: string): Promise<boolean>;
  release(holder: string): Promise<void>;
  /** Everything up to this sequence of the change log is in what was worked out; null before the first whole refresh. */
  position(): Promise<number | null>;
  /** null: a whole refresh has begun, and whoever comes after one that did not end begins it anew. */
  moveTo(sequence: number | null): Promise<void>;
}

async function holderOf(sql: Sql, name: Followed): Promise<string | null> {
  const [row] = await sql.query('SELECT holder FROM insight_progress WHERE name = ?', [name]);
  return typeof row?.holder === 'string' ? row.holder : null;
}

/** Before the first whole refresh. */
const NOWHERE = -1;

export function createInsightProgress(sql: Sql, name: Followed = 'insight'): InsightProgress {
  return {
    async claim(holder) {
      await upsert(sql, {
        table: 'insight_progress',
        columns: ['name', 'sequence'],
        key: ['name'],
        keep: ['sequence'],
        rows: [[name, NOWHERE]],
      });
      const now = databaseNow(sql.dialect);
      await sql.execute(
        `UPDATE insight_progress SET holder = ?, held_until = ${databaseNowPlus(sql.dialect)}
         WHERE name = ? AND (holder IS NULL OR holder = ? OR held_until IS NULL OR held_until < ${now})`,
        [holder, HELD_FOR, name, holder],
      );
      const held = await holderOf(sql, name);
      if (held === holder || !isGone(held)) return held === holder;
      await sql.execute(
        `UPDATE insight_progress SET holder = ?, held_until = ${databaseNowPlus(sql.dialect)} WHERE name = ? AND holder = ?`,
        [holder, HELD_FOR, name, held],
      );
      return (await holderOf(sql, name)) === holder;
    },

    async release(holder) {
      await sql.execute('UPDATE insight_progress SET holder = NULL, held_until = NULL WHERE name = ? AND holder = ?', [
        name,
        holder,
      ]);
    },

    async position() {
      const [row] = await sql.query('SELECT sequence FROM insight_progress WHERE name = ?', [name]);
      const sequence = Number(row?.sequence ?? NOWHERE);
      return sequence === NOWHERE ? null : sequence;
    },

    async moveTo(sequence) {
      await sql.execute('UPDATE insight_progress SET sequence = ? WHERE name = ?', [sequence ?? NOWHERE, name]);
    },
  };
}
