import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { defends } from '../../config/defences.ts';

/*
 * Who holds a lease, in a text that a process of the same machine can check: host, process id and a random part, and
 * on Linux also the boot, the namespace of process ids and when the process started. Ids of processes mean nothing on
 * another machine, after another boot or in another container, so nobody is called gone by them there: their leases
 * run out. What a holder may write is decided by the token of its lease alone, whatever is said here.
 */

/** The column keeps 128 characters. */
const LONGEST_HOST = 60;

/** `host:pid:random`, and on Linux `@boot.namespace.start`. A new text each time it is asked for. */
export function ownerOfThisProcess(): string {
  const name = `${hostname().slice(0, LONGEST_HOST)}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const here = placeOfProcesses();
  const self = here === null ? null : stateOf(process.pid);
  return self === null ? name : `${name}@${here}.${self.startedAt}`;
}

/** The part of an owner that is for people: `host:pid:random`. */
export function describeOwner(owner: string): string {
  return owner.replace(PROOF, '');
}

/**
 * Whether the process that this text names is no more, which is known only of processes of the same boot and the same
 * namespace of process ids. False where it cannot be known.
 */
export function isGone(owner: unknown): boolean {
  if (typeof owner !== 'string' || !defends('dead holders')) return false;
  const [, pid, there, startedAt] = OWNER.exec(owner) ?? [];
  if (pid === undefined || there !== placeOfProcesses()) return false;
  if (!isThere(Number(pid))) return true;
  const found = stateOf(Number(pid));
  // Of a process of another user, /proc may show nothing although it is there.
  return found !== null && (found.hasEnded || found.startedAt !== startedAt);
}

const PROOF = /@[0-9a-f]{16}\.\d+\.\d+$/;
const OWNER = /:(\d+):[0-9a-f]{8}@([0-9a-f]{16}\.\d+)\.(\d+)$/;

let place: string | null | undefined;

/** This boot and this namespace of process ids; null where the system does not say. Neither changes while we run. */
function placeOfProcesses(): string | null {
  if (place !== undefined) return place;
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').replace(/[^0-9a-f]/g, '');
    const space = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    place = boot.length === 32 && space !== undefined ? `${boot.slice(0, 16)}.${space}` : null;
  } catch {
    place = null;
  }
  return place;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** What /proc says of a process: when it started, in ticks since boot, and whether only its entry is left. */
function stateOf(pid: number): { startedAt: string; hasEnded: boolean } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets, which may hold anything.
    const [state = '', ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const startedAt = fields[18];
    return startedAt === undefined ? null : { startedAt, hasEnded: /[ZXx]/.test(state) };
  } catch {
    return null;
  }
}
