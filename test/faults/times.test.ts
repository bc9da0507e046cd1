import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { kindsOfSource } from './kinds-of-source.ts';
import { streamUnderTest } from './stream-under-test.ts';
import { withoutDefence } from './without-defence.ts';

/** Wall clocks of Berlin, and what becomes of them; undefined: the record is put aside. */
const moments: [string, string | null | undefined][] = [
  ['2025-03-30 01:59:59', '2025-03-30T00:59:59.000000Z'],
  ['2025-03-30 02:30:00', undefined],
  ['2025-03-30 03:00:00', '2025-03-30T01:00:00.000000Z'],
  ['2025-10-26 02:30:00', '2025-10-26T00:30:00.000000Z'],
  ['2025-10-26 03:00:00', '2025-10-26T02:00:00.000000Z'],
  ['0000-00-00 00:00:00', null],
  ['9999-12-31 23:59:59', '9999-12-31T22:59:59.000000Z'],
  ['2025-02-30 12:00:00', undefined],
];

const rows = moments.map(([at], index) => ({ id: String(index + 1), at }));
const fields = { channel: { const: 'EMAIL' }, occurredAt: { path: 'at', zone: 'Europe/Berlin' } };

describe.each(databases)(
  'FAULTS 27: hours that are skipped or come twice, zero dates and the year 9999, into $name',
  (database) => {
    let cache: Cache;
    beforeAll(async () => {
      cache = await database.open();
    });
    afterAll(() => database.drop());

    async function instantsOf(kind: string, options: object = {}) {
      const source = await kindsOfSource[kind]?.({ numbers: [], rows });
      if (!source) throw new Error(`Expected a kind of source, got ${kind}.`);
      const system = `${kind}${JSON.stringify(options).length}`;
      const stream = streamUnderTest(
        cache,
        system,
        source.settings({ records: [{ entity: 'interaction', fields }], quarantineThreshold: 1, ...options }),
      );
      try {
        await stream.sync();
        const quarantined = await stream.quarantined();
        const instants = Object.entries(await stream.rows()).map(([key, { occurredAt }]): [string, unknown] => [
          key,
          occurredAt,
        ]);
        return { instants: Object.fromEntries(instants), quarantined };
      } finally {
        await stream.connector.close();
        await source.stop();
      }
    }

    const expected = Object.fromEntries(
      moments.flatMap(([, instant], index) => (instant === undefined ? [] : [[String(index + 1), instant]])),
    );

    it.each(Object.keys(kindsOfSource))('are each a defined instant or in quarantine, from %s', async (kind) => {
      expect(await instantsOf(kind)).toEqual({
        instants: expected,
        quarantined: {
          2: expect.stringContaining('a time that exists in Europe/Berlin'),
          8: expect.stringContaining('expected a date or time'),
        },
      });
    });

    it('are no change stamps either, where they are none: the record is put aside, and not read as one that never changed', async () => {
      const cursor = { field: 'at', zone: 'Europe/Berlin' };
      const { quarantined } = await instantsOf('rest', { cursor });
      expect(quarantined).toMatchObject({
        2: expect.stringContaining('cursor: '),
        8: expect.stringContaining('cursor: '),
      });
    });

    it('goes red without: existing times', async () => {
      const { instants } = await withoutDefence('existing times', () => instantsOf('csv', { pageSize: 50 }));
      expect(instants).not.toEqual(expected);
    });
  },
);
