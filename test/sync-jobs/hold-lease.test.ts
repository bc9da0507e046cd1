import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from './fake-source.ts';
import { type OrderStream, orderStream } from './harness.ts';

describe.each(databases)('the lease of a stream on $name', (database) => {
  let cache: Cache;
  let source: FakeSource;
  let stream: OrderStream;
  let count = 0;

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  beforeEach(() => {
    count += 1;
    source = createFakeSource();
    stream = orderStream(source, cache, { system: `erp${count}` });
    for (let key = 1; key <= 25; key += 1) source.put(String(key), { number: `A-${key}` });
  });

  const lease = async () => {
    const { leaseOwner, leaseExpiresAt } = await stream.store.state(stream.request);
    return { leaseOwner, leaseExpiresAt: leaseExpiresAt ?? '' };
  };

  it('is renewed while a page takes its time', async () => {
    const seen: string[] = [];
    source.faults.page = async (index) => {
      if (index !== 1) return;
      seen.push((await lease()).leaseExpiresAt);
      for (let patience = 0; patience < 400 && seen.length < 3; patience += 1) {
        await sleep(25);
        const { leaseExpiresAt } = await lease();
        if (leaseExpiresAt !== seen.at(-1)) seen.push(leaseExpiresAt);
      }
    };
    expect(await stream.sync({ leaseTtl: 3_000 })).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(seen).toHaveLength(3);
    expect([...seen].sort()).toEqual(seen);
  });

  it('once lost, ends a pass that is still waiting for its page', async () => {
    const hanging = {
      ...source.connector,
      async *pull(_stream: string, _request: object, signal: AbortSignal) {
        await takeOver();
        if (!signal.aborted) await Promise.race([once(signal, 'abort'), sleep(20_000, undefined, { ref: false })]);
        signal.throwIfAborted();
        yield { records: [], next: null };
      },
    };
    const run = await stream.sync({ connector: hanging, leaseTtl: 300 });
    expect(run).toMatchObject({ outcome: 'FAILED', error: { code: 'LEASE_LOST' } });
    expect((await lease()).leaseOwner).toBe('successor');
  });

  async function takeOver() {
    const past = cache.dialect === 'mysql' ? '2020-01-01 00:00:00.000000' : '2020-01-01T00:00:00.000000Z';
    const claim = { ...stream.request, owner: 'successor', ttl: 60_000 };
    for (;;) {
      await cache.execute('UPDATE stream_states SET lease_expires_at = ? WHERE `system` = ?', [past, claim.system]);
      if (await stream.store.claim(claim)) return;
    }
  }

  it('is given back when the pass ends, however it ends', async () => {
    await stream.sync();
    expect((await lease()).leaseOwner).toBeNull();
    source.faults.page = () => {
      throw new TypeError('A bug in a connector.');
    };
    expect(await stream.sync()).toMatchObject({ outcome: 'FAILED', error: { code: 'INTERNAL' } });
    expect((await lease()).leaseOwner).toBeNull();
  });
});
