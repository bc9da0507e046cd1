import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createDriftStore } from '../../cache/streams/drift-store.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { createLog } from '../../config/observability/log.ts';
import type { StreamSettings } from '../../config/settings/settings.ts';
import type { JsonObject } from '../../schema/json.ts';
import { acceptDrift } from '../../sync-jobs/drift/accept-drift.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from '../sync-jobs/fake-source.ts';
import { type OrderStream, orderStream } from '../sync-jobs/harness.ts';
import { withoutDefence } from './without-defence.ts';

describe.each(databases)('the shape of a stream on $name', (database) => {
  let cache: Cache;
  let source: FakeSource;
  let systems = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    source = createFakeSource({ pageSize: 400 });
  });

  function streamOf(drift?: StreamSettings['drift'], lookback = '2m'): OrderStream {
    systems += 1;
    return orderStream(source, cache, { system: `erp${systems}`, lookback, ...(drift !== undefined && { drift }) });
  }

  function put(from: number, to: number, fields: (n: number) => JsonObject = () => ({}), lacking = ''): void {
    for (let n = from; n < to; n += 1) {
      const record: JsonObject = { number: `N${n}`, amount: '10.00', date: '2026-01-01', ...fields(n) };
      delete record[lacking];
      source.put(`k${String(n).padStart(4, '0')}`, record);
    }
  }

  function putWithout(lacking: string, from: number, to: number): void {
    put(from, to, () => ({}), lacking);
  }

  /** What is known of the stream as somebody would see it. */
  async function eventsOf({ request }: OrderStream, acknowledged = false) {
    const { system, stream } = request;
    const events = await createDriftStore(cache).list({ system, stream, acknowledged, first: 100 });
    return events.map(({ kind, field, from, to, policy }) => ({ kind, field, from, to, policy }));
  }

  it('FAULTS 25: a new field is noted once, with its run, and stops nothing', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'warn', destination: { write: (line) => void lines.push(line) }, pretty: false });
    const stream = streamOf();
    put(0, 60);
    await stream.sync({ log });
    expect(await eventsOf(stream)).toEqual([]);

    put(0, 5, () => ({ discount: '5', delivery: { place: 'dock 4', days: ['MO'] } }));
    const run = await stream.sync({ log });
    expect(run).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 0 });
    put(3, 9, () => ({ discount: '6' }));
    await stream.sync({ log });

    const kind = 'ADDED';
    const policy = 'ignore';
    const expected = [
      { kind, field: 'delivery', from: null, to: 'object', policy },
      { kind, field: 'discount', from: null, to: 'text', policy },
    ];
    const byField = (a: { field: string }, b: { field: string }) => (a.field < b.field ? -1 : 1);
    expect((await eventsOf(stream)).sort(byField)).toEqual(expected);
    expect([...run.drift].map(({ field }) => field).sort()).toEqual(['delivery', 'discount']);
    expect((await createDriftStore(cache).ofRuns([run.runId ?? ''])).length).toBe(2);
    expect(lines.filter((line) => line.includes('shape of the records'))).toHaveLength(1);
  });

  it('FAULTS 25: a field that vanishes fails the run before it empties a column, until somebody accepts it', async () => {
    const stream = streamOf();
    put(0, 210);
    await stream.sync();
    const { finished } = await stream.checkpoint();

    putWithout('number', 0, 60);
    const failed = await stream.sync();
    expect(failed).toMatchObject({
      outcome: 'FAILED',
      error: { code: 'SCHEMA_DRIFT', message: expect.stringContaining('number (text) is gone; the mapping reads it') },
    });
    expect((await stream.orders()).k0000).toBe('N0');
    expect((await stream.checkpoint()).finished).toEqual(finished);
    const event = { kind: 'REMOVED', field: 'number', from: 'text', to: null, policy: 'fail' };
    expect(await eventsOf(stream)).toEqual([event]);

    expect((await stream.sync()).outcome).toBe('FAILED');
    expect(await eventsOf(stream)).toEqual([event]);

    expect(await acceptDrift({ ...stream.request, onProgress: () => undefined })).toBe(1);
    expect(await eventsOf(stream)).toEqual([]);
    expect(await eventsOf(stream, true)).toEqual([event]);
    expect((await stream.sync()).outcome).toBe('SUCCEEDED');
    expect((await stream.orders()).k0000).toBe('null');
  });

  it('FAULTS 25: without the watch, a vanished field empties its column', async () => {
    const stream = streamOf();
    put(0, 210);
    await stream.sync();
    putWithout('number', 0, 60);
    await withoutDefence('drift watch', async () => {
      expect((await stream.sync()).outcome).toBe('SUCCEEDED');
      expect((await stream.orders()).k0000).toBe('null');
    });
  });

  it('FAULTS 25: quarantine puts the records aside that carry the change, and the rest flows', async () => {
    const stream = streamOf('quarantine');
    put(0, 210);
    await stream.sync();
    put(0, 30, (n) => (n < 2 ? { secret: 'x' } : { number: `M${n}` }));
    const run = await stream.sync();
    expect(run).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 2 });
    const { system } = stream.request;
    const quarantined = await createQuarantineStore(cache).list({ system, first: 10 });
    expect(quarantined.map(({ key, code }) => [key, code]).sort()).toEqual([
      ['k0000', 'SCHEMA_DRIFT'],
      ['k0001', 'SCHEMA_DRIFT'],
    ]);
    expect((await stream.orders()).k0002).toBe('M2');

    await acceptDrift({ ...stream.request, onProgress: () => undefined });
    await stream.sync({ full: true });
    expect(await createQuarantineStore(cache).count({ system })).toBe(0);
    expect(await stream.orders()).toEqual(stream.truth());
  });

  // What counts as a change is decided before a database has a say.
  if (database !== databases[0]) return;

  it('FAULTS 25: values of another type are noted; in a field that the mapping does not read, whatever the policy', async () => {
    const stream = streamOf({ added: 'ignore', removed: 'fail', retyped: 'fail' });
    put(0, 30, () => ({ note: 'a', open: true }));
    await stream.sync();
    put(0, 2, () => ({ note: { text: 'b' }, open: null }));
    expect((await stream.sync()).outcome).toBe('SUCCEEDED');
    const event = { kind: 'RETYPED', field: 'note', from: 'text', to: 'object', policy: 'ignore' };
    expect(await eventsOf(stream)).toEqual([event]);
  });

  it('FAULTS 25: goes on by itself when a field that had vanished is back', async () => {
    const stream = streamOf();
    put(0, 210);
    await stream.sync();
    putWithout('amount', 0, 60);
    expect((await stream.sync()).outcome).toBe('FAILED');
    put(0, 60);
    expect((await stream.sync()).outcome).toBe('SUCCEEDED');
  });

  it('FAULTS 25: a few changes at a time that lack a field add up to the same', async () => {
    const stream = streamOf(undefined, '3s');
    put(0, 210);
    await stream.sync();
    for (const { data } of source.truth.values()) delete data.amount;
    const outcomes: string[] = [];
    for (let n = 0; n < 50 && outcomes.at(-1) !== 'FAILED'; n += 5) {
      putWithout('amount', n, n + 5);
      outcomes.push((await stream.sync()).outcome);
      // What the lookback reads again says nothing new.
      if (n === 0) for (let again = 0; again < 8; again += 1) await stream.sync();
    }
    expect(outcomes).toHaveLength(4);
    expect(outcomes.at(-1)).toBe('FAILED');
  });

  it('FAULTS 25: a table of few records is judged when it has been read as a whole', async () => {
    const stream = streamOf();
    put(0, 8);
    await stream.sync();
    putWithout('amount', 0, 8);
    expect(await stream.sync({ full: true })).toMatchObject({ outcome: 'FAILED', error: { code: 'SCHEMA_DRIFT' } });
  });

  it('FAULTS 25: a new field that all records carry from then on is watched like the others', async () => {
    const stream = streamOf('ignore');
    put(0, 210);
    await stream.sync();
    put(0, 210, () => ({ colour: 'red' }));
    await stream.sync();
    put(0, 30);
    await stream.sync();
    expect((await eventsOf(stream)).map(({ kind, field }) => [kind, field]).sort()).toEqual([
      ['ADDED', 'colour'],
      ['REMOVED', 'colour'],
    ]);
  });

  it('FAULTS 25: a field that most records carry may be lacking in a whole batch', async () => {
    const stream = streamOf('fail');
    put(0, 300, (n) => (n === 7 ? {} : { mail: 'a@b.example' }));
    await stream.sync();
    put(300, 360);
    expect((await stream.sync()).outcome).toBe('SUCCEEDED');
    expect(await eventsOf(stream)).toEqual([]);
  });

  it('FAULTS 25: fields that are null, or only now and then there, raise no alarm', async () => {
    const stream = streamOf('fail');
    put(0, 300, (n) => (n % 10 === 0 ? { coupon: 'X', delivery: { place: 'A' } } : { delivery: null }));
    await stream.sync();
    put(0, 200, () => ({ amount: null, date: null, delivery: null }));
    expect((await stream.sync()).outcome).toBe('SUCCEEDED');
    expect((await stream.sync({ full: true })).outcome).toBe('SUCCEEDED');
    expect(await eventsOf(stream)).toEqual([]);
  });

  it('FAULTS 25: quarantine of a vanished field holds back the records that lack it', async () => {
    const stream = streamOf('quarantine');
    put(0, 400);
    await stream.sync();
    putWithout('number', 0, 25);
    put(25, 200, (n) => ({ number: `M${n}` }));
    putWithout('number', 0, 25);
    const run = await stream.sync();
    expect(run).toMatchObject({ outcome: 'SUCCEEDED', quarantined: 25 });
    expect((await stream.orders()).k0000).toBe('N0');
  });

  it('a map by id is no shape: what is known of it stays bounded', async () => {
    const stream = streamOf();
    put(0, 50);
    await stream.sync();
    const wide = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`id${n}`, n % 2 === 0 ? 'a' : 'b']));
    put(0, 2, () => wide);
    expect((await stream.sync()).outcome).toBe('SUCCEEDED');
    const { shape, open } = await stream.store.shape({ system: stream.request.system, stream: 'orders' });
    expect(open.size).toBeLessThanOrEqual(500);
    expect((shape ?? '').length).toBeLessThan(20_000);
  });
});
