import type { Sql } from '../database/database.ts';
import { allOf, type Condition } from '../sql/condition.ts';
import { decodeCount } from '../sql/row-codec.ts';

/** How many sync runs there are, of all systems and streams or of one. */
export async function countRuns(sql: Sql, of: { system?: string; stream?: string }): Promise<number> {
  const conditions: Condition[] = [];
  if (of.system !== undefined) conditions.push({ sql: '`system` = ?', parameters: [of.system] });
  if (of.stream !== undefined) conditions.push({ sql: 'stream = ?', parameters: [of.stream] });
  const where = allOf(conditions);
  const [row] = await sql.query(`SELECT COUNT(*) AS n FROM sync_runs WHERE ${where.sql}`, where.parameters);
  return decodeCount(row?.n);
}
