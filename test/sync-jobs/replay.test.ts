import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { HubError } from '../../config/errors.ts';
import { replay } from '../../sync-jobs/reconcile/replay.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

describe.each(databases)('a replay of what is in quarantine on $name', (database) => {
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
    for (let key = 1; key <= 12; key += 1) source.put(String(key), { number: `A-${key}` });
    source.put('open', { number: 'P', date: 'open' });
    source.put('broken', { number: 'Q', date: '2026-02-30' });
    await stream.sync();
  });

  const held = async () =>
    (await createQuarantineStore(cache).list({ system, first: 10 })).map(({ key }) => key).sort();
  /** The same stream with a mapping that takes `open` for no date. */
  const corrected = () => {
    const fields = {
      status: { const: 'CONFIRMED' },
      orderNumber: 'number',
      orderDate: { path: 'date', nulls: ['open'] },
    };
    return orderStream(source, cache, { system, records: [{ entity: 'order', fields }] });
  };

  it('takes in what the corrected mapping can read, and keeps the rest with its reason', async () => {
    expect(await held()).toEqual(['broken', 'open']);
    const before = await stream.checkpoint();
    const run = await replay(corrected().request);
    expect(run).toMatchObject({ outcome: 'SUCCEEDED', read: 2, changed: 1, quarantined: 1 });
    expect(await held()).toEqual(['broken']);
    expect(await stream.orders()).toMatchObject({ open: 'P', 1: 'A-1' });
    expect(await stream.checkpoint()).toEqual(before);
  });

  it('takes in what was corrected in the source without a new stamp', async () => {
    const old = source.truth.get('broken');
    source.put('broken', { number: 'Q', date: '2026-02-27' }, old?.version ?? null);
    expect(await replay({ ...stream.request, keys: ['broken'] })).toMatchObject({ outcome: 'SUCCEEDED', read: 1 });
    expect(await held()).toEqual(['open']);
    expect(await stream.orders()).toMatchObject({ broken: 'Q' });
  });

  it('leaves what the source no longer has to reconcile', async () => {
    source.remove('open');
    expect(await replay(stream.request)).toMatchObject({ outcome: 'SUCCEEDED', read: 1 });
    expect(await held()).toEqual(['broken', 'open']);
  });

  it('changes nothing when the source cannot be asked, and says so', async () => {
    source.faults.readByKeys = () => {
      throw new HubError('SOURCE_UNREACHABLE', 'Expected an answer, got none.', { source: system });
    };
    expect(await replay(corrected().request)).toMatchObject({
      outcome: 'FAILED',
      error: { code: 'SOURCE_UNREACHABLE' },
    });
    expect(await held()).toEqual(['broken', 'open']);
  });
});
