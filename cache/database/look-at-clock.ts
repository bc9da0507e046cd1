import { setHubTime } from '../../config/clock/hub-time.ts';
import { millisecondsOf } from '../../schema/time.ts';
import { databaseNow } from '../sql/bulk-statements.ts';
import { instant } from '../sql/column-kinds.ts';
import { decodeValue } from '../sql/row-codec.ts';
import type { Sql } from './database.ts';

/** Reads the database's clock, which is the hub's time from then on. */
export async function lookAtClock(sql: Sql): Promise<void> {
  const asked = performance.now();
  const [row] = await sql.query(`SELECT ${databaseNow(sql.dialect)} AS now`);
  noteClock(sql, row?.now, asked);
}

/** The same with `databaseNow` as it was selected along with something else. `asked`: when, by `performance.now()`. */
export function noteClock({ dialect }: Pick<Sql, 'dialect'>, now: unknown, asked: number): void {
  const answered = performance.now();
  setHubTime(millisecondsOf(String(decodeValue(instant, now, dialect))), { asked, answered });
}
