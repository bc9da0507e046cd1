import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { type SourceSettings, sourceSettings } from '../../config/settings/settings.ts';
import { createFreshnessReader } from '../../gateway/freshness/freshness.ts';
import { databases } from '../setup/databases.ts';

const stream = { resource: 'x', key: 'id', deletes: 'none' as const, quarantineThreshold: 0.2, records: [] };
const erp: SourceSettings = { ...sourceSettings.parse({ kind: 'demo' }), streams: { orders: stream } };
const settings = { sources: { erp } };
const noon = Date.UTC(2026, 2, 1, 12);

describe.each(databases)('freshness on $name', (database) => {
  let cache: Cache;
  beforeAll(async () => {
    cache = await database.open();
    const at = cache.dialect === 'mysql' ? '2026-03-01 11:58:00.000000' : '2026-03-01T11:58:00.000000Z';
    await cache.execute(
      'INSERT INTO stream_states (`system`, stream, last_attempt_at, last_success_at, failures) VALUES (?, ?, ?, ?, ?)',
      ['erp', 'orders', at, at, 0],
    );
  });
  afterAll(() => database.drop());

  it('is read from the database', async () => {
    const reader = createFreshnessReader({ cache, settings, now: () => noon });
    const unproved = { status: 'UNPROVED', verifiedAt: null, differences: null };
    const erp = {
      system: 'erp',
      status: 'FRESH',
      syncedAt: '2026-03-01T11:58:00.000000Z',
      ageSeconds: 120,
      lagSeconds: 0,
    };
    const completeness = { status: 'UNKNOWN', reason: 'orders: it has not been read in full yet' };
    expect(await reader.current()).toEqual([{ ...erp, consistency: unproved, completeness }]);
  });

  it('is read at most once a second however many ask, and still grows older', async () => {
    const counted = counting(cache);
    let now = noon;
    const reader = createFreshnessReader({ cache: counted.cache, settings, now: () => now });
    await Promise.all(Array.from({ length: 50 }, () => reader.current()));
    now += 999;
    expect(await reader.current()).toMatchObject([{ ageSeconds: 121 }]);
    expect(counted.statements()).toBe(1);
    now += 1;
    await reader.current();
    expect(counted.statements()).toBe(2);
  });

  it('is read again after a failure', async () => {
    let broken = true;
    const query: Cache['query'] = (...parameters) =>
      broken ? Promise.reject(new Error('gone away')) : cache.query(...parameters);
    const reader = createFreshnessReader({ cache: { ...cache, query }, settings, now: () => noon });
    await expect(reader.current()).rejects.toThrow('gone away');
    broken = false;
    expect(await reader.current()).toHaveLength(1);
  });
});

function counting(cache: Cache) {
  let statements = 0;
  const query: Cache['query'] = (...parameters) => {
    statements += 1;
    return cache.query(...parameters);
  };
  return { cache: { ...cache, query }, statements: () => statements };
}
