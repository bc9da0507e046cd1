import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource } from '../sync-jobs/fake-source.ts';
import { orderStream } from '../sync-jobs/harness.ts';
import { sumsBesideResults } from '../sync-jobs/table-sums.ts';
import { fault } from './fault.ts';

describe.each(databases)('a verify that is a proof, on $name', (database) => {
  let cache: Cache;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  /** A list of 130 records that the server cuts at 100, and that passes by stamp have brought in full. */
  async function cutList() {
    count += 1;
    const source = createFakeSource({ pageSize: 200 });
    const stream = orderStream(source, cache, { system: `shop${count}`, lookback: '1s' });
    for (let key = 1; key <= 130; key += 1) source.put(String(key), { number: `A-${key}` });
    source.asksByKey = false;
    source.cut = 100;
    source.evidence = { total: null, doubt: 'the list has exactly 100 records' };
    for (let pass = 0; pass < 3; pass += 1) await stream.sync();
    return { source, stream };
  }

  fault(55, 'a verify that finds a difference writes nothing', 'verify only reads', async () => {
    const { source, stream } = await cutList();
    source.truth.delete('7');
    await cache.execute('UPDATE orders SET order_number = ? WHERE `system` = ? AND source_key = ?', [
      'forged',
      stream.request.system,
      '8',
    ]);
    const before = await sumsBesideResults(cache);
    const report = await stream.verify();
    const after = await sumsBesideResults(cache);
    expect({ outcome: report.outcome, after }).toEqual({ outcome: 'DIFFERENT', after: before });
  });

  fault(57, 'a verify that is shown no more than the sync is no proof', 'unproved verify', async () => {
    const { source, stream } = await cutList();
    const held = async () => Object.keys(await stream.orders()).length;
    expect(await held()).toBe(130);
    // The sync has seen 130 records, and the list shows 100 of them; what neither can see is unknown.
    expect({ outcome: (await stream.verify()).outcome, held: await held() }).toEqual({
      outcome: 'UNPROVED',
      held: 130,
    });
    source.asksByKey = true;
    const byKey = await stream.verify({ repair: true });
    expect({ outcome: byKey.outcome, held: await held() }).toEqual({ outcome: 'UNPROVED', held: 130 });
    source.cut = null;
    source.evidence = { total: 130, came: 130, doubt: null };
    expect(await stream.verify()).toMatchObject({ outcome: 'EQUAL', equal: 130 });
  });
});
