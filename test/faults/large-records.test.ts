import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/cache.ts';
import { databases } from '../setup/databases.ts';
import { kindsOfSource } from './kinds-of-source.ts';
import { streamUnderTest } from './stream-under-test.ts';
import { withoutDefence } from './without-defence.ts';

const rows = [
  { id: '1', name: 'Ada', note: '' },
  { id: '2', name: 'Bob', note: 'x'.repeat(3_000_001) },
  { id: '3', name: 'Cem', note: '' },
];
const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];

describe.each(databases)('FAULTS 29: a record larger than the cache keeps, into $name', (database) => {
  let cache: Cache;
  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  async function read(kind: string, system = kind) {
    const source = await kindsOfSource[kind]?.({ numbers: [], rows });
    if (!source) throw new Error(`Expected a kind of source, got ${kind}.`);
    const stream = streamUnderTest(cache, system, source.settings({ records }));
    try {
      const { outcome } = await stream.sync();
      return { outcome, keys: Object.keys(await stream.rows()).sort(), quarantined: await stream.quarantined() };
    } finally {
      await stream.connector.close();
      await source.stop();
    }
  }

  // A MySQL source's text column is too short for one, and Tryton's answers are made as OData's are.
  it.each(['rest', 'odata-v4', 'sqlite', 'csv', 'jsonl'])(
    'is put aside, and its page is not lost: %s',
    async (kind) => {
      const { outcome, keys, quarantined } = await read(kind);
      expect({ outcome, keys }).toEqual({ outcome: 'SUCCEEDED', keys: ['1', '3'] });
      expect(Object.values(quarantined)).toEqual([expect.stringMatching(/a record of at most 3000000/)]);
    },
  );

  it('goes red without: longest record', async () => {
    const { outcome, keys } = await withoutDefence('longest record', () => read('rest', 'rest-bare'));
    expect({ outcome, keys }).not.toEqual({ outcome: 'SUCCEEDED', keys: ['1', '3'] });
  });
});
