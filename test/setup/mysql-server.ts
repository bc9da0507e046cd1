import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { freePort } from './free-port.ts';

export interface TestServer {
  /** A login that may create databases, or null when no server can be had. */
  url: string | null;
  what: string;
  stop(): Promise<void>;
}

const binaryFolders = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/libexec',
  '/usr/local/sbin',
  '/usr/local/mysql/bin',
  '/opt/homebrew/bin',
];

/** A real MariaDB/MySQL for the tests: TEST_MYSQL_URL, else a private server, else Docker, else none. */
export async function startTestServer(env: NodeJS.ProcessEnv): Promise<TestServer> {
  if (env.TEST_MYSQL_URL) {
    return { url: env.TEST_MYSQL_URL, what: 'the server of TEST_MYSQL_URL', stop: async () => undefined };
  }
  const binary = findBinary(['mariadbd', 'mysqld'], env);
  if (binary) return startPrivateServer(binary, env);
  if (dockerAnswers()) return startDockerServer();
  return { url: null, what: 'nothing', stop: async () => undefined };
}

/** A server of one test file's own, started with these options; null where there is no binary of one. */
export async function startOwnServer(options: readonly string[]): Promise<TestServer | null> {
  const binary = findBinary(['mariadbd', 'mysqld'], process.env);
  return binary ? startPrivateServer(binary, process.env, options) : null;
}

/** Whether `startOwnServer` finds a binary. */
export function hasOwnServer(): boolean {
  return findBinary(['mariadbd', 'mysqld'], process.env) !== undefined;
}

function findBinary(names: string[], env: NodeJS.ProcessEnv): string | undefined {
  const folders = [...(env.PATH ?? '').split(delimiter), ...binaryFolders];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

async function startPrivateServer(
  binary: string,
  env: NodeJS.ProcessEnv,
  extra: readonly string[] = [],
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'customer360-mysql-'));
  const data = join(folder, 'data');
  // A server clears its folder for temporary tables when it starts: in one that is shared, it takes the tables of
  // others away while they use them, and MariaDB crashes where its own are gone.
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const socket = join(folder, 'db.sock');
  // Both servers refuse to run as root unless told which user to be; nobody else may pass the option.
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const installer = findBinary(['mariadb-install-db'], env);
  const quiet = { stdio: 'ignore' } as const;
  if (installer) {
    const options = [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--tmpdir=${temporary}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ];
    execFileSync(installer, options, quiet);
  } else {
    const options = ['--no-defaults', ...user, `--datadir=${data}`, `--tmpdir=${temporary}`, '--initialize-insecure'];
    execFileSync(binary, options, quiet);
  }
  const port = await freePort();
  const child = spawn(
    binary,
    [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--tmpdir=${temporary}`,
      `--socket=${socket}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--local-infile=1',
      '--character-set-server=utf8mb4',
      '--innodb-buffer-pool-size=256M',
      '--innodb-flush-log-at-trx-commit=0',
      '--skip-log-bin',
      '--default-time-zone=+00:00',
      ...extra,
    ],
    { stdio: 'ignore' },
  );
  const url = `mysql://root@127.0.0.1:${port}`;
  const stop = async () => {
    await stopChild(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    // MariaDB's fresh root may only log in over the socket's host name; skip-name-resolve knows addresses only.
    await answers({ socketPath: socket, user: 'root' }, child);
    const connection = await createConnection({ socketPath: socket, user: 'root' });
    await connection.query("CREATE USER IF NOT EXISTS 'root'@'127.0.0.1' IDENTIFIED BY ''");
    await connection.query("GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION");
    await connection.end();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, what: `a private ${binary} on port ${port}`, stop };
}

function dockerAnswers(): boolean {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

async function startDockerServer(): Promise<TestServer> {
  const name = `customer360-test-${randomUUID()}`;
  const port = await freePort();
  const run = ['run', '--rm', '--detach', '--name', name, '--publish', `127.0.0.1:${port}:3306`];
  const options = ['--env', 'MYSQL_ALLOW_EMPTY_PASSWORD=1', '--env', 'MYSQL_ROOT_HOST=%', '--tmpfs', '/var/lib/mysql'];
  execFileSync('docker', [...run, ...options, 'mysql:8.4'], { stdio: 'ignore', timeout: 300_000 });
  await answers({ host: '127.0.0.1', port, user: 'root' });
  return {
    url: `mysql://root@127.0.0.1:${port}`,
    what: `mysql:8.4 in Docker on port ${port}`,
    stop: async () => {
      execFileSync('docker', ['stop', name], { stdio: 'ignore' });
    },
  };
}

async function answers(
  login: { socketPath?: string; host?: string; port?: number; user: string },
  child?: ChildProcess,
) {
  for (let attempt = 0; attempt < 240; attempt++) {
    if (child && child.exitCode !== null)
      throw new Error(`The private database server ended with ${child.exitCode} before it answered.`);
    try {
      const connection = await createConnection(login);
      await connection.end();
      return;
    } catch {
      await sleep(250);
    }
  }
  throw new Error('The database server for the tests did not answer within a minute.');
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}
