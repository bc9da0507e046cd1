import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
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

  async function read(kind: string, system = kind, table = rows, settings = {}) {
    const source = await kindsOfSource[kind]?.({ numbers: [], rows: table });
    if (!source) throw new Error(`Expected a kind of source, got ${kind}.`);
    const stream = streamUnderTest(cache, system, { ...source.settings({ records }), ...settings });
    try {
      const { outcome } = await stream.sync();
      const raws = (await createQuarantineStore(cache).list({ system, first: 10 })).map(({ raw }) => JSON.parse(raw));
      const keys = Object.keys(await stream.rows()).sort();
      return { outcome, keys, quarantined: await stream.quarantined(), raws };
    } finally {
      await stream.connector.close();
      await source.stop();
    }
  }

  // A MySQL source's text column is too short for one, and Tryton's answers are made as OData's are.
  it.each(['rest', 'odata-v4', 'sqlite', 'graphql', 'csv', 'jsonl'])(
    'is put aside, and its page is not lost: %s',
    async (kind) => {
      const { outcome, keys, quarantined, raws } = await read(kind);
      expect({ outcome, keys }).toEqual({ outcome: 'SUCCEEDED', keys: ['1', '3'] });
      expect(Object.values(quarantined)).toEqual([
        expect.stringMatching(/a record of at most 3000000 bytes, got one of 30000\d\d$/),
      ]);
      expect(Object.keys(quarantined)).toEqual([kind === 'csv' ? 'things.csv:3' : '2']);
      expectBeginning(raws, 65_536);
    },
  );

  it.each(Object.keys(kindsOfSource))('may have a lower limit: %s', async (kind) => {
    const table = rows.map((row) => ({ ...row, note: row.id === '2' ? 'é'.repeat(110) : '' }));
    const { outcome, keys, quarantined, raws } = await read(kind, `${kind}-low`, bulky(table), {
      maxRecordBytes: 1_000,
    });
    expect({ outcome, keys }).toEqual({ outcome: 'SUCCEEDED', keys: ['1', '3'] });
    expect(Object.values(quarantined)).toEqual([expect.stringMatching(/a record of at most 1000 bytes, got one of/)]);
    expectBeginning(raws, 2_000);
  });

  /** A row in several columns, since those of some sources are short. */
  function bulky(table: typeof rows): typeof rows {
    return table.map((row) => ({ ...row, more: row.note, most: row.note, last: row.note, end: row.note }));
  }

  function expectBeginning(raws: Record<string, string>[], longest: number): void {
    const [{ text = '', ...raw } = {}] = raws;
    expect(raw).toMatchObject({
      bytes: expect.stringMatching(/^\d+$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(text.length).toBeGreaterThan(100);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(longest);
  }

  it('goes red without: longest record', async () => {
    const { outcome, keys } = await withoutDefence('longest record', () => read('rest', 'rest-bare'));
    expect({ outcome, keys }).not.toEqual({ outcome: 'SUCCEEDED', keys: ['1', '3'] });
  });
});
