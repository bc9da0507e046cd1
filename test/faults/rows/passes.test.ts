import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Cache } from '../../../cache/database/database.ts';
import { createQuarantineStore } from '../../../cache/streams/quarantine-store.ts';
import { createStatusStore } from '../../../cache/streams/status-store.ts';
import { HubError } from '../../../config/errors.ts';
import { createLog } from '../../../config/observability/log.ts';
import { replay } from '../../../sync-jobs/reconcile/replay.ts';
import { databases } from '../../setup/databases.ts';
import { at, createFakeSource } from '../../sync-jobs/fake-source.ts';
import { type OrderStreamOptions, orderStream } from '../../sync-jobs/harness.ts';
import { fault } from '../fault.ts';

// Long on a busy machine: many passes, real processes.
jest.setTimeout(180_000);

describe.each(databases)('passes and reconciles into $name', (database) => {
  let cache: Cache;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  /** A source of its own for every test, with so many orders. */
  function startWith(orders: number, options: Partial<OrderStreamOptions> = {}) {
    count += 1;
    const system = `erp${count}`;
    const source = createFakeSource();
    for (let key = 1; key <= orders; key += 1) source.put(`${key}`, { number: `A-${key}` });
    const stream = orderStream(source, cache, { system, ...options });
    return { source, stream, system };
  }

  async function runsOf(system: string) {
    return await createStatusStore(cache).runs({ system, first: 10 });
  }

  async function expireLease(system: string) {
    await cache.execute('UPDATE stream_states SET lease_expires_at = NULL WHERE `system` = ?', [system]);
  }

  fault(4, 'an old stamp that is committed late arrives within the lookback', 'lookback', async () => {
    const { source, stream } = startWith(5);
    source.put('new', { number: 'new' }, at(600));
    source.clock.now = at(700);
    await stream.sync();
    source.put('late', { number: 'late' }, at(500));
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  fault(
    6,
    'a row from the year 2099 blinds nobody, is named once, and takes its correction',
    'future cap',
    async () => {
      const { source, stream } = startWith(5);
      const lines: string[] = [];
      const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) }, pretty: false });
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
    },
  );

  it('FAULTS 6: a correction that was stamped before the odd row was read, and committed after it, counts', async () => {
    const { source, stream } = startWith(5);
    source.put('odd', { number: 'odd' }, '2099-01-01T00:00:00.000000Z');
    const stamped = source.clock.tick(30_000);
    source.clock.tick(30_000);
    await stream.sync();
    source.put('odd', { number: 'even' }, stamped);
    source.clock.tick();
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  fault(6, 'what changes after the clock of the source was put back arrives', 'clock put back', async () => {
    const { source, stream, system } = startWith(5);
    await stream.sync();
    const before = source.clock.now;
    source.clock.tick(86_400_000);
    source.put('1', { number: 'stamped a day ahead' });
    await stream.sync();
    source.clock.now = before;
    source.clock.tick();
    source.put('1', { number: 'stamped as it should be' });
    source.put('2', { number: 'this one too' });
    await stream.sync();
    expect(await stream.orders()).toEqual(stream.truth());
    expect((await runsOf(system)).map(({ errorCode }) => errorCode)).toContain('SOURCE_CURSOR_EXPIRED');
  });

  fault(10, 'a scan that shows nothing deletes nothing, and the run fails', 'shrink guard', async () => {
    const { source, stream } = startWith(25);
    await stream.sync();
    source.truth.clear();
    expect(await stream.reconcile()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_SHRUNK' }, deleted: 0 });
    expect(Object.keys(await stream.orders())).toHaveLength(25);
  });

  fault(10, 'a record that a scan has missed is asked for by its key before it goes', 'missed twice', async () => {
    const { source, stream } = startWith(25);
    await stream.sync();
    source.faults.scanned = [...source.truth.keys()].slice(0, 20);
    expect(await stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 0 });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  fault(11, 'a full read that fails at page k deletes nothing and goes on at k', 'resumed passes', async () => {
    const { source, stream, system } = startWith(45);
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
    expect((await runsOf(system)).find(({ outcome }) => outcome === 'FAILED')).toMatchObject({
      errorCode: 'SOURCE_UNREACHABLE',
      read: 30,
    });
  });

  fault(
    21,
    'one poisoned record is put aside and the rest flows; corrected, it arrives',
    'rejected records',
    async () => {
      const { source, stream, system } = startWith(25);
      source.put('poison', { number: 'P', date: '2026-02-30' });
      const run = await stream.sync();
      expect(run).toMatchObject({ outcome: 'SUCCEEDED', changed: 25, quarantined: 1 });
      const quarantine = createQuarantineStore(cache);
      const held = await quarantine.list({ system, first: 10 });
      expect(held).toMatchObject([{ key: 'poison', code: 'RECORD_INVALID' }]);

      source.put('poison', { number: 'P', date: '2026-02-28' });
      await stream.sync();
      expect(await stream.orders()).toEqual(stream.truth());
      expect(await quarantine.count({ system })).toBe(0);
    },
  );

  fault(21, 'a replay brings what fits by now, without waiting for it to change', 'rejected records', async () => {
    const { source, stream, system } = startWith(25);
    source.put('poison', { number: 'P', date: '2026-02-30' });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 1 });
    // Corrected by hand in the source's tables, which stamps nothing.
    const version = source.truth.get('poison')?.version ?? null;
    source.put('poison', { number: 'P', date: '2026-02-28' }, version);
    expect(await replay(stream.request)).toMatchObject({ outcome: 'SUCCEEDED', read: 1, changed: 1 });
    expect(await stream.orders()).toEqual(stream.truth());
    expect(await createQuarantineStore(cache).count({ system })).toBe(0);
  });

  fault(
    22,
    'a pass fails and holds the checkpoint when too many records do not fit',
    'quarantine threshold',
    async () => {
      const { source, stream } = startWith(20);
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
    },
  );

  fault(23, 'an older version that arrives after a newer one does not overwrite it', 'newest wins', async () => {
    const { source, stream } = startWith(0);
    source.put('1', { number: 'new' }, at(60));
    source.clock.now = at(100);
    await stream.sync();
    source.put('1', { number: 'old' }, at(30));
    await stream.sync({ full: true });
    expect(await stream.orders()).toEqual({ 1: 'new' });
  });

  fault(30, 'a runner that wakes up after another has taken over writes nothing', 'fence', async () => {
    const { source, stream, system } = startWith(25);
    source.faults.page = async (index) => {
      if (index !== 1) return;
      source.faults = {};
      await expireLease(system);
      source.put('1', { number: 'changed meanwhile' });
      await stream.sync({ owner: 'successor' });
      for (const record of source.truth.values()) record.data.number = 'written by the one who slept';
    };
    expect(await stream.sync()).toMatchObject({ outcome: 'FAILED', error: { code: 'LEASE_LOST' } });
    expect(Object.values(await stream.orders())).not.toContain('written by the one who slept');
    expect(Object.keys(await stream.orders())).toHaveLength(25);
    expect((await stream.checkpoint()).pass).toBeNull();
  });

  fault(31, 'a pass is refused while another one of the stream is under way', 'stream lease', async () => {
    const { source, stream, system } = startWith(15);
    let second: unknown;
    source.faults.page = async (index) => {
      if (index !== 1) return;
      source.faults = {};
      second = await stream.sync({ owner: 'another' });
    };
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(second).toMatchObject({ outcome: 'BUSY', error: { code: 'STREAM_BUSY' }, runId: null });
    expect(await runsOf(system)).toHaveLength(1);
  });

  fault(31, 'a reconcile is refused while a pass is under way', 'stream lease', async () => {
    const { source, stream } = startWith(15);
    await stream.sync();
    let second: unknown;
    source.faults.page = async () => {
      source.faults = {};
      second = await stream.reconcile({ owner: 'another' });
    };
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(second).toMatchObject({ outcome: 'BUSY', error: { code: 'STREAM_BUSY' } });
  });

  fault(33, 'a stream is read anew when its mapping has changed, and says so', 'mapping hash', async () => {
    const { source, stream, system } = startWith(5);
    await stream.sync();
    const changed = orderStream(source, cache, {
      system,
      records: [{ entity: 'order', fields: { status: { const: 'DONE' }, orderNumber: { const: 'another' } } }],
    });
    source.clock.tick(600_000);
    expect(await changed.sync()).toMatchObject({ mode: 'FULL', reason: 'the mapping has changed', changed: 5 });
    expect(new Set(Object.values(await changed.orders()))).toEqual(new Set(['another']));
    expect(await changed.sync()).toMatchObject({ mode: 'INCREMENTAL' });
  });

  fault(33, 'a stream is read anew when it is read with other settings, and says so', 'reading hash', async () => {
    const { source, stream } = startWith(5);
    await stream.sync();
    const { orders } = stream.request.source.streams;
    if (!orders) throw new Error('Expected the stream orders.');
    const wider = { ...stream.request.source, streams: { orders: { ...orders, resource: 'all orders' } } };
    source.clock.tick(600_000);
    expect(await stream.sync({ source: wider })).toMatchObject({
      mode: 'FULL',
      reason: 'the settings of the stream, or the connector, have changed',
      read: 5,
    });
  });

  fault(37, 'a pass that is asked to stop finishes its page and gives the lease back', 'lease release', async () => {
    const { stream } = startWith(45);
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
});
