import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CliEnd {
  code: number | null;
  out: string;
  err: string;
}

export interface RunningCli {
  child: ChildProcess;
  end: Promise<CliEnd>;
  /** Standard output so far. */
  output(): string;
  /** Resolves when either output matches; rejects when the command ends before. */
  waitFor(pattern: RegExp): Promise<void>;
}

const command = fileURLToPath(new URL('../../cli/customer360.mjs', import.meta.url));

/** Starts the real command in a process of its own. */
export function startCli(args: readonly string[], env: Record<string, string> = {}): RunningCli {
  const child = spawn(process.execPath, [command, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const listeners = new Set<() => void>();
  const heard = () => {
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    heard();
  });
  const end = new Promise<CliEnd>((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err });
      heard();
    });
  });
  return {
    child,
    end,
    output: () => out,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (pattern.test(out) || pattern.test(err)) resolve();
          else if (child.exitCode !== null) reject(new Error(`Ended before ${pattern}: ${out}\n${err}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
  };
}

/** Runs the real command to its end. */
export function runCli(...args: string[]): Promise<CliEnd> {
  return startCli(args).end;
}
