import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { type Answer, type Loopback, startLoopback } from '../connectors/loopback.ts';
import { databases } from '../setup/databases.ts';
import { fault } from './fault.ts';
import { type StreamUnderTest, streamUnderTest } from './stream-under-test.ts';

// Long on a busy machine.
jest.setTimeout(120_000);

type Row = { id: string; name: string; status: string };
const refused: Answer = { status: 403, body: { errors: [{ message: "You don't have permission to access this." }] } };
const notFound: Answer = { status: 404, body: { error: 'not found' } };

describe.each(databases)('what is gone from a source, on $name', (database) => {
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

  interface Source {
    stream: StreamUnderTest;
    server: Loopback;
    rows: Map<string, Row>;
    /** What it shows in lists, and what it says of a single key. */
    shows: (row: Row) => boolean;
    single: (key: string) => Answer;
  }

  /** A source of ten things over REST that answers single keys as the test says. */
  async function start(stream: object = {}, ids = Array.from({ length: 10 }, (_, i) => `${i + 1}`)): Promise<Source> {
    count += 1;
    const rows = new Map(ids.map((id) => [id, { id, name: `Thing ${id}`, status: 'open' }]));
    const found = (key: string) => rows.get(key);
    const source = {
      rows,
      shows: () => true,
      single: (key: string) => {
        const row = found(key);
        return row ? { body: row } : refused;
      },
    } as unknown as Source;
    source.server = await startLoopback(null, (url) => {
      const key = /^\/things\/(.+)$/.exec(decodeURIComponent(url.pathname))?.[1];
      if (key !== undefined) return source.single(key);
      return { body: [...rows.values()].filter((row) => source.shows(row)) };
    });
    source.stream = streamUnderTest(cache, `cms${count}`, {
      kind: 'rest',
      url: source.server.origin,
      paging: { type: 'none' },
      streams: {
        things: {
          resource: '/things',
          key: 'id',
          byKey: { path: '/things/{key}' },
          records: [{ entity: 'opportunity', fields: { name: 'name', status: { const: 'OPEN' } } }],
          ...stream,
        },
      },
    });
    stops.push(
      () => source.stream.connector.close(),
      () => source.server.stop(),
    );
    await source.stream.sync();
    return source;
  }

  const keysOf = async ({ stream }: Source) => Object.keys(await stream.rows()).sort((a, b) => Number(a) - Number(b));

  fault(48, 'is deleted although the source answers 403 for its key', 'refused keys', async () => {
    const source = await start();
    source.rows.delete('2');
    source.rows.delete('7');
    await source.stream.reconcile();
    expect(await keysOf(source)).toEqual(['1', '3', '4', '5', '6', '8', '9', '10']);
  });

  it('FAULTS 48: is deleted although it is the only record that is asked for, and keys are no numbers', async () => {
    const uuids = [1, 2, 3].map((n) => `0d7f6f7e-4b0c-4c55-9d7a-00000000000${n}`);
    for (const ids of [uuids, ['a/1', 'a/2', 'a/3']]) {
      const source = await start({}, ids);
      source.rows.delete(ids[1] ?? '');
      expect(await source.stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 1 });
    }
  });

  it('FAULTS 48: is not deleted where the login has lost the right to read single records', async () => {
    const source = await start();
    source.single = () => refused;
    source.shows = ({ id }) => id !== '2';
    expect(await source.stream.reconcile()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_FORBIDDEN' } });
    expect(await keysOf(source)).toHaveLength(10);
  });

  it('FAULTS 48: is not deleted where the source says 404 for what is not there, and 403 for this', async () => {
    const source = await start();
    const answers = source.single;
    source.single = (key) => (key === '2' ? refused : source.rows.has(key) ? answers(key) : notFound);
    source.shows = ({ id }) => id !== '2';
    expect(await source.stream.reconcile()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_FORBIDDEN' } });
    expect(await keysOf(source)).toHaveLength(10);
  });

  it('FAULTS 48: is not deleted where lists are refused, or show nothing', async () => {
    const source = await start();
    source.shows = () => false;
    source.single = () => refused;
    expect(await source.stream.reconcile()).toMatchObject({ outcome: 'FAILED' });
    source.server.fail('login-page');
    expect(await source.stream.reconcile()).toMatchObject({ outcome: 'FAILED' });
    expect(await keysOf(source)).toHaveLength(10);
  });

  fault(48, 'is not replaced by the record that the source gives for its key', 'own key', async () => {
    const source = await start();
    source.shows = ({ id }) => id !== '3';
    source.single = (key) => ({ body: { ...source.rows.get(key), id: key === '3' ? '77' : key } });
    await source.stream.reconcile();
    expect(await keysOf(source)).toEqual(['1', '2', '4', '5', '6', '7', '8', '9', '10']);
  });

  it('FAULTS 48: is not deleted where every key is answered with another one', async () => {
    const source = await start();
    source.shows = ({ id }) => id !== '3';
    source.single = (key) => ({ body: { ...source.rows.get(key), id: `things/${key}` } });
    expect(await source.stream.reconcile()).toMatchObject({
      outcome: 'FAILED',
      error: { code: 'SOURCE_PROTOCOL', message: expect.stringContaining('got one with the key things/3') },
    });
    expect(await keysOf(source)).toHaveLength(10);
  });

  it('FAULTS 48: is deleted where lists hide it and its key shows it as deleted', async () => {
    const source = await start({ deletes: { flag: 'status', values: ['deleted'] } });
    source.shows = ({ status }) => status !== 'deleted';
    for (const id of ['2', '7']) source.rows.set(id, { id, name: `Thing ${id}`, status: 'deleted' });
    expect(await source.stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 2 });
    expect(await keysOf(source)).toHaveLength(8);
  });

  it('FAULTS 48: is deleted where some are marked and shown, some marked and hidden, some gone for good', async () => {
    const source = await start({ deletes: { flag: 'status', values: ['deleted'] } });
    const marked = (id: string) => source.rows.set(id, { id, name: `Thing ${id}`, status: 'deleted' });
    marked('1');
    marked('2');
    source.rows.delete('3');
    source.shows = ({ id }) => id !== '2';
    source.single = (key) => {
      const row = source.rows.get(key);
      return row ? { body: row } : notFound;
    };
    await source.stream.sync();
    await source.stream.reconcile();
    expect(await keysOf(source)).toEqual(['4', '5', '6', '7', '8', '9', '10']);
  });

  it('FAULTS 48: stays where its key shows it as it was, though lists hide it', async () => {
    const source = await start({ deletes: { flag: 'status', values: ['deleted'] } });
    source.shows = ({ id }) => id !== '2';
    expect(await source.stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 0 });
    expect(await keysOf(source)).toHaveLength(10);
  });

  it('FAULTS 48: is deleted where GraphQL refuses all keys because of one', async () => {
    count += 1;
    const ids = new Set(['1', '2', '3', '4', '5', '6']);
    const server = await startLoopback(null, async (_, request) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const { query, variables } = JSON.parse(text);
      const itemOf = (id: string) => ({ id, name: `Thing ${id}` });
      if (!query.includes('$ids')) {
        return { body: { data: { things: { nodes: [...ids].map(itemOf), pageInfo: { hasNextPage: false } } } } };
      }
      const error = { message: 'You have no permission to access this.', extensions: { code: 'FORBIDDEN' } };
      if (variables.ids.some((id: string) => !ids.has(id))) return { body: { errors: [error], data: null } };
      return { body: { data: { nodes: variables.ids.map(itemOf) } } };
    });
    const stream = streamUnderTest(cache, `shop${count}`, {
      kind: 'graphql',
      url: server.origin,
      streams: {
        things: {
          resource: 'things',
          key: 'id',
          query: '{ things { nodes { id name } pageInfo { hasNextPage endCursor } } }',
          byKey: { query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id name } }' },
          records: [{ entity: 'opportunity', fields: { name: 'name', status: { const: 'OPEN' } } }],
        },
      },
    });
    stops.push(
      () => stream.connector.close(),
      () => server.stop(),
    );
    await stream.sync();
    ids.delete('2');
    ids.delete('5');
    expect(await stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 2 });
    expect(Object.keys(await stream.rows()).sort()).toEqual(['1', '3', '4', '6']);
  });
});
