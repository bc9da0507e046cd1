import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { startTestServer } from './setup/mysql-server.ts';
import { findRedis } from './setup/redis-server.ts';

/**
 * `npm test`: jest over all suites, on SQLite and on a real MariaDB/MySQL. Arguments go to jest.
 * TEST_MYSQL_REQUIRED=1 and TEST_REDIS_REQUIRED=1 (as CI sets them) make a missing server an error instead of a loud
 * line.
 */
const server = await startTestServer(process.env);
if (server.url) {
  process.stderr.write(`MySQL tests: on ${server.what}\n`);
} else {
  process.stderr.write(
    '\n*** MySQL tests: SKIPPED. No TEST_MYSQL_URL, no mariadbd or mysqld, no Docker here: everything runs on SQLite only. ***\n' +
      '*** Install MariaDB (Debian: apt-get install mariadb-server) or set TEST_MYSQL_URL=mysql://root@127.0.0.1:3306 to run them. ***\n\n',
  );
  if (process.env.TEST_MYSQL_REQUIRED === '1') {
    process.stderr.write('TEST_MYSQL_REQUIRED=1: stopping, because the MySQL tests must run here.\n');
    process.exit(1);
  }
}

const redis = findRedis(process.env);
if (!redis) {
  process.stderr.write(
    '\n*** Redis tests: SKIPPED. No redis-server on the PATH (Debian: apt-get install redis-server). ***\n\n',
  );
  if (process.env.TEST_REDIS_REQUIRED === '1') {
    process.stderr.write('TEST_REDIS_REQUIRED=1: stopping, because the Redis tests must run here.\n');
    await server.stop();
    process.exit(1);
  }
}

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const { TEST_MYSQL_URL: _, ...environment } = process.env;
const child = spawn(process.execPath, ['--experimental-vm-modules', '--no-warnings', jest, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...environment,
    ...(server.url && { TEST_MYSQL_URL: server.url }),
    ...(redis && { TEST_REDIS_SERVER: redis }),
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const exitCode = await new Promise<number>((resolve) => {
  child.on('exit', (code) => resolve(code ?? 1));
});
await server.stop();
process.exit(exitCode);
