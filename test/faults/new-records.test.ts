import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { startLoopback } from '../connectors/loopback.ts';
import { databases } from '../setup/databases.ts';
import { fault } from './fault.ts';
import { streamUnderTest } from './stream-under-test.ts';

interface Row {
  id: string;
  created: string;
  updated: string | null;
}

describe.each(databases)('a record whose change stamp is empty until its first edit, on $name', (database) => {
  let cache: Cache;
  let count = 0;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    cache = await database.open();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  afterAll(() => database.drop());

  /** A source with a filter for each stamp, and one that takes both. */
  async function start(since: object) {
    count += 1;
    const rows: Row[] = [];
    const put = (id: string, updated: string | null = null) => {
      rows.push({ id, created: new Date().toISOString(), updated });
    };
    put('1');
    put('2', new Date().toISOString());
    const server = await startLoopback(null, (url) => {
      const [created, updated] = ['created_since', 'updated_since'].map((name) => url.searchParams.get(name));
      const either = /^either (\S+)$/.exec(url.searchParams.get('where') ?? '')?.[1];
      const from = (stamp: string | null, moment: string | null | undefined) =>
        stamp !== null && Date.parse(stamp) >= Date.parse(moment ?? '');
      const isAsked = (row: Row) => {
        if (either) return from(row.created, either) || from(row.updated, either);
        return (!created || from(row.created, created)) && (!updated || from(row.updated, updated));
      };
      return { body: rows.filter(isAsked) };
    });
    const stream = streamUnderTest(cache, `cms${count}`, {
      kind: 'rest',
      url: server.origin,
      paging: { type: 'none' },
      streams: {
        things: {
          resource: '/things',
          key: 'id',
          cursor: { field: ['updated', 'created'], lookback: '1m' },
          since,
          records: [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'id' } }],
        },
      },
    });
    stops.push(
      () => stream.connector.close(),
      () => server.stop(),
    );
    await stream.sync();
    return { stream, put };
  }

  const bothStamps = [{ param: 'updated_since' }, { param: 'created_since' }];

  fault(47, 'comes with the next pass where changes are asked for by each stamp', 'every stamp', async () => {
    const { stream, put } = await start(bothStamps);
    put('new');
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'INCREMENTAL' });
    expect(Object.keys(await stream.rows()).sort()).toEqual(['1', '2', 'new']);
  });

  it('FAULTS 47: comes with the next pass where one filter takes both stamps', async () => {
    const { stream, put } = await start({ params: { where: 'either {since}' } });
    put('new');
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'INCREMENTAL' });
    expect(Object.keys(await stream.rows()).sort()).toEqual(['1', '2', 'new']);
  });

  it('FAULTS 47: would not come where changes are asked for by the other stamp alone, and the check says so', async () => {
    const { stream, put } = await start({ param: 'updated_since' });
    const results = await stream.connector.check(new AbortController().signal);
    expect(results.filter(({ ok }) => !ok).map(({ detail }) => detail)).toEqual([
      expect.stringContaining('A new record would not be read before it is edited'),
    ]);
    put('new');
    await stream.sync();
    expect(Object.keys(await stream.rows()).sort()).toEqual(['1', '2']);
  });
});
