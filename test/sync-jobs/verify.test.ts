import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { HubError } from '../../config/errors.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

describe.each(databases)('verify on $name', (database) => {
  let cache: Cache;
  let source: FakeSource;
  let stream: OrderStream;
  let system: string;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    count += 1;
    system = `erp${count}`;
    source = createFakeSource();
    stream = orderStream(source, cache, { system });
    const put = (key: number) => source.put(String(key), { number: `A-${key}`, amount: '10.50', date: '2026-03-01' });
    for (let key = 1; key <= 24; key += 1) put(key);
    // The others are out of reach of the lookback.
    source.clock.tick(600_000);
    put(25);
    await stream.sync();
    source.clock.tick(600_000);
  });

  const alter = (key: string) =>
    cache.execute('UPDATE orders SET order_number = ? WHERE `system` = ? AND source_key = ?', ['forged', system, key]);

  it('finds nothing after a pass, with equal counts and checksums, and notes that down', async () => {
    const report = await stream.verify();
    expect(report).toMatchObject({ outcome: 'EQUAL', source: { records: 25 }, missing: 0, extra: 0, different: 0 });
    if (report.outcome !== 'EQUAL') throw new Error('Expected equal sides.');
    expect(report.cache).toEqual(report.source);
    const state = await stream.store.state({ system, stream: 'orders' });
    expect(state).toMatchObject({ lastVerifyDifferences: 0, lastVerifyAt: expect.any(String) });
  });

  it('names a row that was altered in the cache, and the field, however often it syncs', async () => {
    await alter('7');
    for (let turn = 0; turn < 2; turn += 1) {
      const report = await stream.verify();
      expect(report).toMatchObject({
        outcome: 'DIFFERENT',
        error: { code: 'VERIFY_DIFFERENT', message: expect.stringContaining(': 7.') },
        different: 1,
        differences: [
          { key: '7', kind: 'DIFFERENT', fields: [{ field: 'orderNumber', source: 'A-7', cache: 'forged' }] },
        ],
      });
    }
    expect((await stream.store.state({ system, stream: 'orders' })).lastVerifyDifferences).toBe(1);
  });

  it('names a row that was removed from, or added to, the tables of the cache', async () => {
    await cache.execute('DELETE FROM orders WHERE `system` = ? AND source_key = ?', [system, '3']);
    await cache.execute('DELETE FROM source_records WHERE `system` = ? AND source_key = ?', [system, '4']);
    expect(await stream.verify()).toMatchObject({
      outcome: 'DIFFERENT',
      different: 1,
      missing: 1,
      differences: [
        { key: '3', kind: 'DIFFERENT' },
        { key: '4', kind: 'MISSING' },
      ],
    });
  });

  it('names a raw record that was altered in the cache', async () => {
    const [altered, broken] = ['{"a":1}', 'no JSON'];
    for (const raw of [altered, broken]) {
      await cache.execute('UPDATE source_records SET raw = ? WHERE `system` = ? AND source_key = ?', [
        raw,
        system,
        '3',
      ]);
      expect(await stream.verify()).toMatchObject({
        outcome: 'DIFFERENT',
        differences: [{ key: '3', fields: [{ field: 'raw' }] }],
      });
    }
  });

  it('takes a state of the source that was true while it looked for right', async () => {
    const before = source.truth.get('7');
    if (before) before.data.number = 'B-7';
    if (before) before.version = source.clock.tick();
    let passes = 0;
    source.faults.readByKeys = async () => {
      passes += 1;
      // Somebody else syncs meanwhile, and then the source goes on.
      if (passes === 1) await stream.sync();
      source.put('7', { number: `C-7 ${source.clock.now}` });
    };
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', settled: 1, moving: 0 });
  });

  it('does not mistake a source that has changed since the last pass for a broken cache', async () => {
    source.put('7', { number: 'B-7' });
    source.put('26', { number: 'A-26' });
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', pending: 2, undecided: 0, equal: 24 });
    await stream.sync();
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', pending: 0, equal: 26 });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('cannot tell when a record went away that only a reconcile notices, and says so', async () => {
    source.remove('9');
    expect(await stream.verify()).toMatchObject({
      ...{ outcome: 'UNPROVED', extra: 0, undecided: 1, undecidedRecords: [{ key: '9', kind: 'EXTRA' }] },
      unproved: 'of 1 record nothing tells whether it changed after the last pass (9)',
    });
    expect(await stream.orders()).toHaveProperty('9');
    await stream.reconcile();
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', undecided: 0, equal: 24 });
  });

  it('counts as different what a pass that began after the first look has not brought', async () => {
    const record = source.truth.get('7');
    if (record) record.data.number = 'changed on the quiet';
    if (record) record.version = null;
    expect(await stream.verify()).toMatchObject({ outcome: 'UNPROVED', undecided: 1 });
    source.faults.readByKeys = async () => {
      source.faults = {};
      await stream.sync();
    };
    expect(await stream.verify()).toMatchObject({ outcome: 'DIFFERENT', different: 1, differences: [{ key: '7' }] });
  });

  it('is clean while the source changes under its hands, and still sees a forged row', async () => {
    let turn = 0;
    source.faults.page = () => {
      turn += 1;
      source.clock.tick(10_000);
      source.put(String(1 + (turn % 25)), { number: `changed ${turn}` });
      source.put(`new ${turn}`, { number: `new ${turn}` });
    };
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', missing: 0, extra: 0, different: 0, undecided: 0 });
    source.faults.page = () => void source.remove(String(5 + (turn++ % 7)));
    expect(await stream.verify()).toMatchObject({ outcome: 'UNPROVED', missing: 0, extra: 0, different: 0 });
    await stream.sync();
    await stream.reconcile();
    await alter('25');
    source.faults = {};
    expect(await stream.verify()).toMatchObject({ outcome: 'DIFFERENT', differences: [{ key: '25' }] });
  });

  it('says of a record that never stands still that it never stands still', async () => {
    let turn = 0;
    const restless = () => {
      turn += 1;
      source.put('7', { number: `turn ${turn}` });
    };
    source.faults.page = restless;
    source.faults.readByKeys = restless;
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', moving: 1, different: 0 });
  });

  it('FAULTS 8: finds a change without a new timestamp, and a full pass repairs it', async () => {
    const record = source.truth.get('7');
    if (record) record.data.number = 'changed on the quiet';
    expect(await stream.verify()).toMatchObject({ outcome: 'DIFFERENT', different: 1, differences: [{ key: '7' }] });
    await stream.sync({ full: true });
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
  });

  it('FAULTS 7: finds a record that came without a timestamp and was missed', async () => {
    source.put('unstamped', { number: 'unstamped' }, null);
    expect(await stream.verify()).toMatchObject({
      outcome: 'UNPROVED',
      undecided: 1,
      undecidedRecords: [{ key: 'unstamped', kind: 'MISSING' }],
    });
  });

  it('does not compare records that are in quarantine, and counts them', async () => {
    source.put('poison', { number: 'P', date: 'yesterday' });
    await stream.sync();
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', rejected: 1, source: { records: 25 } });
  });

  it('compares values, not how they are written', async () => {
    source.put('7', { number: 'A-7', amount: '0010.5000' });
    await stream.sync();
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL' });
  });

  it('lists a bounded number of differences and counts them all', async () => {
    for (const key of ['1', '2', '3', '4']) await alter(key);
    const report = await stream.verify({ listed: 2 });
    expect(report).toMatchObject({ different: 4, differences: [{ key: '1' }, { key: '2' }] });
  });

  it('compares by keys and change stamps when it is to be quick, and says what that is worth', async () => {
    source.asked.length = 0;
    expect(await stream.verify({ thoroughness: 'quick' })).toMatchObject({
      outcome: 'EQUAL',
      method: 'KEY_VERSION',
      reason: 'sources of its kind compute no checksums',
      source: { records: 25 },
    });
    expect(source.asked).toEqual(['scan']);

    await alter('7');
    await cache.execute('DELETE FROM source_records WHERE `system` = ? AND source_key = ?', [system, '4']);
    source.remove('9');
    source.put('26', { number: 'A-26' });
    expect(await stream.verify({ thoroughness: 'quick' })).toMatchObject({
      outcome: 'DIFFERENT',
      differences: [
        { key: '4', kind: 'MISSING' },
        { key: '7', kind: 'DIFFERENT' },
      ],
      pending: 1,
      undecidedRecords: [{ key: '9', kind: 'EXTRA' }],
    });
    expect(source.asked.filter((what) => what.startsWith('read'))).not.toContain('read 25');
  });

  it('does not see a change without a new stamp when it is to be quick', async () => {
    const record = source.truth.get('7');
    if (record) record.data.number = 'changed on the quiet';
    expect(await stream.verify({ thoroughness: 'quick' })).toMatchObject({ outcome: 'EQUAL', method: 'KEY_VERSION' });
    expect(await stream.verify()).toMatchObject({ outcome: 'DIFFERENT', method: 'RECORDS' });
  });

  it('keeps what the source no longer has where the stream says so', async () => {
    const keeping = orderStream(source, cache, { system: `${system}k`, deletes: 'none' });
    await keeping.sync();
    source.remove('9');
    expect(await keeping.verify()).toMatchObject({ outcome: 'EQUAL', kept: 1, extra: 0 });
  });

  it('reports what is gone from a source whose shrinking nobody has confirmed', async () => {
    for (let key = 1; key <= 20; key += 1) source.remove(String(key));
    expect(await stream.verify()).toMatchObject({ outcome: 'DIFFERENT', extra: 20 });
    expect(Object.keys(await stream.orders())).toHaveLength(25);
  });

  it('needs no turn of its own while a pass of another process is under way', async () => {
    const lease = await stream.store.claim({ system, stream: 'orders', owner: 'another', ttl: 60_000 });
    source.put('7', { number: 'B-7' });
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', pending: 1 });
    if (lease) await stream.store.release(lease);
  });

  it('says that the mapping or the settings have changed since the last pass', async () => {
    const records = [{ entity: 'order', fields: { orderNumber: 'id', status: { const: 'CONFIRMED' } } }];
    const remapped = orderStream(source, cache, { system, records });
    const otherwise = orderStream(source, cache, { system, deletes: 'none' });
    const error = (what: string) => ({ code: 'VERIFY_DIFFERENT', message: expect.stringContaining(what) });
    expect(await remapped.verify()).toMatchObject({ outcome: 'FAILED', error: error('the mapping has changed') });
    expect(await otherwise.verify()).toMatchObject({ outcome: 'FAILED', error: error('Sync it first') });
  });

  it('says that a source is down, and that a stream was never read', async () => {
    source.faults.page = () => {
      throw new HubError('SOURCE_UNREACHABLE', 'Connection refused.');
    };
    expect(await stream.verify()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_UNREACHABLE' } });
    const unread = orderStream(source, cache, { system: `${system}u` });
    expect(await unread.verify()).toMatchObject({
      outcome: 'FAILED',
      error: { message: expect.stringContaining('Sync it first') },
    });
  });
});
