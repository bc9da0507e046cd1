import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of one tick of /proc (USER_HZ is 100 on all Linux that Node runs on). */
const TICK = 10;

/** CPU milliseconds that a process and everything it started have used so far. Linux only. */
export function cpuTimeOf(pid: number): number {
  return ownTime(pid) + childrenOf(pid).reduce((sum, child) => sum + cpuTimeOf(child), 0);
}

function ownTime(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name in parentheses may hold anything, so that fields are counted from behind it
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK;
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
