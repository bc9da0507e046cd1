import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ContenderTask } from './contenders/contender.ts';

export interface RunningProcess {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a script, named as seen from here, in a process of its own and waits until it answers. */
export async function startContender(script: string, task: ContenderTask): Promise<RunningProcess> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const options = ['--import', 'tsx', file, JSON.stringify(task)];
  const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  const url = await addressOf(child, script);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function addressOf(child: ChildProcess, script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-4_000);
      const url = /^ready (\S+)$/m.exec(said)?.[1];
      if (url) resolve(url);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it answered:\n${said}`)));
  });
}
