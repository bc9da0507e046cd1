import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import type { Cache } from '../../cache/database/database.ts';
import { inspectCache, openCache } from '../../cache/database/open-cache.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { databases } from '../setup/databases.ts';
import { hasOwnServer, startOwnServer, type TestServer } from '../setup/mysql-server.ts';
import { createFakeSource } from '../sync-jobs/fake-source.ts';
import { type OrderStream, orderStream } from '../sync-jobs/harness.ts';
import { fault } from './fault.ts';

jest.setTimeout(120_000);

const SMALL = 1_048_576;
const records = [
  { entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'number', email: 'email' } },
  {
    entity: 'interaction',
    fields: { channel: { const: 'EMAIL' }, occurredAt: { const: '2026-03-01T08:00:00Z' }, summary: 'note' },
  },
  { entity: 'order', fields: { status: { const: 'CONFIRMED' }, orderNumber: 'number' } },
];

const withOwnServer = hasOwnServer() ? describe : describe.skip;

/** Holds this thread still, as a long computation does: nothing of the network is heard meanwhile. */
function blockFor(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

withOwnServer('a cache server with a small max_allowed_packet and a short wait_timeout', () => {
  let server: TestServer;
  let url: string;
  let cache: Cache;
  let at = 0;

  beforeAll(async () => {
    const started = await startOwnServer([
      `--max-allowed-packet=${SMALL}`,
      '--wait-timeout=3',
      '--character-set-server=latin1',
      '--skip-character-set-client-handshake',
    ]);
    if (!started) throw new Error('Expected a private server.');
    server = started;
    url = await newDatabase('cache');
    cache = await openCache({ url, poolSize: 4 });
  });
  afterAll(async () => {
    await cache?.close();
    await server?.stop();
  });

  async function admin(...statements: string[]): Promise<void> {
    const connection = await createConnection(String(server.url));
    try {
      for (const statement of statements) await connection.query(statement);
    } finally {
      await connection.end();
    }
  }

  async function newDatabase(name: string): Promise<string> {
    await admin(`CREATE DATABASE ${name}`);
    return `${server.url}/${name}`;
  }

  /** A login with these rights on the database `name`, and the address it opens it by. */
  async function login(name: string, rights: string): Promise<string> {
    const user = `u${randomBytes(4).toString('hex')}`;
    await admin(`CREATE USER '${user}'@'127.0.0.1' IDENTIFIED BY 'secret'`);
    if (rights) await admin(`GRANT ${rights} ON ${name}.* TO '${user}'@'127.0.0.1'`);
    const address = new URL(`${server.url}/${name}`);
    address.username = user;
    address.password = 'secret';
    return address.href;
  }

  const quarantined = async (system: string) =>
    Object.fromEntries(
      (await createQuarantineStore(cache).list({ system, first: 100 })).map(({ key, message }) => [key, message]),
    );

  function largeRecords(): OrderStream {
    at += 1;
    const source = createFakeSource({ pageSize: 60 });
    const note = (text: string, length: number) => text.repeat(Math.ceil(length / text.length)).slice(0, length);
    // Quotes take two bytes in a statement, emoji four: each page is of several packets.
    for (let key = 1; key <= 50; key += 1) {
      source.put(`k${key}`, { number: `A-${key}`, email: `k${key}@example.com`, note: note('say "ä" 😀 ', 60_000) });
    }
    return orderStream(source, cache, { system: `large${at}`, records });
  }

  fault(54, 'pages larger than a packet of the server are written', 'bounded statements', async () => {
    const stream = largeRecords();
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', changed: 50, quarantined: 0 });
    const rows = await cache.query('SELECT source_key AS k, order_number AS n FROM orders WHERE `system` = ?', [
      stream.request.system,
    ]);
    expect(Object.fromEntries(rows.map(({ k, n }) => [k, n]))).toEqual(stream.truth());
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
  });

  fault(54, 'a record larger than a packet is put aside alone', 'bounded statements', async () => {
    at += 1;
    const source = createFakeSource({ pageSize: 10 });
    const system = `one${at}`;
    const stream = orderStream(source, cache, { system, records });
    for (const key of ['a', 'b', 'c', 'd']) source.put(key, { number: key, email: `${key}@example.com`, note: key });
    source.put('plain', { number: 'plain', note: 'x'.repeat(1_100_000) });
    source.put('quotes', { number: 'quotes', note: '"'.repeat(400_000) });
    source.put('emoji', { number: 'emoji', note: '😀'.repeat(270_000) });
    source.put('fits', { number: 'fits', note: 'x'.repeat(900_000) });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', changed: 5, quarantined: 3 });
    expect(Object.keys(await stream.orders())).toEqual(['a', 'b', 'c', 'd', 'fits']);
    const reason = expect.stringMatching(/max_allowed_packet of 1048576, got \d+ bytes\. Raise max_allowed_packet/);
    expect(await quarantined(system)).toEqual({ plain: reason, quotes: reason, emoji: reason });

    // what fits again comes out of it
    source.put('plain', { number: 'plain', note: 'short' }, source.clock.tick());
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(Object.keys(await quarantined(system)).sort()).toEqual(['emoji', 'quotes']);
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
  });

  fault(54, 'a connection that the server closed is replaced without a failed pass', 'live connections', async () => {
    at += 1;
    const source = createFakeSource({ pageSize: 6 });
    const stream = orderStream(source, cache, { system: `rested${at}` });
    for (let key = 1; key <= 12; key += 1) source.put(`k${key}`, { number: `A-${key}` });
    source.faults.page = () => blockFor(4_500);
    let outcome: string;
    try {
      outcome = (await stream.sync()).outcome;
    } catch (error) {
      outcome = String(error);
    }
    source.faults.page = undefined;
    expect(outcome).toBe('SUCCEEDED');
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('a transaction that rested too long is done again as a whole', async () => {
    let tries = 0;
    await cache.transaction(async (sql) => {
      tries += 1;
      await sql.execute("INSERT INTO identity_unjudged (party_id) VALUES ('rested')");
      if (tries === 1) blockFor(4_500);
    });
    expect(tries).toBe(2);
    expect(await cache.query("SELECT party_id FROM identity_unjudged WHERE party_id = 'rested'")).toHaveLength(1);
  });

  it('keeps texts whole on a server that takes no notice of the character set it is asked for', async () => {
    const source = createFakeSource();
    const stream = orderStream(source, cache, { system: 'characters' });
    source.put('ß😀', { number: 'Größe 漢字 😀' });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(await stream.orders()).toEqual({ 'ß😀': 'Größe 漢字 😀' });
    const [row] = await cache.query("SELECT HEX(order_number) AS bytes FROM orders WHERE `system` = 'characters'");
    expect(row?.bytes).toBe(Buffer.from('Größe 漢字 😀').toString('hex').toUpperCase());
  });

  it('says of a single statement that is too large how large it is, and what to raise', async () => {
    const refused = cache.execute('INSERT INTO identity_models (parameters) VALUES (?)', ['x'.repeat(2_000_000)]);
    await expect(refused).rejects.toMatchObject({
      code: 'CACHE_STATEMENT_TOO_LARGE',
      message: expect.stringMatching(/at most 1048576 bytes.*got one of 2000\d+ bytes.*Raise max_allowed_packet/),
    });
    expect(await cache.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('FAULTS 54: check says what the settings do not allow, and still ends well', async () => {
    const warnings: string[] = [];
    await (await openCache({ url, poolSize: 4, onWarning: (text) => warnings.push(text) })).close();
    expect(warnings).toEqual([
      expect.stringMatching(/max_allowed_packet is 1 MB.*quarantine.*max_allowed_packet=16M/),
      expect.stringMatching(/wait_timeout is 3 seconds.*wait_timeout=600/),
    ]);
    const probes = await inspectCache({ url, poolSize: 4 });
    expect(Object.fromEntries(probes.map(({ probe, is }) => [probe, is]))).toEqual({
      open: 'ok',
      max_allowed_packet: 'warning',
      wait_timeout: 'warning',
      tables: 'ok',
      rows: 'ok',
    });
  });

  it('FAULTS 54: without the right to make tables it says so at start, and check does', async () => {
    await newDatabase('fresh');
    const poor = await login('fresh', 'SELECT, INSERT, UPDATE, DELETE');
    const expected = /(CREATE|ALTER) command denied.*GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP/;
    await expect(openCache({ url: poor, poolSize: 1 })).rejects.toMatchObject({
      code: 'CACHE_UNUSABLE',
      message: expect.stringMatching(expected),
    });
    const probes = await inspectCache({ url: poor, poolSize: 1 });
    expect(probes).toContainEqual({ probe: 'tables', is: 'failed', detail: expect.stringMatching(expected) });

    // a login with the rights that the message names makes the tables; then the first is enough
    const rights = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP';
    await (await openCache({ url: await login('fresh', rights), poolSize: 1 })).close();
    await (await openCache({ url: poor, poolSize: 1 })).close();
    expect((await inspectCache({ url: poor, poolSize: 1 })).filter(({ is }) => is === 'failed')).toEqual([]);
  });

  it('says which right is missing where rows may only be read', async () => {
    const reader = await login('cache', 'SELECT');
    const readonly = await openCache({ url: reader, poolSize: 1 });
    try {
      const refused = readonly.execute('DELETE FROM identity_unjudged');
      await expect(refused).rejects.toMatchObject({ code: 'CACHE_UNUSABLE' });
    } finally {
      await readonly.close();
    }
    const probes = await inspectCache({ url: reader, poolSize: 1 });
    expect(probes).toContainEqual({
      probe: 'rows',
      is: 'failed',
      detail: expect.stringMatching(/INSERT command denied.*GRANT/),
    });
    const nobody = await login('cache', '');
    expect(await inspectCache({ url: nobody, poolSize: 1 })).toEqual([
      { probe: 'open', is: 'failed', detail: expect.stringMatching(/Access denied.*GRANT/) },
    ]);
  });

  it('says so where the server is read only, and no longer when it is not', async () => {
    const rights = 'ALL';
    const plain = await login('cache', rights);
    await admin('SET GLOBAL read_only = 1');
    try {
      const probes = await inspectCache({ url: plain, poolSize: 1 });
      expect(probes.filter(({ is }) => is === 'failed').map(({ probe }) => probe)).toEqual(['read_only', 'rows']);
      await newDatabase('other');
      const fresh = await login('other', rights);
      await expect(openCache({ url: fresh, poolSize: 1 })).rejects.toMatchObject({ code: 'CACHE_NOT_WRITABLE' });
    } finally {
      await admin('SET GLOBAL read_only = 0');
    }
    expect((await inspectCache({ url: plain, poolSize: 1 })).filter(({ is }) => is === 'failed')).toEqual([]);
  });

  it('refuses a packet in which ordinary records do not fit, at start and in check', async () => {
    await admin('SET GLOBAL max_allowed_packet = 65536');
    try {
      await expect(openCache({ url, poolSize: 1 })).rejects.toMatchObject({
        code: 'CACHE_UNUSABLE',
        message: expect.stringMatching(/at least 256 KB.*got 64 KB.*max_allowed_packet=16M/),
      });
      const probes = await inspectCache({ url, poolSize: 1 });
      expect(probes).toContainEqual(expect.objectContaining({ probe: 'max_allowed_packet', is: 'failed' }));
    } finally {
      await admin(`SET GLOBAL max_allowed_packet = ${SMALL}`);
    }
  });
});

describe('a cache in a file that cannot be used', () => {
  const folder = mkdtempSync(join(tmpdir(), 'c360-inspect-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['a folder that is not there', `sqlite:${join(folder, 'nowhere', 'cache.db')}`],
    ['a file that is no database', `sqlite:${join(folder, 'text.db')}`],
  ])('FAULTS 54: check says what is wrong with %s', async (_what, url) => {
    writeFileSync(join(folder, 'text.db'), 'a text and no database, long enough to be seen as one. '.repeat(99));
    expect(await inspectCache({ url, poolSize: 1 })).toEqual([
      { probe: 'open', is: 'failed', detail: expect.stringMatching(/CACHE_UNREACHABLE.*Check database\.url/) },
    ]);
  });

  it('makes no file for one that is not there yet', async () => {
    const file = join(folder, 'new.db');
    expect(await inspectCache({ url: `sqlite:${file}`, poolSize: 1 })).toMatchObject([{ is: 'ok' }]);
    await (await openCache({ url: `sqlite:${file}`, poolSize: 1 })).close();
    expect(await inspectCache({ url: `sqlite:${file}`, poolSize: 1 })).toMatchObject([
      { is: 'ok', detail: expect.stringContaining('tables up to date') },
    ]);
  });
});

describe.each(databases)('checking the cache on $name', (database) => {
  afterAll(() => database.drop());

  it('finds nothing wrong with it, and leaves it as it was', async () => {
    const cache = await database.open();
    const probes = await inspectCache({ url: database.url, poolSize: 4 });
    expect(probes.filter(({ is }) => is === 'failed')).toEqual([]);
    expect(await cache.query('SELECT party_id FROM identity_unjudged')).toEqual([]);
  });
});
