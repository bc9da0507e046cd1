import { defends } from '../defences.ts';

/*
 * The hub's time. The clock of a machine may be put back or forward while the hub runs, and those of several machines
 * differ: so it is the database's clock that counts, which all of them share. Between two looks at it
 * (cache/database/look-at-clock.ts) it is carried on by the steady clock of the process, which nobody can put back.
 */

let known: { at: number; steady: number } | null = null;

/** Milliseconds since 1970 by the database's clock; by the clock of the machine before it was looked at. */
export function hubTime(): number {
  if (!known || !defends('steady time')) return Date.now();
  return Math.floor(known.at + performance.now() - known.steady);
}

/**
 * How far the time may be off before it is set again, in milliseconds: ages are in seconds, and a time that takes small
 * steps back and forth would disturb whatever asks what came first.
 */
const TOLERANCE = 500;

/** Sets the time: `at` was read of the database between two moments of `performance.now()`. */
export function setHubTime(at: number, { asked, answered }: { asked: number; answered: number }): void {
  known ??= { at: Date.now(), steady: performance.now() };
  const steady = (asked + answered) / 2;
  const off = Math.abs(known.at + steady - known.steady - at);
  if (off > TOLERANCE + answered - asked) known = { at, steady };
}
