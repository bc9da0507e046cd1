import { afterAll, expect, it } from '@jest/globals';
import { createChecksumStore } from '../../cache/sync/checksum-store.ts';
import { databases } from '../setup/databases.ts';
import { openPass, order } from './page-builder.ts';

afterAll(() => Promise.all(databases.map((database) => database.drop())));

it.each(databases)('sums up a stream that is gone over in several parts, on $name', async (database) => {
  const cache = await database.open();
  const pass = await openPass(cache);
  const RECORDS = 2_500;
  await pass.save(Array.from({ length: RECORDS }, (_, n) => order(String(n))));
  const store = createChecksumStore(cache);
  const name = { system: 'erp', stream: 'orders' };
  const extent = await store.extent({ ...name, inABucket: 1_024 });
  const whole = { ...extent, parts: [['', 'g']] as const };
  if (cache.dialect === 'mysql') expect(extent.parts.length).toBeGreaterThan(1);
  const halves = {
    ...extent,
    parts: [
      ['', '00000000-3'],
      ['00000000-3', 'g'],
    ] as const,
  };
  const buckets = await store.recordBuckets({ ...name, mappingHash: 'm1', ...extent });
  expect([...buckets.values()].reduce((sum, { records }) => sum + records, 0)).toBe(RECORDS);
  for (const parts of [whole, halves]) {
    const others = await store.recordBuckets({ ...name, mappingHash: 'm1', ...parts });
    expect(new Map([...others].sort())).toEqual(new Map([...buckets].sort()));
  }
});
