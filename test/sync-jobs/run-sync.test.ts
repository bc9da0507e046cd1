import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/cache.ts';
import { createQuarantineStore } from '../../cache/quarantine-store.ts';
import { createStatusStore } from '../../cache/status-store.ts';
import { HubError } from '../../config/errors.ts';
import { createLog } from '../../config/log.ts';
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

  it('misses none of more equal timestamps than a page holds (fault 3)', async () => {
    for (let key = 1; key <= 35; key += 1) source.put(`k${key}`, { number: `${key}` }, at(60));
    await stream.sync();
    expect(Object.keys(await stream.orders())).toHaveLength(35);

    for (let key = 36; key <= 70; key += 1) source.put(`k${key}`, { number: `${key}` }, at(60));
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('brings an old timestamp that commits late, within the lookback (fault 4)', async () => {
    fill(5);
    source.put('new', { number: 'new' }, at(600));
    source.clock.now = at(700);
    await stream.sync();
    source.put('late', { number: 'late' }, at(500));
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('tells microseconds apart (fault 5)', async () => {
    source.put('1', { number: 'one' }, '2026-03-01T08:00:00.000001Z');
    stream = orderStream(source, cache, { system: `erp${count}`, lookback: '0ms' });
    await stream.sync();
    source.put('2', { number: 'two' }, '2026-03-01T08:00:00.000002Z');
    source.clock.tick();
    expect(await stream.sync()).toMatchObject({ mode: 'INCREMENTAL', changed: 1 });
    expect((await stream.checkpoint()).finished?.cursor).toBe('2026-03-01T08:00:00.000002Z');
  });

  it('is not blinded by a row from the year 2099, says so once, and takes its correction (fault 6)', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) }, pretty: false });
    fill(5);
    source.put('odd', { number: 'odd' }, '2099-01-01T00:00:00.000000Z');
    await stream.sync({ log });
    await stream.sync({ log });
    expect((await stream.checkpoint()).finished?.cursor).toBe(source.clock.now);
    expect(lines).toEqual([expect.stringContaining('record odd carries the change stamp 2099')]);

    source.clock.tick(60_000);
    source.put('6', { number: 'A-6' });
    source.put('odd', { number: 'even' });
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
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

  it('reads records without a timestamp in a full pass (fault 7)', async () => {
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

  it('fails at page k without deleting anything, and resumes there (fault 11)', async () => {
    fill(45);
    source.faults.page = (index) => {
      if (index === 3) throw new HubError('SOURCE_UNREACHABLE', 'Connection reset.');
    };
    const failed = await stream.sync();
    expect(failed).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_UNREACHABLE' }, pages: 3, read: 30 });
    expect(Object.keys(await stream.orders())).toHaveLength(30);

    source.faults = {};
    source.asked.length = 0;
    const resumed = await stream.sync();
    expect(source.asked[0]).toBe(`pull null ${at(30)}|30`);
    expect(resumed).toMatchObject({ outcome: 'SUCCEEDED', mode: 'FULL', read: 15 });
    expect(await stream.orders()).toEqual(stream.truth());
    expect((await runs()).find(({ outcome }) => outcome === 'FAILED')).toMatchObject({
      errorCode: 'SOURCE_UNREACHABLE',
      read: 30,
    });
  });

  it('begins a pass anew when the source no longer understands where it stopped', async () => {
    fill(25);
    source.faults.page = (index) => {
      if (index === 1) throw new HubError('SOURCE_UNREACHABLE', 'Connection reset.');
    };
    await stream.sync();
    source.faults.page = () => {
      throw new HubError('SOURCE_PROTOCOL', 'Unknown token.');
    };
    await stream.sync();
    source.faults = {};
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', read: 25 });
  });

  it('reads in full when the source no longer accepts the cursor (fault 19)', async () => {
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

  it('fails when the pages end without a last one, or come round in a circle (fault 18)', async () => {
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

  it('puts a poison record into quarantine and lets the rest flow; corrected, it arrives (fault 21)', async () => {
    fill(25);
    source.put('poison', { number: 'P', date: '2026-02-30' });
    const run = await stream.sync();
    expect(run).toMatchObject({ outcome: 'SUCCEEDED', changed: 25, quarantined: 1 });
    const quarantine = createQuarantineStore(cache);
    const held = await quarantine.list({ system: stream.request.system, first: 10 });
    expect(held).toMatchObject([{ key: 'poison', code: 'RECORD_INVALID' }]);

    source.put('poison', { number: 'P', date: '2026-02-28' });
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
    expect(await quarantine.count({ system: stream.request.system })).toBe(0);
  });

  it('fails and holds the checkpoint when too many records do not fit (fault 22)', async () => {
    fill(20);
    await stream.sync();
    const before = await stream.checkpoint();
    source.clock.tick(600_000);
    for (let key = 1; key <= 30; key += 1) {
      source.put(`x${key}`, key % 2 === 0 ? { number: 'bad', date: 'yesterday' } : { number: `X-${key}` });
    }
    const run = await stream.sync();
    expect(run).toMatchObject({ outcome: 'FAILED', error: { code: 'QUARANTINE_THRESHOLD' }, quarantined: 15 });
    expect(await stream.checkpoint()).toEqual(before);

    for (let key = 2; key <= 30; key += 2) source.put(`x${key}`, { number: `X-${key}`, date: '2026-03-01' });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'INCREMENTAL' });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('keeps the newest when an older version arrives after it (fault 23)', async () => {
    source.put('1', { number: 'new' }, at(60));
    source.clock.now = at(100);
    await stream.sync();
    source.put('1', { number: 'old' }, at(30));
    await stream.sync({ full: true });
    expect(await stream.orders()).toEqual({ 1: 'new' });
  });

  it('follows a delete that the source tells', async () => {
    fill(3);
    await stream.sync();
    source.truth.set('2', { key: '2', version: source.clock.tick(), deleted: true, data: { id: '2' } });
    expect(await stream.sync()).toMatchObject({ deleted: 1 });
    expect(Object.keys(await stream.orders())).toEqual(['1', '3']);
  });

  it('never takes the absence of a record from a pass for its deletion (fault 10)', async () => {
    fill(25);
    await stream.sync();
    source.truth.clear();
    expect(await stream.sync({ full: true })).toMatchObject({ outcome: 'SUCCEEDED', deleted: 0 });
    expect(Object.keys(await stream.orders())).toHaveLength(25);
  });

  it('is refused while another pass of the stream is under way (fault 31)', async () => {
    fill(15);
    let second: unknown;
    source.faults.page = async (index) => {
      if (index === 1) second = await stream.sync({ owner: 'another' });
    };
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(second).toMatchObject({ outcome: 'BUSY', error: { code: 'STREAM_BUSY' }, runId: null });
    expect(second).toMatchObject({ error: { message: expect.stringContaining('test is at work on it') } });
    expect(await runs()).toHaveLength(1);
  });

  it('writes nothing when it wakes up after another pass has taken over (fault 30)', async () => {
    fill(25);
    source.faults.page = async (index) => {
      if (index !== 1) return;
      source.faults = {};
      await expireLease();
      source.put('1', { number: 'changed meanwhile' });
      expect(await stream.sync({ owner: 'successor' })).toMatchObject({ outcome: 'SUCCEEDED' });
      source.truth.forEach((record) => {
        record.data.number = 'written by the one who slept';
      });
    };
    const truth = () => Object.keys(stream.truth()).length;
    expect(await stream.sync()).toMatchObject({ outcome: 'FAILED', error: { code: 'LEASE_LOST' }, pages: 1 });
    expect(Object.values(await stream.orders())).not.toContain('written by the one who slept');
    expect(Object.keys(await stream.orders())).toHaveLength(truth());
    expect((await stream.checkpoint()).pass).toBeNull();
  });

  async function expireLease() {
    const past = cache.dialect === 'mysql' ? '2020-01-01 00:00:00.000000' : '2020-01-01T00:00:00.000000Z';
    await cache.execute('UPDATE stream_states SET lease_expires_at = ? WHERE `system` = ?', [
      past,
      stream.request.system,
    ]);
  }

  it('finishes its page when it is asked to stop, gives the lease back, and goes on there (fault 37)', async () => {
    fill(45);
    const stop = new AbortController();
    const stopped = await stream.sync({
      signal: stop.signal,
      onProgress: ({ pages }) => {
        if (pages === 2) stop.abort();
      },
    });
    expect(stopped).toMatchObject({ outcome: 'PARTIAL', pages: 2, read: 20 });
    expect(Object.keys(await stream.orders())).toHaveLength(20);

    const next = await stream.sync({ owner: 'another' });
    expect(next).toMatchObject({
      outcome: 'SUCCEEDED',
      read: 25,
      reason: 'resumed: the stream has not been read before',
    });
    expect(await stream.orders()).toEqual(stream.truth());
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

  it('reads in full when the mapping has changed, and says so (fault 33)', async () => {
    fill(5);
    await stream.sync();
    const changed = orderStream(source, cache, {
      system: `erp${count}`,
      records: [{ entity: 'order', fields: { status: { const: 'DONE' }, orderNumber: 'number' } }],
    });
    expect(await changed.sync()).toMatchObject({ mode: 'FULL', reason: 'the mapping has changed', changed: 5 });
    expect(await changed.sync()).toMatchObject({ mode: 'INCREMENTAL' });
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
