import { register } from 'tsx/esm/api';

/**
 * Before all suites: a real MariaDB or MySQL, and the path of a Redis server. TEST_MYSQL_REQUIRED=1 and
 * TEST_REDIS_REQUIRED=1 (as CI sets them) make a missing server an error instead of a loud line.
 */
export default async function startServers() {
  // Jest loads this file as it is; the modules it needs are TypeScript.
  const unregister = register();
  const { startTestServer } = await import('./mysql-server.ts');
  const { findRedis } = await import('./redis-server.ts');
  await unregister();
  const server = await startTestServer(process.env);
  globalThis.stopTestServer = server.stop;
  // Jest calls no teardown when it is interrupted.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.stop().finally(() => process.exit(1)));
  if (server.url) {
    process.env.TEST_MYSQL_URL = server.url;
    process.stderr.write(`MySQL tests: on ${server.what}\n`);
  } else {
    process.stderr.write(
      '\n*** MySQL tests: SKIPPED. No TEST_MYSQL_URL, no mariadbd or mysqld, no Docker here: everything runs on SQLite only. ***\n' +
        '*** Install MariaDB (Debian: apt-get install mariadb-server) or set TEST_MYSQL_URL=mysql://root@127.0.0.1:3306 to run them. ***\n\n',
    );
    if (process.env.TEST_MYSQL_REQUIRED === '1') {
      throw new Error('TEST_MYSQL_REQUIRED=1: the MySQL tests must run here.');
    }
  }
  const redis = findRedis(process.env);
  if (redis) process.env.TEST_REDIS_SERVER = redis;
  else {
    process.stderr.write(
      '\n*** Redis tests: SKIPPED. No redis-server on the PATH (Debian: apt-get install redis-server). ***\n\n',
    );
    if (process.env.TEST_REDIS_REQUIRED === '1') {
      await server.stop();
      throw new Error('TEST_REDIS_REQUIRED=1: the Redis tests must run here.');
    }
  }
}
