import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { type Handler, startLoopback } from '../connectors/loopback.ts';
import { databases } from '../setup/databases.ts';
import { fault } from './fault.ts';
import { type StreamUnderTest, streamUnderTest } from './stream-under-test.ts';

const SIZE = 10;

const people = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, n) => ({ id: `K${from + n}`, name: `Person ${from + n}` }));

const parties = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];

const ordersWithLines = [
  { entity: 'order', fields: { orderNumber: 'id', status: { const: 'CONFIRMED' } } },
  { entity: 'orderLine', each: 'lines.data', key: ['^.id', 'no'], fields: { orderId: '^.id', sku: 'sku' } },
];

const byPage = { type: 'page', pageParam: 'page', sizeParam: 'size' };
const byCursor = { type: 'cursor', cursorParam: 'cursor', nextPath: 'next', sizeParam: 'size' };

/** A list of 25 or 30 people; what is asked for after the last page is answered by `beyond`. */
function pagesOf(count: number, beyond: (last: object[]) => { status?: number; body: object | string }): Handler {
  return (url) => {
    const from = (Number(url.searchParams.get('page') ?? '1') - 1) * SIZE;
    const data = people(from, Math.min(count, from + SIZE));
    const last = people(Math.floor((count - 1) / SIZE) * SIZE, count);
    return data.length > 0 ? { body: { data } } : beyond(last);
  };
}

describe.each(databases)('the lists of an API, into $name', (database) => {
  let cache: Cache;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  async function withList(
    handle: Handler,
    paging: object | null,
    work: (stream: StreamUnderTest) => Promise<void>,
    records: object[] = parties,
  ): Promise<void> {
    count += 1;
    const server = await startLoopback(null, handle);
    const stream = streamUnderTest(cache, `api${count}`, {
      kind: 'rest',
      url: server.origin,
      pageSize: SIZE,
      itemsPath: 'data',
      timeout: '5s',
      ...(paging === null ? {} : { paging }),
      streams: { things: { resource: '/people', key: 'id', records } },
    });
    try {
      await work(stream);
    } finally {
      await stream.connector.close();
      await server.stop();
    }
  }

  const ends: [string, number, Handler, object][] = [
    ['its last page again', 25, pagesOf(25, (data) => ({ body: { data } })), byPage],
    ['404', 30, pagesOf(30, () => ({ status: 404, body: { detail: 'Invalid page.' } })), byPage],
    ['204', 30, pagesOf(30, () => ({ status: 204, body: '' })), byPage],
    ['an answer without the list', 30, pagesOf(30, () => ({ body: { page: 4 } })), byPage],
    [
      'end_of_stream',
      25,
      (url) => {
        const from = Number(url.searchParams.get('cursor') ?? '0');
        const next = Math.min(25, from + SIZE);
        // An answer that names itself as the next page would be a list without end.
        return { body: { data: people(from, next), next: String(next), end_of_stream: next === 25 } };
      },
      byCursor,
    ],
  ];
  for (const [what, people, handle, paging] of ends) {
    fault(45, `${what} ends a list`, 'ends of lists', () =>
      withList(handle, paging, async (stream) => {
        const run = await stream.sync();
        expect({ outcome: run.outcome, held: Object.keys(await stream.rows()).length }).toEqual({
          outcome: 'SUCCEEDED',
          held: people,
        });
        // `end_of_stream` is what makes the end of it certain.
        const certain = what === 'an answer without the list' ? 'UNKNOWN' : 'ENDED';
        expect(run.completeness?.status).toBe(certain);
      }),
    );
  }

  fault(46, 'next links without end, whose pages are empty, are given up', 'bound of empty pages', async () => {
    let page = 0;
    const endless: Handler = () => {
      page += 1;
      // After a while it relents, so that a hub without its defence comes to an end, too.
      return { body: { data: page === 1 ? people(0, 5) : [], next: page < 120 ? `c${page}` : null } };
    };
    await withList(endless, byCursor, async (stream) => {
      const run = await stream.sync();
      expect({ outcome: run.outcome, asked: page < 100 }).toEqual({ outcome: 'FAILED', asked: true });
    });
  });

  const furtherPages: [string, object, object | null][] = [
    ['another name', { meta: { next_cursor: 'abc' } }, byCursor],
    ['a name that no setting speaks of', { links: { next: 'http://backend/people?page=2' } }, null],
  ];
  for (const [what, more, paging] of furtherPages) {
    fault(41, `a further page under ${what} fails the pass`, 'further pages', () =>
      withList(
        () => ({ body: { data: people(0, 7), ...more } }),
        paging,
        async (stream) => {
          const run = await stream.sync();
          expect({ outcome: run.outcome, held: Object.keys(await stream.rows()).length }).toEqual({
            outcome: 'FAILED',
            held: 0,
          });
        },
      ),
    );
  }

  fault(39, 'a list without paging that has a round number of records deletes nothing', 'doubt of lists', async () => {
    let isCut = false;
    await withList(
      () => ({ body: { data: people(0, isCut ? 20 : 23) } }),
      null,
      async (stream) => {
        await stream.sync();
        isCut = true;
        const run = await stream.sync();
        await stream.reconcile();
        await stream.reconcile();
        expect({ completeness: run.completeness?.status, held: Object.keys(await stream.rows()).length }).toEqual({
          completeness: 'UNKNOWN',
          held: 23,
        });
      },
    );
  });

  const lines = (from: number, to: number) => people(from, to).map(({ id }) => ({ no: id, sku: id }));
  const order = (more: object) => ({ id: 'A', lines: { data: lines(0, 2), ...more } });

  fault(40, 'a list inside a record that names its next page is read to its end', 'whole lists', () =>
    withList(
      (url) =>
        url.pathname === '/lines'
          ? { body: { data: lines(2, 5), next: null } }
          : { body: { data: [order({ next: '/lines?page=2', previous: null })] } },
      { type: 'none' },
      async (stream) => {
        await stream.sync();
        expect(Object.keys(await stream.rows())).toHaveLength(6);
      },
      ordersWithLines,
    ),
  );

  fault(40, 'a record with a list that cannot be read to its end is put aside', 'whole lists', () =>
    withList(
      () => ({ body: { data: [order({ has_more: true }), { ...order({ has_more: false }), id: 'B' }] } }),
      { type: 'none' },
      async (stream) => {
        await stream.sync();
        expect(await stream.quarantined()).toEqual({
          A: expect.stringContaining('lines.data: expected the whole list'),
        });
        expect(Object.keys(await stream.rows())).toHaveLength(3);
      },
      ordersWithLines,
    ),
  );
});
