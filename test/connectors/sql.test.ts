import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { startTcpProxy } from '../faults/landscape/tcp-proxy.ts';
import { connectorContract, type Harness } from './contract.ts';

const server = process.env.TEST_MYSQL_URL;
const PASSWORD = 'legacy-Reader-7';
const WRONG = 'wrong-Secret-9';

connectorContract('sql, SQLite', { start: startSqlite, faults: ['unreachable'], secrets: [WRONG] });

// Without a server there is nothing to try: the run says so once, in its first lines.
if (server !== undefined) {
  connectorContract('sql, MySQL', {
    start: () => startMysql(server),
    faults: ['wrong-password', 'unreachable', 'hang'],
    secrets: [PASSWORD, WRONG],
  });
}

function connectTo(url: string, login: object = {}) {
  return connect({
    system: 'alt',
    settings: sourceSchema.parse({
      kind: 'sql',
      url,
      timeout: '300ms',
      ...login,
      pageSize: 3,
      streams: {
        things: {
          resource: 'things',
          key: 'id',
          cursor: { field: 'changed' },
          records: [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }],
        },
      },
    }),
  });
}

/** `2025-03-01T10:00:00.000000Z` as databases write it. */
function sqlTime(instant: string): string {
  return instant.replace('T', ' ').slice(0, -1);
}

async function startSqlite(): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'c360-sql-'));
  const file = join(folder, 'legacy.db');
  const database = new Database(file);
  database.exec('CREATE TABLE things (id TEXT PRIMARY KEY, changed TEXT, name TEXT, amount TEXT, big INTEGER)');
  const insert = database.prepare('INSERT OR REPLACE INTO things VALUES (?, ?, ?, ?, ?)');
  return {
    connect: (fault) => connectTo(`sqlite:${fault === 'unreachable' ? join(folder, 'missing.db') : file}`),
    async put(rows) {
      for (const { id, stamp, name, amount, big } of rows) insert.run(id, sqlTime(stamp), name, amount, BigInt(big));
    },
    async remove(id) {
      database.prepare('DELETE FROM things WHERE id = ?').run(id);
    },
    async clear() {
      database.exec('DELETE FROM things');
    },
    fail: () => undefined,
    async stop() {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function startMysql(uri: string): Promise<Harness> {
  const name = `c360_sql_${randomBytes(5).toString('hex')}`;
  const admin = await createConnection({ uri, multipleStatements: true });
  const blocker = await createConnection({ uri });
  await admin.query(
    `CREATE DATABASE ${name} CHARACTER SET utf8mb4; USE ${name};
    CREATE TABLE things (id VARCHAR(40) COLLATE utf8mb4_bin PRIMARY KEY, changed DATETIME(6), name VARCHAR(40), amount DECIMAL(19,4), big BIGINT, KEY (changed, id));
    CREATE USER IF NOT EXISTS '${name}'@'%' IDENTIFIED BY '${PASSWORD}'; GRANT SELECT ON ${name}.* TO '${name}'@'%'`,
  );
  await blocker.query(`USE ${name}`);
  const { hostname, port } = new URL(uri);
  return {
    connect: (fault) =>
      connectTo(`mysql://${hostname}:${fault === 'unreachable' ? 1 : port || 3306}/${name}`, {
        username: name,
        password: fault === 'wrong-password' ? WRONG : PASSWORD,
      }),
    async put(rows) {
      const values = rows.map(({ id, stamp, name: title, amount, big }) => [id, sqlTime(stamp), title, amount, big]);
      await admin.query('REPLACE INTO things VALUES ?', [values]);
    },
    async remove(id) {
      await admin.query('DELETE FROM things WHERE id = ?', [id]);
    },
    async clear() {
      await admin.query('DELETE FROM things');
    },
    /** A table locked by somebody else is how a database hangs. */
    fail(fault) {
      void blocker.query(fault === 'hang' ? 'LOCK TABLES things WRITE' : 'UNLOCK TABLES');
    },
    async stop() {
      await blocker.query('UNLOCK TABLES');
      await admin.query(`DROP DATABASE ${name}; DROP USER '${name}'@'%'`);
      await Promise.all([admin.end(), blocker.end()]);
    },
  };
}

const { skip } = describe;
(server === undefined ? skip : describe)('a database that hangs while it is being opened', () => {
  it('FAULTS 16: is opened anew when it is asked again, and can be closed', async () => {
    const { hostname, port } = new URL(server ?? '');
    const wire = await startTcpProxy({ host: hostname, port: Number(port || 3306) });
    const connector = connectTo(`mysql://root@127.0.0.1:${wire.port}/information_schema`, { timeout: '2s' });
    const signal = AbortSignal.timeout(60_000);
    wire.disturb([{ at: 1, times: 1, is: 'hang' }]);
    await expect(connector.now(signal)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    wire.disturb([]);
    expect(await connector.now(signal)).toMatch(/^\d{4}-/);
    wire.disturb([{ at: 0, times: 9, is: 'hang' }]);
    await connector.close();
    await wire.stop();
  });
});

describe('a database that hangs', () => {
  it('is left alone after it let the deadlines of its callers pass, as live reads have them', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const connector = connectTo(`mysql://root@127.0.0.1:${port}/information_schema`, { timeout: '20s' });
    const ends: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const error = await connector.readByKeys('things', ['1'], AbortSignal.timeout(40)).catch((reason) => reason);
      ends.push(error.code === 'SOURCE_BREAKER_OPEN' ? 'left alone' : error.name);
    }
    expect(ends).toEqual([...Array(4).fill('TimeoutError'), 'left alone']);
    server.close();
    await connector.close();
  });
});

describe('a SQLite file', () => {
  it('is read whichever way its text stamps are written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'c360-sql-'));
    const file = join(folder, 'legacy.db');
    const database = new Database(file);
    database.exec('CREATE TABLE things (id INTEGER PRIMARY KEY, changed TEXT, name TEXT)');
    const stamps = [
      '2025-03-01 10:00:00',
      '2025-03-01 10:00:00.5',
      '2025-03-01T10:00:01Z',
      '2025-03-01 10:00:01',
      '',
      null,
    ];
    for (const [id, stamp] of stamps.entries())
      database.prepare('INSERT INTO things VALUES (?, ?, ?)').run(id + 1, stamp, 'x');
    database.close();
    const connector = connectTo(`sqlite:${file}`);
    const keysSince = async (since: string) => {
      const keys: string[] = [];
      for await (const page of connector.pull('things', { since, resume: null }, AbortSignal.timeout(10_000))) {
        keys.push(...page.records.map(({ key }) => key));
      }
      return keys.sort().join('');
    };
    // 5 and 6 carry no stamp and are always read; 3 is written with a T, which sorts after all of its day.
    expect(await keysSince('2025-03-01T10:00:00.000000Z')).toBe('123456');
    expect(await keysSince('2025-03-01T10:00:00.500000Z')).toBe('23456');
    expect(await keysSince('2025-03-01T10:00:01.000000Z')).toBe('3456');
    await connector.close();
    rmSync(folder, { recursive: true });
  });

  it('is opened for reading only and never made', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'c360-sql-'));
    const connector = connectTo(`sqlite:${join(folder, 'not-there.db')}`);
    await expect(connector.now(AbortSignal.timeout(10_000))).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await connector.close();
    rmSync(folder, { recursive: true });
  });
});
