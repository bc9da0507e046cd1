import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { createStatusStore } from '../../cache/streams/status-store.ts';
import { HubError } from '../../config/errors.ts';
import { databases } from '../setup/databases.ts';
import { at, createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

describe.each(databases)('reconcile on $name', (database) => {
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
    for (let key = 1; key <= 25; key += 1) source.put(String(key), { number: `A-${key}` });
    await stream.sync();
  });

  it('FAULTS 9: removes what was deleted in the source, in one go where the source confirms it by key', async () => {
    for (const key of ['3', '9', '25']) source.remove(key);
    expect(await stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'RECONCILE', deleted: 3 });
    expect(await stream.orders()).toEqual(stream.truth());
    const [run] = await createStatusStore(cache).runs({ system, first: 1 });
    expect(run).toMatchObject({ mode: 'RECONCILE', outcome: 'SUCCEEDED' });
    expect((await stream.store.state({ system, stream: 'orders' })).lastReconcileAt).not.toBeNull();
  });

  it('takes a record out of quarantine that the source no longer has, though it never fitted', async () => {
    source.put('26', { number: 'A-26', amount: 'a lot' });
    expect(await stream.sync()).toMatchObject({ quarantined: 1 });
    source.remove('26');
    expect(await stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 0 });
    expect(await createQuarantineStore(cache).list({ system, first: 10 })).toEqual([]);
  });

  it('FAULTS 33: maps anew what a full pass of the new mapping was not shown', async () => {
    const remapped = orderStream(source, cache, {
      system,
      records: [{ entity: 'order', fields: { status: { const: 'DONE' }, orderNumber: { const: 'another' } } }],
    });
    const all = [...source.truth];
    source.truth.clear();
    expect(await remapped.sync()).toMatchObject({ mode: 'FULL', read: 0 });
    for (const [key, record] of all) source.truth.set(key, record);
    await remapped.reconcile();
    expect(new Set(Object.values(await remapped.orders()))).toEqual(new Set(['another']));
  });

  it('brings a deleted record back when the source has it again', async () => {
    const record = source.truth.get('3');
    source.remove('3');
    await stream.reconcile();
    if (record) source.truth.set('3', record);
    expect(await stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', changed: 1 });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('deletes nothing that only the scan has missed', async () => {
    source.faults.scanned = [...source.truth.keys()].slice(0, 20);
    expect(await stream.reconcile()).toMatchObject({ outcome: 'SUCCEEDED', deleted: 0, read: 5, changed: 0 });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it.each([
    ['returns nothing', 0],
    ['has shrunk past the guard', 12],
  ])('FAULTS 10: deletes nothing and fails when the scan %s', async (_what, left) => {
    source.faults.scanned = [...source.truth.keys()].slice(0, left);
    const run = await stream.reconcile();
    expect(run).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_SHRUNK' } });
    expect(Object.keys(await stream.orders())).toHaveLength(25);
    const [row] = await createStatusStore(cache).runs({ system, first: 1 });
    expect(row).toMatchObject({ outcome: 'FAILED', errorCode: 'SOURCE_SHRUNK' });
  });

  it('believes a shrunken source when told to', async () => {
    for (let key = 1; key <= 20; key += 1) source.remove(String(key));
    expect(await stream.reconcile({ allowShrink: true })).toMatchObject({ outcome: 'SUCCEEDED', deleted: 20 });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('deletes nothing when the scan or a read by key fails', async () => {
    source.remove('3');
    source.faults.scan = () => {
      throw new HubError('SOURCE_PROTOCOL', 'The scan is not complete.');
    };
    expect(await stream.reconcile()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_PROTOCOL' } });
    source.faults = {
      readByKeys: () => {
        throw new HubError('SOURCE_UNREACHABLE', 'Connection reset.');
      },
    };
    expect(await stream.reconcile()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_UNREACHABLE' } });
    expect(await stream.orders()).toHaveProperty('3');
  });

  it('brings what the passes have missed: stamped too late, or without a stamp (faults 4, 7)', async () => {
    source.clock.tick(3_600_000);
    source.put('last', { number: 'last' });
    await stream.sync();
    source.put('late', { number: 'late' }, at(0));
    source.put('unstamped', { number: 'unstamped' }, null);
    await stream.sync();
    expect(await stream.orders()).not.toHaveProperty('late');
    await stream.reconcile();
    expect(await stream.orders()).toEqual(stream.truth());

    source.put('unstamped', { number: 'changed' }, null);
    await stream.reconcile();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('FAULTS 24: follows a changed key', async () => {
    source.put('3-new', { number: 'A-3' });
    source.remove('3');
    await stream.sync();
    await stream.reconcile();
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('leaves the checkpoint of the passes where it is', async () => {
    const before = await stream.checkpoint();
    source.remove('3');
    await stream.reconcile();
    expect(await stream.checkpoint()).toEqual(before);
  });

  it('has nothing to do where deletes are told otherwise, or before the first full read', async () => {
    const told = orderStream(source, cache, { system, deletes: { flag: 'gone', values: ['1'], scan: false } });
    expect(await told.reconcile()).toMatchObject({ outcome: 'SKIPPED' });
    const connector = { ...source.connector, forgets: () => true };
    expect(await stream.reconcile({ connector })).toMatchObject({ outcome: 'SKIPPED' });
    const unread = orderStream(source, cache, { system: `${system}-unread` });
    expect(await unread.reconcile()).toMatchObject({ outcome: 'SKIPPED' });
  });
});
