import type { Log } from '../observability/log.ts';

/** Notices when the clock of the machine is put back or forward. */
export interface ClockWatch {
  /** How often it was, since the process began. */
  readonly jumps: { readonly back: number; readonly forward: number };
  /** Calls the listener after each jump, with how far it went in milliseconds; below 0: back. Returns what ends that. */
  onJump(listener: (milliseconds: number) => void): () => void;
  /** Looks at the clock from now on, once a second. */
  start(): void;
  stop(): void;
}

const INTERVAL = 1_000;
/** Milliseconds. Time services move a clock by less, and slowly. */
const SMALLEST = 2_000;

export function createClockWatch(log: Log): ClockWatch {
  const jumps = { back: 0, forward: 0 };
  const listeners = new Set<(milliseconds: number) => void>();
  let before = { wall: Date.now(), steady: performance.now() };
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    const now = { wall: Date.now(), steady: performance.now() };
    const jump = now.wall - before.wall - (now.steady - before.steady);
    before = now;
    if (Math.abs(jump) < SMALLEST) return;
    const direction = jump < 0 ? 'back' : 'forward';
    jumps[direction] += 1;
    const seconds = Math.round(Math.abs(jump) / 1_000);
    log.warn(
      { direction, seconds },
      `The clock of this machine was put ${direction} by ${seconds} s. Schedules go on by the new time; ages are by the clock of the database`,
    );
    for (const tell of listeners) tell(jump);
  }

  return {
    jumps,
    onJump(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start() {
      if (timer) return;
      before = { wall: Date.now(), steady: performance.now() };
      timer = setInterval(look, INTERVAL).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
