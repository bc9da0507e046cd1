import { setHubTime } from '../config/hub-time.ts';
import { millisecondsOf } from '../schema/time.ts';
import { databaseNow } from './bulk-sql.ts';
import type { Sql } from './cache.ts';
import { instant } from './column-kinds.ts';
import { decodeValue } from './row-codec.ts';

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
