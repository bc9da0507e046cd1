import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cache } from '../../../cache/database/database.ts';
import { openCache } from '../../../cache/database/open-cache.ts';
import { databases, describeWithServer } from '../../setup/databases.ts';
import { createFakeSource, type FakeSource } from '../../sync-jobs/fake-source.ts';
import { type OrderStream, orderStream } from '../../sync-jobs/harness.ts';
import { fault } from '../fault.ts';
import { startTcpProxy, type TcpProxy, type Verdict } from '../landscape/tcp-proxy.ts';
import { createProcessImage, type Fate, type FateKind, fateKinds } from '../process-image.ts';

// Long on a busy machine: many passes, real processes.
jest.setTimeout(180_000);

interface Scene {
  source: FakeSource;
  stream: OrderStream;
}

/** What the whole of a pass may meet, at each of its statements. */
const failures = fateKinds.filter((kind) => kind.startsWith('ER_'));

describe.each(databases)('a process that ends or fails at any statement, into $name', (database) => {
  let cache: Cache;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  /** Nine parties with a name and an address each, in two pages. */
  function startScene(): Scene {
    count += 1;
    const source = createFakeSource({ pageSize: 5 });
    const records = [
      { entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'number' } },
      { entity: 'contactPoint', fields: { partyId: 'id', kind: { const: 'EMAIL' }, raw: 'number' } },
    ];
    // Without a lookback, which would heal much of what is looked for here.
    const stream = orderStream(source, cache, { system: `crash${count}`, lookback: '0ms', records });
    for (let key = 1; key <= 9; key += 1) source.put(`k${key}`, { number: `A-${key}` });
    return { source, stream };
  }

  /** One pass under a fate; whether it came to it. Its lease is free afterwards, as if its time had passed. */
  async function passUnder(fate: Fate, { stream }: Scene): Promise<boolean> {
    const process = createProcessImage({ cache, connector: stream.request.connector, fate });
    await stream.sync({ cache: process.cache, connector: process.connector });
    await cache.execute('UPDATE stream_states SET lease_expires_at = NULL WHERE `system` = ?', [stream.request.system]);
    return process.isOver();
  }

  /** Key → what the cache shows of it: of both rows, in order. */
  async function shown({ stream }: Scene): Promise<Record<string, string[]>> {
    const { system } = stream.request;
    const keys = await stream.store.keysOf({ system, stream: 'orders', after: null, first: 100 });
    const rows = await stream.store.canonicalRowsOf(keys.map(({ id }) => id));
    const found: Record<string, string[]> = {};
    for (const { key, entity, fields } of rows) {
      found[key] = [...(found[key] ?? []), `${entity} ${fields.displayName ?? fields.raw}`].sort();
    }
    return found;
  }

  function expected({ source }: Scene): Record<string, string[]> {
    return Object.fromEntries(
      [...source.truth.values()].map(({ key, data }) => [key, [`contactPoint ${data.number}`, `party ${data.number}`]]),
    );
  }

  async function unresolved({ stream }: Scene): Promise<number> {
    const rows = await cache.query(
      `SELECT p.id FROM parties p LEFT JOIN customer_links l ON l.party_id = p.id
       WHERE p.\`system\` = ? AND l.party_id IS NULL`,
      [stream.request.system],
    );
    return rows.length;
  }

  fault(
    1,
    'killed at any statement, a pass leaves a page with its checkpoint or neither, and the next goes on there',
    'atomic page',
    async () => {
      // All of them on SQLite, where that is quick; what a transaction is does not depend on it.
      const step = database.name === 'SQLite' ? 1 : 4;
      for (let at = 0; ; at += step) {
        const scene = startScene();
        const died = await passUnder({ on: 'statement', at, is: 'death' }, scene);
        const { pass, finished } = await scene.stream.checkpoint();
        const upTo = pass ? (pass.resume.split('|')[1] ?? '') : finished ? 'k9' : '';
        expect({
          at,
          last:
            Object.keys(await shown(scene))
              .sort()
              .at(-1) ?? '',
        }).toEqual({ at, last: upTo });

        await scene.stream.sync();
        expect({ at, shown: await shown(scene) }).toEqual({ at, shown: expected(scene) });
        expect({ at, unresolved: await unresolved(scene) }).toEqual({ at, unresolved: 0 });
        if (!died) break;
      }
    },
  );

  it('FAULTS 1: killed at any call to the source, a pass goes on where it was', async () => {
    for (let at = 0; ; at += 1) {
      const scene = startScene();
      const died = await passUnder({ on: 'call', at, is: 'death' }, scene);
      await scene.stream.sync();
      expect({ at, shown: await shown(scene) }).toEqual({ at, shown: expected(scene) });
      if (!died) break;
    }
  });

  /** A pass that fails in one way at its nth statement, and one after it. */
  async function failAt(at: number, is: FateKind): Promise<boolean> {
    const scene = startScene();
    const failed = await passUnder({ on: 'statement', at, is }, scene);
    await scene.stream.sync();
    expect({ at, is, shown: await shown(scene) }).toEqual({ at, is, shown: expected(scene) });
    expect({ at, is, unresolved: await unresolved(scene) }).toEqual({ at, is, unresolved: 0 });
    return failed;
  }

  for (const is of ['commit lost', 'commit unheard'] as const) {
    const what = is === 'commit lost' ? 'before the database heard of it' : 'before the hub heard that it was done';
    it(`FAULTS 2: a connection lost at any COMMIT, ${what}, loses nothing and does nothing twice`, async () => {
      for (let at = 0; await failAt(at, is); at += 7);
    });
  }

  fault(2, 'a COMMIT whose answer is lost is not taken for done', 'commit outcome', async () => {
    for (let at = 8; at < 40; at += 4) await failAt(at, 'commit lost');
  });

  it.each(failures)(
    'FAULTS 32: %s at any statement leaves no half page, and the next pass loses nothing',
    async (is) => {
      for (let at = 0; await failAt(at, is); at += 7);
    },
  );

  fault(32, 'a pass gets over a deadlock or a lock timeout by itself', 'conflict retry', async () => {
    for (const is of ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT'] as const) {
      const scene = startScene();
      const process = createProcessImage({
        cache,
        connector: scene.stream.request.connector,
        fate: { on: 'statement', at: 12, is },
      });
      expect(await scene.stream.sync({ cache: process.cache })).toMatchObject({ outcome: 'SUCCEEDED', changed: 9 });
      expect(process.isOver()).toBe(true);
    }
  });
});

