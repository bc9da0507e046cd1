import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache, Sql } from '../../cache/cache.ts';
import { HubError } from '../../config/errors.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { orderStream, randomOf } from './harness.ts';

/** A cache whose process dies at its nth statement inside a transaction: that one and all after it fail. */
function dyingAt(cache: Cache, nth: number): { cache: Cache; died(): boolean } {
  let left = nth;
  const breathe = () => {
    left -= 1;
    if (left < 0) throw new Error('The process died here.');
  };
  const mortal = (sql: Sql): Sql => ({
    dialect: sql.dialect,
    async query(...statement) {
      breathe();
      return await sql.query(...statement);
    },
    async execute(...statement) {
      breathe();
      return await sql.execute(...statement);
    },
  });
  return {
    died: () => left < 0,
    cache: { ...cache, transaction: (work) => cache.transaction((sql) => work(mortal(sql))) },
  };
}

describe.each(databases)('on $name', (database) => {
  let cache: Cache;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  it('a crash at any statement leaves a page with its checkpoint or neither, and the next pass loses nothing (fault 1)', async () => {
    for (let nth = 0; ; nth += 1) {
      const source = createFakeSource({ pageSize: 4 });
      const stream = orderStream(source, cache, { system: `crash${nth}` });
      for (let key = 1; key <= 12; key += 1) source.put(`k${String(key).padStart(2, '0')}`, { number: `A-${key}` });
      const dying = dyingAt(cache, nth);
      await stream.sync({ cache: dying.cache });

      const { pass, finished } = await stream.checkpoint();
      const kept = Object.keys(await stream.orders());
      const upTo = pass ? (pass.resume.split('|')[1] ?? '') : finished ? 'k12' : '';
      expect({ nth, kept: kept.at(-1) ?? '' }).toEqual({ nth, kept: upTo });

      await stream.sync();
      expect({ nth, orders: await stream.orders() }).toEqual({ nth, orders: stream.truth() });
      if (!dying.died()) break;
    }
  }, 120_000);

  it.each([11, 42, 1999])(
    'after random edits, faults and crashes, once quiet, the cache equals the source (seed %i)',
    async (seed) => {
      const random = randomOf(seed);
      const source = createFakeSource({ pageSize: 3 + Math.floor(random() * 5) });
      const stream = orderStream(source, cache, { system: `random${seed}` });
      for (let step = 0; step < 40; step += 1) {
        for (let edits = random() * 8; edits > 0; edits -= 1) editAtRandom(source, random);
        source.faults = random() < 0.3 ? faultAtRandom(source, random) : {};
        const dying = dyingAt(cache, random() < 0.3 ? Math.floor(random() * 25) : Number.POSITIVE_INFINITY);
        const stop = new AbortController();
        const onProgress = () => void (random() < 0.1 && stop.abort());
        const job = { cache: dying.cache, signal: stop.signal };
        if (random() < 0.2) await stream.reconcile({ ...job });
        else await stream.sync({ ...job, onProgress, full: random() < 0.1 });
      }
      source.faults = {};
      await stream.sync();
      await stream.sync();
      await stream.reconcile();
      expect(await stream.orders()).toEqual(stream.truth());
      expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', settled: 0 });
    },
  );
});

/** Inserts, updates, deletes and late commits; a quarter of the changes share one timestamp with the one before. */
function editAtRandom(source: FakeSource, random: () => number): void {
  const key = `k${Math.floor(random() * 40)}`;
  if (random() < 0.15) {
    source.remove(key);
    return;
  }
  const late = random() < 0.1 ? -60_000 * random() : 0;
  const now = random() < 0.25 ? source.clock.now : source.clock.tick(1 + Math.floor(random() * 30_000));
  const version = late === 0 ? now : new Date(Date.parse(now) + late).toISOString().replace('Z', '000Z');
  const known = source.truth.get(key)?.version;
  // A source does not stamp a change of a record earlier than the change before it.
  source.put(key, { number: `${key}-${Math.floor(random() * 1_000_000)}` }, known && known > version ? now : version);
}

function faultAtRandom(source: FakeSource, random: () => number): FakeSource['faults'] {
  const at = Math.floor(random() * 4);
  const error = new HubError('SOURCE_UNREACHABLE', 'Connection reset.');
  return {
    page: (index) => {
      if (index === at && random() < 0.5) throw error;
      if (index === at) editAtRandom(source, random);
    },
    ...(random() < 0.3 ? { scanned: [...source.truth.keys()].filter(() => random() < 0.8) } : {}),
    ...(random() < 0.2
      ? {
          readByKeys: () => {
            throw error;
          },
        }
      : {}),
  };
}
