import { MultiBar, type SingleBar } from 'cli-progress';
import type { StreamChoice } from '../actions/select-streams.ts';
import type { Terminal } from './terminal.ts';

/** How far the streams of a command are. */
export interface Progress {
  /** `done` of the stream's records; what else there is to say in a few words. */
  update(choice: StreamChoice, done: number, note: string): void;
  /** The end in a line; beside a bar there is less room: `brief` is for there. A bar that was `cut` short stays so. */
  finish(choice: StreamChoice, note: string, options?: { brief?: string; cut?: boolean }): void;
  stop(): void;
}

export interface ProgressOptions {
  terminal: Terminal;
  streams: readonly StreamChoice[];
  /** `erp/orders` → how many records to expect, where that is known. */
  totals?: ReadonlyMap<string, number>;
  quiet?: boolean;
}

/** One bar a stream on a terminal; elsewhere one line a stream when it is done. All on standard error. */
export function createProgress({ terminal, streams, totals, quiet = false }: ProgressOptions): Progress {
  if (quiet) return { update: () => undefined, finish: () => undefined, stop: () => undefined };
  return terminal.moving ? bars(terminal, streams, totals ?? new Map()) : lines(terminal);
}

export function nameOf({ system, stream }: StreamChoice): string {
  return `${system}/${stream}`;
}

function lines(terminal: Terminal): Progress {
  return {
    update: () => undefined,
    finish: (choice, note) => terminal.err(`${nameOf(choice)}: ${note}`),
    stop: () => undefined,
  };
}

/** Name, bar and note go into one line: on a narrow terminal the bar gives way. */
const WIDE = { columns: 110, bar: 28 };
const NARROW = { bar: 10 };

function bars(terminal: Terminal, streams: readonly StreamChoice[], totals: ReadonlyMap<string, number>): Progress {
  const columns = terminal.columns('err') ?? WIDE.columns;
  const barsize = columns < WIDE.columns ? NARROW.bar : WIDE.bar;
  const width = Math.max(0, ...streams.map((choice) => nameOf(choice).length));
  const multi = new MultiBar({
    format: `{name} [{bar}] {note}`,
    barsize,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    hideCursor: true,
    stream: process.stderr,
    // Our own signal handling lets the page under way finish first.
    gracefulExit: false,
  });
  const made = new Map<string, SingleBar>();
  for (const choice of streams) {
    const name = nameOf(choice);
    made.set(name, multi.create(totals.get(name) ?? 1, 0, { name: name.padEnd(width), note: 'waiting' }));
  }
  const room = columns - width - barsize - 4;
  const fitted = (note: string) => (note.length > room ? `${note.slice(0, room - 1)}…` : note);
  return {
    update(choice, done, note) {
      const bar = made.get(nameOf(choice));
      // A source that does not tell how much there is has a bar that stays half full until the end.
      if (bar && !totals.has(nameOf(choice))) bar.setTotal(Math.max(1, 2 * done));
      else if (bar && done >= bar.getTotal()) bar.setTotal(done + 1);
      bar?.update(done, { note });
    },
    finish(choice, note, { brief = note, cut = false } = {}) {
      const bar = made.get(nameOf(choice));
      if (cut) bar?.update({ note: fitted(brief) });
      else bar?.update(bar.getTotal(), { note: fitted(brief) });
    },
    stop: () => multi.stop(),
  };
}
