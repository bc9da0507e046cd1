import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import type { Loopback } from '../connectors/loopback.ts';
import { ODATA_LOGIN, startOdataServer } from '../connectors/odata-server.ts';
import { databases } from '../setup/databases.ts';
import { fault } from './fault.ts';
import { type StreamUnderTest, streamUnderTest } from './stream-under-test.ts';

/** Seven records within a second; the source filters and orders by the millisecond. */
const rows = [100, 300, 550, 600, 700, 800, 900].map((ms, n) => ({
  Id: `K${6 - n}`,
  Name: `name ${n}`,
  Changed: `2025-01-01T10:00:00.${ms}Z`,
}));

/** How it shows its stamps: to the second. */
const shown = {
  'rounded up': () => '"2025-01-01T10:00:01Z"',
  'cut off': () => '"2025-01-01T10:00:00Z"',
  'as they are': JSON.stringify,
};

describe.each(databases)('a source that shows stamps rounder than it filters by them, on $name', (database) => {
  let cache: Cache;
  let server: Loopback;
  let stream: StreamUnderTest;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  afterEach(async () => {
    await stream.connector.close();
    await server.stop();
  });

  async function open(how: keyof typeof shown, settings: object = {}) {
    await stream?.connector.close();
    await server?.stop();
    count += 1;
    const stamp = { edm: 'Edm.DateTimeOffset', nullable: false, write: shown[how] };
    const properties = { Id: { edm: 'Edm.String', nullable: false }, Name: { edm: 'Edm.String' }, Changed: stamp };
    const set = { key: ['Id'], properties, entities: () => rows };
    server = await startOdataServer({ version: 4, sets: { Things: set }, tokens: 'places' });
    const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'Name' } }];
    stream = streamUnderTest(cache, `erp${count}`, {
      kind: 'odata',
      url: `${server.origin}/odata/`,
      auth: { type: 'basic', ...ODATA_LOGIN },
      pageSize: 3,
      streams: { things: { resource: 'Things', key: 'Id', cursor: { field: 'Changed' }, records, ...settings } },
    });
  }

  const held = async () => Object.keys(await stream.rows()).length;
  const checked = async () => (await stream.connector.check(new AbortController().signal)).at(-1);

  fault(49, 'stamps that are rounded up fail the pass instead of losing records', 'exact stamps', async () => {
    await open('rounded up', { count: 'off' });
    expect(await stream.sync()).toMatchObject({
      outcome: 'FAILED',
      error: { code: 'SOURCE_PROTOCOL', message: expect.stringContaining('paging: links') },
    });
    expect(await stream.verify()).not.toMatchObject({ outcome: 'EQUAL' });
  });

  it('FAULTS 49: where the source counts, the count tells what is missing', async () => {
    await open('rounded up');
    expect(await stream.sync()).toMatchObject({
      outcome: 'FAILED',
      error: { code: 'SOURCE_INCOMPLETE', message: expect.stringMatching(/the 7 records .* got [1-6]\./) },
    });
  });

  it('FAULTS 49: none is lost by links, as the error advises', async () => {
    await open('rounded up', { paging: 'links' });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(await held()).toBe(7);
  });

  it.each(['on', 'off'])('FAULTS 49: none is lost where stamps are cut off, count: %s', async (counting) => {
    await open('cut off', { count: counting });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(await held()).toBe(7);
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
  });

  it('is found out by check', async () => {
    await open('rounded up');
    expect(await checked()).toMatchObject({ probe: 'things: stamp', ok: false });
    await open('cut off');
    expect(await checked()).toMatchObject({ ok: true, detail: expect.stringContaining('cut off') });
    await open('as they are');
    expect(await checked()).toMatchObject({ ok: true, detail: expect.stringContaining('is found') });
  });
});
