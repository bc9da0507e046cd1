import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { type FactTable, kindsOfSource } from './kinds-of-source.ts';
import { type StreamUnderTest, streamUnderTest } from './stream-under-test.ts';
import { withoutDefence } from './without-defence.ts';

/** What databases and people take for the same, and sources do not. */
const KEYS = ['a', 'A', 'ß', 'ss', 'SS', 'x', 'x ', 'é', 'e', 'e\u0301', '😀', '😁', '한글', '00123', '123'];
const GONE = ['A', 'SS', 'x ', 'é', '😁', '00123'];
const STAY = KEYS.filter((key) => !GONE.includes(key));

const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];
const tableOf = (keys: readonly string[], collation?: string): FactTable => ({
  numbers: [],
  rows: keys.map((id) => ({ id, name: `the name of ${id}` })),
  ...(collation ? { collation } : {}),
});
const truthOf = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, `the name of ${key}`]));

/** Tryton's keys are numbers. */
const sources: [string, string, string | undefined][] = Object.keys(kindsOfSource)
  .filter((kind) => kind !== 'tryton')
  .map((kind): [string, string, string | undefined] => [kind, kind, undefined]);
if (kindsOfSource.mysql) {
  sources.push(['mysql in a collation that sees no case', 'mysql', 'utf8mb4_general_ci']);
  sources.push(['mysql in a collation that sees no accents', 'mysql', 'utf8mb4_unicode_ci']);
}

describe.each(databases)(
  'FAULTS 28: keys that differ in case, accents, a trailing space or an emoji, into $name',
  (database) => {
    let cache: Cache;

    beforeAll(async () => {
      cache = await database.open();
    });
    afterAll(() => database.drop());

    const names = async (stream: StreamUnderTest) =>
      Object.fromEntries(Object.entries(await stream.rows()).map(([key, { displayName }]) => [key, displayName]));

    async function withKeys(
      [system, kind, collation]: (typeof sources)[number],
      keys: readonly string[],
      work: (stream: StreamUnderTest) => Promise<void>,
    ) {
      const source = await kindsOfSource[kind]?.(tableOf(keys, collation));
      if (!source) throw new Error(`Expected a kind of source, got ${kind}.`);
      const stream = streamUnderTest(
        cache,
        system.replaceAll(' ', '-').slice(-32),
        source.settings({ records, pageSize: 2 }),
      );
      try {
        await work(stream);
      } finally {
        await stream.connector.close();
        await source.stop();
      }
    }

    it.each(sources)('stay distinct from %s: read, found by key, compared, deleted', async (...source) => {
      await withKeys(source, KEYS, async (stream) => {
        expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
        expect(await names(stream)).toEqual(truthOf(KEYS));
        expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
        const found = await stream.connector.readByKeys('things', GONE, new AbortController().signal);
        expect(found.map(({ key }) => key).sort()).toEqual([...GONE].sort());
      });
      await withKeys(source, STAY, async (stream) => {
        expect(await stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: GONE.length });
        expect(await names(stream)).toEqual(truthOf(STAY));
        expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
      });
    });

    for (const source of sources.filter(([, , collation]) => collation !== undefined)) {
      it(`goes red without: equal keys, ${source[0]}`, async () => {
        await withKeys([`${source[0]} bare`, source[1], source[2]], KEYS, async (stream) => {
          // Read twice, short both times: the database has counted its rows.
          expect(await withoutDefence('equal keys', () => stream.sync())).toMatchObject({
            outcome: 'FAILED',
            error: { code: 'SOURCE_INCOMPLETE', message: expect.stringMatching(/the 15 records .* got \d+\./) },
          });
          expect(await names(stream)).not.toEqual(truthOf(KEYS));
        });
      });
    }
  },
);
