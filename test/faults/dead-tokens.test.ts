import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createStatusStore } from '../../cache/streams/status-store.ts';
import { HubError } from '../../config/errors.ts';
import { type Loopback, startLoopback } from '../connectors/loopback.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource } from '../sync-jobs/fake-source.ts';
import { orderStream } from '../sync-jobs/harness.ts';
import { fault } from './fault.ts';
import { streamUnderTest } from './stream-under-test.ts';

// Long on a busy machine: each refused page is tried again by the client first.
jest.setTimeout(180_000);

describe.each(databases)('a page token that died, on $name', (database) => {
  let cache: Cache;
  let server: Loopback | null = null;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterEach(async () => {
    await server?.stop();
    server = null;
  });
  afterAll(() => database.drop());

  /** A source that keeps its page tokens in memory, and has no page after the first while it is `going down`. */
  async function forgetful(status: number) {
    count += 1;
    const system = `shop${count}`;
    const rows = Array.from({ length: 30 }, (_, i) => ({
      id: `${i + 1}`,
      name: `P${i + 1}`,
      changed: '2026-03-01T08:00:00Z',
    }));
    const state = { life: 'a', isGoingDown: true, asked: [] as string[] };
    server = await startLoopback(null, (url) => {
      const token = url.searchParams.get('cursor');
      const from = token === null ? 0 : Number(token.slice(1));
      state.asked.push(token ?? 'first');
      if (token !== null && token[0] !== state.life) return { status, body: { error: 'no such cursor' } };
      if (from >= 10 && state.isGoingDown) return { status: 400, body: { error: 'going down' } };
      const more = from + 10 < rows.length ? { next: `${state.life}${from + 10}` } : {};
      return { body: { items: rows.slice(from, from + 10), ...more } };
    });
    const stream = streamUnderTest(cache, system, {
      kind: 'rest',
      url: server.origin,
      itemsPath: 'items',
      timeout: '1s',
      paging: { type: 'cursor', cursorParam: 'cursor', nextPath: 'next' },
      streams: {
        things: {
          resource: '/things',
          key: 'id',
          cursor: { field: 'changed' },
          records: [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }],
        },
      },
    });
    const restart = () => {
      state.life = String.fromCharCode(state.life.charCodeAt(0) + 1);
      state.isGoingDown = false;
    };
    return { stream, state, restart, runs: () => createStatusStore(cache).runs({ system, first: 30 }) };
  }

  for (const status of [400, 401, 403, 404, 500, 503]) {
    fault(44, `that is answered with ${status} is given up after three tries`, 'dead tokens', async () => {
      const { stream, restart, runs } = await forgetful(status);
      try {
        await stream.sync();
        restart();
        let last = await stream.sync();
        if (last.outcome === 'FAILED') last = await stream.sync();
        expect(last).toMatchObject({ outcome: 'SUCCEEDED', read: 30 });
        expect(last.reason).toMatch(
          /^started again from the beginning: the page after 10 records could not be had 3 times, last: .*no such cursor/,
        );
        expect(Object.keys(await stream.rows())).toHaveLength(30);
        expect((await runs()).map(({ reason }) => reason)).toContain(last.reason);
      } finally {
        await stream.connector.close();
      }
    });
  }

  it('FAULTS 44: that is answered with 410 is given up at once', async () => {
    const { stream, restart } = await forgetful(410);
    await stream.sync();
    restart();
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'FULL', read: 30 });
    await stream.connector.close();
  });

  it('FAULTS 44: that dies within a pass while the source answers is given up, too', async () => {
    const { stream, state, restart } = await forgetful(403);
    state.isGoingDown = false;
    let pages = 0;
    const passes = [];
    for (let pass = 0; pass < 3; pass += 1) {
      passes.push(
        await stream.sync({
          onProgress: () => {
            pages += 1;
            if (pages === 1) restart();
          },
        }),
      );
    }
    expect(passes.at(-1)).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(Object.keys(await stream.rows())).toHaveLength(30);
    await stream.connector.close();
  });

  /** A source in memory with a pass that has stopped after its first page. */
  async function interrupted() {
    count += 1;
    const source = createFakeSource();
    for (let key = 10; key < 40; key += 1) source.put(`${key}`, { number: `A-${key}` });
    const stream = orderStream(source, cache, { system: `erp${count}` });
    const failAt = (at: number) => {
      source.faults.page = (index) => {
        const { resume } = { resume: source.asked.at(-1)?.split(' ').at(-1) };
        if (index + (resume === 'null' ? 0 : 1) >= at) throw new HubError('SOURCE_UNREACHABLE', 'answered 500');
      };
    };
    failAt(1);
    await stream.sync();
    const beginnings = () => source.asked.filter((asked) => asked === 'pull null null').length;
    return { source, stream, failAt, beginnings };
  }

  it('FAULTS 44: is not meant when the source is down: its place is kept, and nothing is read twice', async () => {
    const { source, stream, beginnings } = await interrupted();
    source.faults.now = () => {
      throw new HubError('SOURCE_UNREACHABLE', 'connection refused');
    };
    for (let pass = 0; pass < 8; pass += 1) await stream.sync();
    source.faults = {};
    expect(await stream.sync()).toMatchObject({
      outcome: 'SUCCEEDED',
      read: 20,
      reason: expect.stringMatching(/^resumed/),
    });
    expect(beginnings()).toBe(1);
  });

  it('FAULTS 44: is not given up while the beginning cannot be had either', async () => {
    const { source, stream, failAt } = await interrupted();
    failAt(0);
    for (let pass = 0; pass < 5; pass += 1) await stream.sync();
    source.faults = {};
    expect(await stream.sync()).toMatchObject({
      outcome: 'SUCCEEDED',
      read: 20,
      reason: expect.stringMatching(/^resumed/),
    });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('FAULTS 44: that is a page which never comes does not have all read from the beginning again and again', async () => {
    const { source, stream, beginnings } = await interrupted();
    for (let pass = 0; pass < 40; pass += 1) await stream.sync();
    expect(beginnings()).toBeLessThanOrEqual(5);
    source.faults = {};
    for (let pass = 0; pass < 2; pass += 1) await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('FAULTS 44: of changes starts the same changes again, and not a full read', async () => {
    const { source, stream } = await interrupted();
    source.faults = {};
    await stream.sync();
    source.clock.tick(600_000);
    for (let key = 10; key < 30; key += 1) source.put(`${key}`, { number: `B-${key}` });
    source.faults.page = (index) => {
      if (index === 1) throw new HubError('SOURCE_FORBIDDEN', 'answered 403');
    };
    await stream.sync();
    source.faults.page = () => {
      if (source.asked.at(-1)?.endsWith(' null')) return;
      throw new HubError('SOURCE_FORBIDDEN', 'answered 403');
    };
    await stream.sync();
    expect(await stream.sync()).toMatchObject({
      outcome: 'SUCCEEDED',
      mode: 'INCREMENTAL',
      reason: expect.stringMatching(/^started again from the beginning/),
    });
    expect(await stream.orders()).toEqual(stream.truth());
  });
});
