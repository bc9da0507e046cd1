import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { createStatusStore } from '../../cache/streams/status-store.ts';
import { createSyncStore } from '../../cache/sync/create-sync-store.ts';
import type { Lease, SyncStore } from '../../cache/sync/sync-store.ts';
import { databases } from '../setup/databases.ts';
import { digestOf, LATER, NOW, order } from './page-builder.ts';

describe.each(databases)('the lease of a stream on $name', (database) => {
  let cache: Cache;
  let second: Cache;
  let here: SyncStore;
  let there: SyncStore;
  beforeAll(async () => {
    cache = await database.open();
    second = await openCache({ url: database.url, poolSize: 4 });
    here = createSyncStore(cache);
    there = createSyncStore(second);
  });
  afterAll(async () => {
    await second.close();
    await database.drop();
  });

  it('FAULTS 31: is given to one of many that ask at once', async () => {
    const request = { system: 'erp', stream: 'contested', ttl: 60_000 };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => (i % 2 ? here : there).claim({ ...request, owner: `owner ${i}` })),
    );
    const given = answers.filter((lease) => lease !== null);
    expect(given).toHaveLength(1);
    expect((await here.state(request)).leaseOwner).toBe(given[0]?.owner);
  });

  it('is not given to its own holder again, is free when released, and its token grows', async () => {
    const request = { system: 'erp', stream: 'released', owner: 'me', ttl: 60_000 };
    const lease = await claim(here, request.stream);
    expect(await here.claim(request)).toBeNull();
    await here.release(lease);
    const next = await claim(there, request.stream);
    expect(next.token).toBe(lease.token + 1);
    await here.release(lease);
    expect(await here.claim(request)).toBeNull();
  });

  it('runs out by the clock of the database, unless it is renewed', async () => {
    const lease = await claim(here, 'expiring', 400);
    const renewed = await here.renew(lease, 60_000);
    expect(renewed.expiresAt > lease.expiresAt).toBe(true);
    await here.renew(lease, 1);
    await sleep(20);
    const taken = await claim(there, 'expiring');
    expect(taken.token).toBe(lease.token + 1);
    await expect(here.renew(lease, 60_000)).rejects.toMatchObject({ code: 'LEASE_LOST', stream: 'expiring' });
  });

  it('FAULTS 30: lets nothing be written by a holder that has been overtaken', async () => {
    const stale = await claim(here, 'orders', 1);
    const runId = await here.startRun({ lease: stale, mode: 'FULL', reason: null, windowFrom: null, now: NOW });
    const page = { runId, mappingHash: 'm1', checkpoint: { at: 'stale' }, now: NOW };
    await sleep(20);
    const fresh = await claim(there, 'orders');
    await there.savePage({
      ...page,
      lease: fresh,
      prepared: await there.preparePage(fresh, [order('1')]),
      checkpoint: { at: 'fresh' },
    });
    const before = await digestOf(cache);

    const lost = { code: 'LEASE_LOST' };
    await expect(
      here.savePage({ ...page, lease: stale, prepared: await here.preparePage(stale, [order('2')]) }),
    ).rejects.toMatchObject(lost);
    await expect(here.deleteMissing({ lease: stale, runId, keys: ['1'], now: LATER })).rejects.toMatchObject(lost);
    await expect(here.noteReconcile({ lease: stale, now: LATER })).rejects.toMatchObject(lost);
    await expect(
      here.startRun({ lease: stale, mode: 'FULL', reason: null, windowFrom: null, now: LATER }),
    ).rejects.toMatchObject(lost);
    await expect(
      here.finishRun({ lease: stale, runId, outcome: 'SUCCEEDED', checkpoint: { at: 'stale' }, now: LATER }),
    ).rejects.toMatchObject(lost);

    expect(await digestOf(cache)).toBe(before);
    const state = await here.state(fresh);
    expect(state.checkpoint).toEqual({ at: 'fresh' });
    expect(state.lastSuccessAt).toBeNull();
    // Its own row in the history still says how it ended.
    expect(await createStatusStore(cache).run(runId)).toMatchObject({ outcome: 'FAILED', errorCode: 'LEASE_LOST' });
  });

  async function claim(store: SyncStore, stream: string, ttl = 60_000): Promise<Lease> {
    const lease = await store.claim({ system: 'erp', stream, owner: store === here ? 'here' : 'there', ttl });
    if (!lease) throw new Error(`Expected ${stream} to be free.`);
    return lease;
  }
});
