import { readFileSync } from 'node:fs';
import type { Connection } from 'mysql2/promise';

/** Seconds of work: by the clock, and by the processors of this process and of the database server. */
export interface Spent {
  seconds: number;
  /** CPU seconds of this process. */
  own: number;
  /** CPU seconds of the database server; not a number where it is on another machine. */
  server: number;
}

export const nothingSpent: Spent = { seconds: 0, own: 0, server: 0 };

/** Runs `work` and tells what it took. */
export async function spent(connection: Connection, work: () => Promise<unknown>): Promise<Spent> {
  const serverBefore = await serverCpu(connection);
  const ownBefore = process.cpuUsage();
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(ownBefore);
  return { seconds, own: (user + system) / 1e6, server: (await serverCpu(connection)) - serverBefore };
}

export function together(a: Spent, b: Spent): Spent {
  return { seconds: a.seconds + b.seconds, own: a.own + b.own, server: a.server + b.server };
}

/** CPU seconds the server has used since it started, where it runs on this machine and shows its process. */
export async function serverCpu(connection: Connection): Promise<number> {
  try {
    const [rows] = await connection.query('SELECT @@pid_file AS file');
    const [{ file }] = rows as [{ file: string }];
    const stat = readFileSync(`/proc/${readFileSync(file, 'utf8').trim()}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime and stime in ticks, of which Linux has a hundred a second.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}