describeWithServer('a real connection that is lost at COMMIT', () => {
  const database = databases.find(({ name }) => name === 'MySQL');
  let cache: Cache;
  let wire: TcpProxy;

  beforeAll(async () => {
    if (!database) throw new Error('Expected a server.');
    await database.open();
    const url = new URL(database.url);
    wire = await startTcpProxy({ host: url.hostname, port: Number(url.port || 3306) });
    url.hostname = '127.0.0.1';
    url.port = String(wire.port);
    cache = await openCache({ url: url.href, poolSize: 4 });
  });
  afterAll(async () => {
    await cache.close();
    await wire.stop();
    await database?.drop();
  });

  it.each<[string, Verdict]>([
    ['before the server has it', 'lost'],
    ['after the server has done it', 'unanswered'],
  ])('FAULTS 2: %s, the outcome is read again and nothing is lost or done twice', async (_when, verdict) => {
    for (const nth of [1, 2, 3, 4, 6]) {
      const source = createFakeSource({ pageSize: 4 });
      const stream = orderStream(source, cache, { system: `${verdict}${nth}` });
      for (let key = 1; key <= 12; key += 1) source.put(`k${key}`, { number: `A-${key}` });
      let commits = 0;
      wire.watch((sent) => {
        if (!sent.includes('COMMIT')) return 'pass';
        commits += 1;
        return commits === nth ? verdict : 'pass';
      });
      const hit = await stream.sync();
      wire.watch(null);
      if (nth > 1 && nth < 5) expect(hit).toMatchObject({ outcome: 'FAILED', error: { code: 'CACHE_UNREACHABLE' } });
      await cache.execute('UPDATE stream_states SET lease_expires_at = NULL');

      const next = await stream.sync();
      expect(next).toMatchObject({ outcome: 'SUCCEEDED' });
      expect({ nth, orders: await stream.orders() }).toEqual({ nth, orders: stream.truth() });
      expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', settled: 0 });
    }
  });
});
