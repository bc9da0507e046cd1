import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createStatusStore } from '../../cache/streams/status-store.ts';
import { completenessOfSystem, consistencyOf } from '../../customer-360/consistency.ts';
import { completenessOf } from '../../sync-jobs/pass/completeness.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

const name = { system: 'erp', stream: 'orders' };

describe('completeness', () => {
  it('is COUNTED when as many records came as the source says it has, or more', () => {
    expect(completenessOf({ total: 3, doubt: null }, 3, name)).toMatchObject({ status: 'COUNTED', total: 3, came: 3 });
    expect(completenessOf({ total: 3, doubt: 'a cut is possible' }, 4, name)).toMatchObject({ status: 'COUNTED' });
    expect(completenessOf({ total: 0, doubt: null }, 0, name)).toMatchObject({ status: 'COUNTED' });
  });

  it('counts distinct records where the paginator knows them', () => {
    expect(() => completenessOf({ total: 3, came: 2, doubt: null }, 3, name)).toThrow(/the 3 records .* got 2/);
  });

  it('is an error with both numbers when fewer came than the source says it has', () => {
    expect(() => completenessOf({ total: 130, doubt: null }, 100, name)).toThrow(
      expect.objectContaining({ code: 'SOURCE_INCOMPLETE', message: expect.stringMatching(/130 .* got 100/) }),
    );
  });

  it('is ENDED when the end of the list is unmistakable', () => {
    expect(completenessOf({ total: null, doubt: null }, 7, name)).toMatchObject({ status: 'ENDED', came: 7 });
  });

  it('is UNKNOWN with the reason when the end may be a cut, and when nothing is said of it', () => {
    const doubt = 'the list has exactly 100 records';
    expect(completenessOf({ total: null, doubt }, 100, name)).toMatchObject({ status: 'UNKNOWN', reason: doubt });
    expect(completenessOf(undefined, 5, name)).toMatchObject({ status: 'UNKNOWN', reason: expect.any(String) });
  });
});

describe.each(databases)('completeness of a stream on $name', (database) => {
  let cache: Cache;
  let source: FakeSource;
  let stream: OrderStream;
  let system: string;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  beforeEach(() => {
    count += 1;
    system = `erp${count}`;
    source = createFakeSource();
    stream = orderStream(source, cache, { system });
    for (let key = 1; key <= 25; key += 1) source.put(String(key), { number: `A-${key}` });
  });

  const state = () => stream.store.state({ system, stream: 'orders' });
  const consistency = async () => consistencyOf(system, ['orders'], [await state()]);
  const unknown = { total: null, doubt: 'it may be cut' };

  it('is that of its last full read, in its state and in the history of runs', async () => {
    source.evidence = { total: 25, doubt: null };
    const counted = { status: 'COUNTED', reason: null, total: 25, came: 25 };
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', completeness: counted });
    expect((await state()).completeness).toMatchObject({ ...counted, at: expect.any(String) });
    const [run] = await createStatusStore(cache).runs({ system, first: 1 });
    expect(run?.completeness).toEqual(counted);
  });

  it('stays as it was after an incremental read, and becomes UNKNOWN with one that may have been cut', async () => {
    await stream.sync();
    source.put('26', { number: 'A-26' });
    expect(await stream.sync()).toMatchObject({ mode: 'INCREMENTAL', completeness: { status: 'ENDED' } });
    expect((await state()).completeness).toMatchObject({ status: 'ENDED', came: 25 });
    source.evidence = unknown;
    await stream.sync();
    expect((await state()).completeness).toMatchObject({ status: 'UNKNOWN', reason: 'it may be cut' });
    source.evidence = { total: null, doubt: null };
    await stream.sync();
    expect((await state()).completeness).toMatchObject({ status: 'UNKNOWN' });
    await stream.sync({ full: true });
    expect((await state()).completeness).toMatchObject({ status: 'ENDED' });
  });

  it('fails the pass after two reads that came up short, keeps what came, and holds the checkpoint', async () => {
    source.evidence = { total: 130, doubt: null };
    expect(await stream.sync()).toMatchObject({
      outcome: 'FAILED',
      reason: 'the read before it came up short',
      error: { code: 'SOURCE_INCOMPLETE', message: expect.stringMatching(/130 .* got 25/) },
    });
    expect(source.asked.filter((one) => one.startsWith('pull'))).toEqual(['pull null null', 'pull null null']);
    expect(Object.keys(await stream.orders())).toHaveLength(25);
    expect(await stream.checkpoint()).toMatchObject({ finished: null, pass: null });
    expect((await state()).completeness).toBeNull();
  });

  it('is no matter of one read that came up short', async () => {
    source.evidence = { total: 26, doubt: null };
    let reads = 0;
    source.faults.page = (index) => {
      if (index === 0) reads += 1;
      if (reads === 2) source.evidence = { total: 25, doubt: null };
    };
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', completeness: { status: 'COUNTED' } });
  });

  it('fails an incremental pass whose window came up short, and reads that window again', async () => {
    await stream.sync();
    source.put('26', { number: 'A-26' });
    source.evidence = { total: 40, doubt: null };
    expect(await stream.sync()).toMatchObject({ outcome: 'FAILED', mode: 'INCREMENTAL' });
    source.evidence = { total: null, doubt: null };
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED', mode: 'INCREMENTAL' });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('lets a scan of unknown completeness delete nothing, and still reads what passes have missed', async () => {
    await stream.sync();
    source.remove('3');
    source.put('26', { number: 'A-26' }, null);
    source.evidence = unknown;
    expect(await stream.reconcile()).toMatchObject({
      outcome: 'SUCCEEDED',
      deleted: 0,
      withheld: 1,
      read: 1,
      completeness: { status: 'UNKNOWN' },
    });
    expect(Object.keys(await stream.orders())).toContain('3');
    expect((await state()).completeness).toMatchObject({ status: 'ENDED' });
    source.evidence = { total: 25, doubt: null };
    expect(await stream.reconcile()).toMatchObject({ deleted: 1, withheld: 0 });
    expect((await state()).completeness).toMatchObject({ status: 'COUNTED' });
    expect(await stream.orders()).toEqual(stream.truth());
  });

  it('makes a reconcile fail that saw fewer keys than the source counts', async () => {
    await stream.sync();
    source.evidence = { total: 400, doubt: null };
    expect(await stream.reconcile()).toMatchObject({ outcome: 'FAILED', error: { code: 'SOURCE_INCOMPLETE' } });
    expect(Object.keys(await stream.orders())).toHaveLength(25);
  });

  it('keeps consistency UNPROVED while it is unknown, whatever was compared', async () => {
    source.evidence = unknown;
    await stream.sync();
    expect(await consistency()).toMatchObject({ status: 'UNPROVED', verifiedAt: null });
    await stream.verify();
    expect(await consistency()).toMatchObject({ status: 'UNPROVED' });
    expect(completenessOfSystem(system, ['orders'], [await state()])).toEqual({
      status: 'UNKNOWN',
      reason: 'orders: it may be cut',
    });
    source.evidence = { total: null, doubt: null };
    await stream.verify();
    expect(await consistency()).toMatchObject({ status: 'EQUAL', differences: 0 });
  });

  it('is unknown of a system while one of its streams was never read in full', async () => {
    await stream.sync();
    expect(completenessOfSystem(system, ['orders', 'parties'], [await state()])).toEqual({
      status: 'UNKNOWN',
      reason: 'parties: it has not been read in full yet',
    });
  });
});
