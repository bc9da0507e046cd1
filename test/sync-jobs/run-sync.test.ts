import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createStatusStore } from '../../cache/streams/status-store.ts';
import { HubError } from '../../config/errors.ts';
import { databases } from '../setup/databases.ts';
import { at, createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

describe.each(databases)('a sync pass on $name', (database) => {
  let cache: Cache;
  let source: FakeSource;
  let stream: OrderStream;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  /** Every test has a system of its own in the one database. */
  beforeEach(() => {
    count += 1;
    source = createFakeSource();
    stream = orderStream(source, cache, { system: `erp${count}` });
  });

  function fill(keys: number) {
    for (let key = 1; key <= keys; key += 1) source.put(String(key), { number: `A-${key}`, amount: '10.50' });
  }

  const runs = () => createStatusStore(cache).runs({ system: stream.request.system, first: 50 });

  it('reads everything first and then only what changed', async () => {
    fill(25);
    const first = await stream.sync();
    expect(first).toMatchObject({ outcome: 'SUCCEEDED', mode: 'FULL', pages: 3, read: 25, changed: 25 });

    source.clock.tick(600_000);
    source.put('7', { number: 'B-7' });
    source.put('26', { number: 'A-26' });
    const second = await stream.sync();
    expect(second).toMatchObject({ outcome: 'SUCCEEDED', mode: 'INCREMENTAL', changed: 2 });
    expect(await stream.orders()).toEqual(stream.truth());
    expect(
      (await runs())
        .map(({ mode, outcome }) => `${mode} ${outcome}`)
        .sort()
        .reverse(),
    ).toEqual(['INCREMENTAL SUCCEEDED', 'FULL SUCCEEDED']);
  });

  it('tells its progress page by page', async () => {
    fill(25);
    const seen: number[] = [];
    await stream.sync({ onProgress: ({ read }) => seen.push(read) });
    expect(seen).toEqual([10, 20, 25]);
  });

  it('changes nothing when it is done again', async () => {
    fill(25);
    await stream.sync();
    expect(await stream.sync({ full: true })).toMatchObject({ mode: 'FULL', changed: 0, unchanged: 25 });
    expect(await stream.sync()).toMatchObject({ mode: 'INCREMENTAL', changed: 0 });
  });

  it('FAULTS 3: misses none of more equal timestamps than a page holds', async () => {
    for (let key = 1; key <= 35; key += 1) source.put(`k${key}`, { number: `${key}` }, at(60));
    await stream.sync();
    expect(Object.keys(await stream.orders())).toHaveLength(35);

    for (let key = 36; key <= 70; key += 1) source.put(`k${key}`, { number: `${key}` }, at(60));
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('FAULTS 5: tells microseconds apart', async () => {
    source.put('1', { number: 'one' }, '2026-03-01T08:00:00.000001Z');
    stream = orderStream(source, cache, { system: `erp${count}`, lookback: '0ms' });
    await stream.sync();
    source.put('2', { number: 'two' }, '2026-03-01T08:00:00.000002Z');
    source.clock.tick();
    expect(await stream.sync()).toMatchObject({ mode: 'INCREMENTAL', changed: 1 });
    expect((await stream.checkpoint()).finished?.cursor).toBe('2026-03-01T08:00:00.000002Z');
  });

  it('keeps what changed while it was reading for the next pass', async () => {
    fill(25);
    const begun = source.clock.now;
    source.faults.page = (index) => {
      if (index === 1) source.clock.tick(3_600_000);
      if (index === 1) source.put('1', { number: 'changed behind the reader' });
    };
    await stream.sync();
    expect((await stream.checkpoint()).finished?.cursor).toBe(begun);
    source.faults = {};
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('FAULTS 7: reads records without a timestamp in a full pass', async () => {
    fill(12);
    source.put('none', { number: 'none' }, null);
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('reads in full again when no record carries a timestamp', async () => {
    source.put('none', { number: 'none' }, null);
    await stream.sync();
    source.put('none', { number: 'changed' }, null);
    expect(await stream.sync()).toMatchObject({ mode: 'FULL', reason: 'no record has carried a change stamp yet' });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('starts a pass again when the source no longer understands where it stopped', async () => {
    fill(25);
    source.faults.page = (index) => {
      if (index === 1) throw new HubError('SOURCE_UNREACHABLE', 'Connection reset.');
    };
    await stream.sync();
    source.faults.page = () => {
      throw new HubError('SOURCE_PROTOCOL', 'Unknown token.');
    };
    await stream.sync();
    source.faults.page = () => {
      source.faults = {};
      throw new HubError('SOURCE_PROTOCOL', 'Unknown token.');
    };
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', read: 25 });
  });

  it('FAULTS 19: reads in full when the source no longer accepts the cursor', async () => {
    fill(25);
    await stream.sync();
    source.faults.page = () => {
      source.faults = {};
      throw new HubError('SOURCE_CURSOR_EXPIRED', 'Gone.');
    };
    expect(await stream.sync()).toMatchObject({
      outcome: 'SUCCEEDED',
      mode: 'FULL',
      reason: 'the source no longer accepted the cursor',
    });
    expect((await runs()).map(({ outcome }) => outcome).sort()).toEqual(['FAILED', 'SUCCEEDED', 'SUCCEEDED']);
  });

  it('FAULTS 18: fails when the pages end without a last one, or come round in a circle', async () => {
    fill(25);
    const pull = source.connector.pull;
    const cut = {
      ...source.connector,
      async *pull(...request: Parameters<typeof pull>) {
        for await (const page of pull(...request)) {
          yield page;
          return;
        }
      },
    };
    expect(await stream.sync({ connector: cut })).toMatchObject({
      outcome: 'FAILED',
      error: { code: 'SOURCE_PROTOCOL' },
    });

    const circle = {
      ...source.connector,
      async *pull(...request: Parameters<typeof pull>) {
        for await (const page of pull(...request)) yield { ...page, next: 'again' };
      },
    };
    expect(await stream.sync({ connector: circle })).toMatchObject({
      outcome: 'FAILED',
      error: { code: 'SOURCE_PROTOCOL' },
    });
  });

  it('follows a delete that the source tells', async () => {
    fill(3);
    await stream.sync();
    source.truth.set('2', { key: '2', version: source.clock.tick(), deleted: true, data: { id: '2' } });
    expect(await stream.sync()).toMatchObject({ deleted: 1 });
    expect(Object.keys(await stream.orders())).toEqual(['1', '3']);
  });

  it('FAULTS 10: never takes the absence of a record from a pass for its deletion', async () => {
    fill(25);
    await stream.sync();
    source.truth.clear();
    expect(await stream.sync({ full: true })).toMatchObject({ outcome: 'SUCCEEDED', deleted: 0 });
    expect(Object.keys(await stream.orders())).toHaveLength(25);
  });

  it('does not wait for a page that has not come yet when it is asked to stop', async () => {
    fill(15);
    const stop = new AbortController();
    source.faults.page = (index) => {
      if (index === 1) stop.abort();
    };
    expect(await stream.sync({ signal: stop.signal })).toMatchObject({ outcome: 'PARTIAL', pages: 1 });
  });

  it('does not wait for the clock of the source either', async () => {
    const stop = new AbortController();
    source.faults.now = () => {
      stop.abort();
      throw new HubError('SOURCE_UNREACHABLE', 'The request was given up.');
    };
    expect(await stream.sync({ signal: stop.signal })).toMatchObject({ outcome: 'PARTIAL', pages: 0 });
    expect(await runs()).toMatchObject([{ outcome: 'PARTIAL', errorCode: null }]);
  });

  it('records a source that is down as a failed run, without a checkpoint', async () => {
    source.faults.now = () => {
      throw new HubError('SOURCE_UNREACHABLE', 'Connection refused.');
    };
    expect(await stream.sync()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_UNREACHABLE' } });
    expect(await runs()).toMatchObject([
      { outcome: 'FAILED', errorCode: 'SOURCE_UNREACHABLE', errorMessage: 'Connection refused.' },
    ]);
    expect(await stream.checkpoint()).toMatchObject({ finished: null, pass: null });
  });

  it('names the streams there are when asked for another', async () => {
    const run = await stream.sync({ stream: 'odrers' });
    expect(run).toMatchObject({
      outcome: 'FAILED',
      error: { code: 'STREAM_UNKNOWN', message: expect.stringContaining('orders') },
    });
  });
});
