import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { consistencyOf } from '../../customer-360/consistency.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource } from '../sync-jobs/fake-source.ts';
import { orderStream } from '../sync-jobs/harness.ts';
import { fault } from './fault.ts';

describe.each(databases)('a list that the server cuts, on $name', (database) => {
  let cache: Cache;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  fault(39, 'a list cut without a word is never the whole', 'proof of completeness', async () => {
    count += 1;
    const system = `erp${count}`;
    const source = createFakeSource();
    const stream = orderStream(source, cache, { system });
    for (let key = 1; key <= 25; key += 1) source.put(String(key), { number: `A-${key}` });
    await stream.sync();

    // From now on the server shows the first 20 records only.
    const cut = [...source.truth].slice(20);
    for (const [key] of cut) source.truth.delete(key);
    source.evidence = { total: null, doubt: 'the list has exactly 20 records' };
    const reconciled = await stream.reconcile();
    await stream.verify();
    const state = await stream.store.state({ system, stream: 'orders' });
    expect({
      held: Object.keys(await stream.orders()).length,
      reconciled: reconciled.completeness?.status,
      proved: consistencyOf(system, ['orders'], [state]).status === 'EQUAL',
    }).toEqual({ held: 25, reconciled: 'UNKNOWN', proved: false });
  });
});
