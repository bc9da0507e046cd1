import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createVerifyRunStore } from '../../cache/streams/verify-runs.ts';
import { createLog } from '../../config/observability/log.ts';
import { consistencyOf } from '../../customer-360/consistency.ts';
import { createVerifyJob } from '../../sync-jobs/schedule/verify-on-schedule.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource } from './fake-source.ts';
import { orderStream } from './harness.ts';

describe.each(databases)('verify on its schedule, on $name', (database) => {
  let cache: Cache;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  it('warns once of a stream that cannot be proved, until it can', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } });
    const source = createFakeSource();
    const stream = orderStream(source, cache, { system: 'erp', log });
    for (let key = 1; key <= 20; key += 1) source.put(String(key), { number: `A-${key}` });
    await stream.sync();
    const job = createVerifyJob(stream.request);
    const name = { system: 'erp', stream: 'orders' };
    const status = async () => consistencyOf('erp', ['orders'], [await stream.store.state(name)]).status;
    expect([await job(), lines, await status()]).toEqual([{ outcome: 'SUCCEEDED' }, [], 'EQUAL']);

    source.evidence = { total: null, doubt: 'the list has exactly 20 records' };
    for (let tick = 0; tick < 3; tick += 1) expect(await job()).toEqual({ outcome: 'SUCCEEDED' });
    expect(lines).toEqual([
      expect.stringContaining('erp/orders is unproved, because the list of the source may be cut'),
    ]);
    expect(await status()).toBe('UNPROVED');
    const [run] = await createVerifyRunStore(cache).ofStream({ ...name, first: 1 });
    expect(run).toMatchObject({
      ...{ outcome: 'UNPROVED', errorCode: null, missing: 0, completeness: { status: 'UNKNOWN' } },
      errorMessage: 'Not proved, because the list of the source may be cut: the list has exactly 20 records.',
    });

    source.evidence = { total: 20, doubt: null };
    await job();
    expect(await status()).toBe('EQUAL');
    source.evidence = { total: null, doubt: null };
    source.remove('3');
    expect(await job()).toEqual({ outcome: 'SUCCEEDED' });
    expect(lines).toHaveLength(2);
    expect(await status()).toBe('UNPROVED');
    await stream.reconcile();
    await job();
    expect(await status()).toBe('EQUAL');
  });
});
