import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createQuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { createStatusStore } from '../../cache/streams/status-store.ts';
import { createVerifyRunStore } from '../../cache/streams/verify-runs.ts';
import type { SyncStore, VerifyRun } from '../../cache/sync/sync-store.ts';
import { recordId } from '../../schema/ids.ts';
import { shiftInstant } from '../../schema/time.ts';
import { databases } from '../setup/databases.ts';
import { emptyTables, gone, LATER, NOW, openPass, order, party, rejected, rowOf, version } from './page-builder.ts';

describe.each(databases)('the history and state of streams on $name', (database) => {
  let cache: Cache;
  beforeAll(async () => {
    cache = await database.open();
  });
  beforeEach(async () => {
    await emptyTables(cache);
  });
  afterAll(() => database.drop());

  it('counts live and quarantined records of every stream', async () => {
    const orders = await openPass(cache, 'orders');
    const parties = await openPass(cache, 'parties');
    await orders.save([order('1'), order('2'), order('3')]);
    await orders.save([gone('1', version(2)), rejected('4', version(1))]);
    await parties.save([party('a')]);
    const streams = await createStatusStore(cache).streams();
    expect(streams.map(({ stream, records, quarantined }) => ({ stream, records, quarantined }))).toEqual([
      { stream: 'orders', records: 2, quarantined: 1 },
      { stream: 'parties', records: 1, quarantined: 0 },
    ]);
  });

  it('says how the last pass went, and since when the cache is what the source was', async () => {
    const { store, lease, runId } = await openPass(cache);
    expect(await store.state(lease)).toMatchObject({ lastOutcome: 'RUNNING', lastAttemptAt: NOW, lastSuccessAt: null });
    await store.finishRun({ lease, runId, outcome: 'SUCCEEDED', checkpoint: { cursor: 'c' }, now: LATER });
    expect(await store.state(lease)).toMatchObject({
      lastOutcome: 'SUCCEEDED',
      lastSuccessAt: NOW,
      checkpoint: { cursor: 'c' },
      failures: 0,
    });

    for (const failures of [1, 2]) {
      const failed = await store.startRun({ lease, mode: 'INCREMENTAL', reason: null, windowFrom: null, now: LATER });
      const errorMessage = `no answer ${'…'.repeat(3_000)}`;
      await store.finishRun({
        lease,
        runId: failed,
        outcome: 'FAILED',
        errorCode: 'SOURCE_UNREACHABLE',
        errorMessage,
        now: LATER,
      });
      expect(await store.state(lease)).toMatchObject({
        failures,
        lastErrorCode: 'SOURCE_UNREACHABLE',
        lastSuccessAt: NOW,
        checkpoint: { cursor: 'c' },
      });
    }
    await finish(store, 'RECONCILE');
    expect(await store.state(lease)).toMatchObject({ failures: 0, lastErrorCode: null, lastSuccessAt: NOW });

    await store.noteReconcile({ lease, now: LATER });
    await store.noteVerify(verifyRun({ outcome: 'DIFFERENT', missing: 1, different: 2, finishedAt: LATER }));
    await store.noteVerify(verifyRun({ outcome: 'FAILED', missing: null, finishedAt: shiftInstant(LATER, 1_000) }));
    expect(await store.state(lease)).toMatchObject({
      lastReconcileAt: LATER,
      lastVerifyAt: LATER,
      lastVerifyDifferences: 3,
    });

    async function finish(on: SyncStore, mode: 'RECONCILE') {
      const run = await on.startRun({ lease, mode, reason: null, windowFrom: null, now: LATER });
      await on.finishRun({ lease, runId: run, outcome: 'SUCCEEDED', now: LATER });
    }
  });

  it('knows nothing of a stream that was never claimed', async () => {
    const { store } = await openPass(cache);
    expect(await store.state({ system: 'erp', stream: 'nothing' })).toMatchObject({
      checkpoint: null,
      lastVerifyDifferences: null,
      failures: 0,
      leaseOwner: null,
    });
  });

  it('ends the run of a process that died when the next one starts', async () => {
    const { store, lease, runId } = await openPass(cache);
    await store.startRun({ lease, mode: 'FULL', reason: 'again', windowFrom: null, now: LATER });
    expect(await createStatusStore(cache).run(runId)).toMatchObject({
      outcome: 'PARTIAL',
      finishedAt: LATER,
      errorMessage: 'The process ended before the run did.',
    });
  });

  it('forgets runs in which nothing happened after a day, and all others after 90', async () => {
    const { store, lease } = await openPass(cache);
    const day = (n: number) => shiftInstant('2026-06-01T00:00:00.000000Z', n * 86_400_000);
    const run = async (at: string, outcome: 'SUCCEEDED' | 'FAILED', quarantined = false) => {
      const mode = 'INCREMENTAL' as const;
      const runId = await store.startRun({ lease, mode, reason: at, windowFrom: null, now: at });
      if (quarantined) {
        const record = { key: 'bad', version: null, deleted: false, data: {} };
        const records = [{ outcome: 'rejected', record, code: 'RECORD_INVALID', message: 'does not fit' } as const];
        const prepared = await store.preparePage(lease, records);
        await store.savePage({ lease, runId, mappingHash: 'm', prepared, checkpoint: null, now: at });
      }
      const error = outcome === 'FAILED' ? { errorCode: 'SOURCE_UNREACHABLE' as const, errorMessage: 'gone' } : {};
      await store.finishRun({ lease, runId, outcome, ...error, now: at });
    };
    const kept = async () =>
      (await createStatusStore(cache).runs({ system: lease.system, stream: lease.stream, first: 100 }))
        .map(({ reason }) => reason)
        .filter((reason) => reason?.startsWith('2026'));
    await run(day(0), 'SUCCEEDED');
    await run(day(0.1), 'FAILED');
    await run(day(0.2), 'SUCCEEDED', true);
    await run(day(0.9), 'SUCCEEDED');
    expect(await kept()).toHaveLength(4);
    await run(day(1.5), 'SUCCEEDED');
    expect(await kept()).toEqual([day(1.5), day(0.9), day(0.2), day(0.1)]);
    await run(day(91), 'SUCCEEDED');
    expect(await kept()).toEqual([day(91), day(1.5)]);
  });

  it('lists runs newest first, page by page, all or those of a stream', async () => {
    const status = createStatusStore(cache);
    for (const stream of ['orders', 'parties']) {
      const { store, lease } = await openPass(cache, stream);
      // Several at one instant, so that the id has to tell them apart.
      for (let i = 0; i < 6; i += 1) {
        const now = i < 3 ? NOW : LATER;
        await store.startRun({ lease, mode: 'INCREMENTAL', reason: `${i}`, windowFrom: version(i), now });
      }
    }
    const all = await status.runs({ first: 100 });
    expect(all).toHaveLength(14);
    expect(all.map(({ startedAt }) => startedAt)).toEqual(
      all
        .map(({ startedAt }) => startedAt)
        .sort()
        .reverse(),
    );
    const paged = [];
    for (let after: { startedAt: string; id: string } | null = null; ; ) {
      const page = await status.runs({ system: 'erp', stream: 'orders', first: 2, after });
      paged.push(...page);
      const last = page.at(-1);
      if (!last) break;
      after = { startedAt: last.startedAt, id: last.id };
    }
    expect(paged).toEqual(all.filter(({ stream }) => stream === 'orders'));
    expect(await status.run('00000000-0000-4000-8000-000000000000')).toBeNull();
  });

  it('lists quarantined records page by page, all or those of a stream', async () => {
    const quarantine = createQuarantineStore(cache);
    const keys = ['1', '2', '3', '4', '5'];
    await (await openPass(cache, 'orders')).save(keys.map((key) => rejected(key, version(1))));
    await (await openPass(cache, 'parties')).save([rejected('x', version(1))]);
    const first = await quarantine.list({ stream: 'orders', first: 3 });
    const rest = await quarantine.list({ stream: 'orders', first: 3, after: first.at(-1)?.id ?? null });
    expect([...first, ...rest].map(({ key }) => key).sort()).toEqual(keys);
    expect(await quarantine.count({ system: 'erp' })).toBe(6);
    const [one] = await quarantine.list({ stream: 'parties', first: 1 });
    expect(await quarantine.get(one?.id ?? '')).toMatchObject({ key: 'x', raw: '{"key":"x","broken":"broken date"}' });
    expect(await quarantine.get('nothing')).toBeNull();
  });

  it('marks the parties whose golden record may change', async () => {
    const id = (key: string) => recordId({ system: 'erp', entity: 'party', key });
    const accountOf = (partyKey: string, at: string) => ({
      outcome: 'mapped' as const,
      record: { key: 'acc', version: at, data: { partyKey } },
      rows: [rowOf('account', 'acc', { partyId: id(partyKey), accountNumber: '1' })],
    });
    const parties = await openPass(cache, 'parties');
    const accounts = await openPass(cache, 'accounts');
    await parties.save([party('a'), party('b'), party('c')]);
    expect(await takeDirty()).toEqual([id('a'), id('b'), id('c')].sort());
    await parties.save([party('a'), party('b', { version: version(2), name: 'B' }), gone('c', version(2))]);
    expect(await takeDirty()).toEqual([id('b'), id('c')].sort());
    await accounts.save([accountOf('a', version(1))]);
    expect(await takeDirty()).toEqual([id('a')]);
    await accounts.save([accountOf('b', version(2))]);
    expect(await takeDirty()).toEqual([id('a'), id('b')].sort());
    await accounts.store.deleteMissing({ lease: accounts.lease, runId: accounts.runId, keys: ['acc'], now: NOW });
    expect(await takeDirty()).toEqual([id('b')]);

    async function takeDirty() {
      const rows = await cache.query<{ party_id: string }>('SELECT party_id FROM identity_dirty ORDER BY party_id');
      await cache.execute('DELETE FROM identity_dirty');
      return rows.map(({ party_id }) => party_id);
    }
  });

  it('shows a canonical row altered by hand when its records are read back', async () => {
    const { store, lease, save } = await openPass(cache);
    await save([order('1', { total: '10.50', lines: ['1/1'] }), order('2')]);
    const [key] = await store.recordsByKeys({ ...lease, keys: ['1'] });
    const before = await store.canonicalRowsOf([key?.id ?? '']);
    expect(before.map(({ entity, key: rowKey }) => `${entity} ${rowKey}`)).toEqual(['order 1', 'orderLine 1/1']);
    expect(before[0]?.fields).toMatchObject({ totalAmount: '10.5', orderDate: '2026-02-01', promisedDate: null });
    await cache.execute("UPDATE orders SET total_amount = 7 WHERE source_key = '1'");
    const after = await store.canonicalRowsOf([key?.id ?? '']);
    expect(after[0]?.fields.totalAmount).toBe(cache.dialect === 'mysql' ? '7' : '0.0007');
  });

  it('pages through the keys of a stream', async () => {
    const { store, lease, save } = await openPass(cache);
    const keys = Array.from({ length: 25 }, (_, i) => `k${i}`);
    await save(keys.map((key) => order(key)));
    await save([gone('k3', version(2))]);
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await store.keysOf({ ...lease, after, first: 10 });
      if (page.length === 0) break;
      found.push(...page.map(({ key }) => key));
      after = page.at(-1)?.id ?? null;
    }
    expect(found.sort()).toEqual(keys.filter((key) => key !== 'k3').sort());
    const all = await store.keysOf({ ...lease, after: null, first: 100, deleted: true });
    expect(all.find(({ key }) => key === 'k3')).toMatchObject({ version: version(2), deletedAt: NOW });
    expect(all).toHaveLength(25);
  });
});

describe.each(databases)('the history of verify on $name', (database) => {
  afterAll(() => database.drop());

  it('tells the last comparison of every stream, and those of one; older ones than 90 days are forgotten', async () => {
    const cache = await database.open();
    const { store } = await openPass(cache);
    const runs = createVerifyRunStore(cache);
    const day = (n: number) => shiftInstant(NOW, n * 86_400_000);
    for (const n of [0, 1, 92]) await store.noteVerify(verifyRun({ startedAt: day(n), finishedAt: day(n) }));
    await store.noteVerify(verifyRun({ stream: 'parties', startedAt: day(1), method: 'RECORDS', reason: 'a float' }));
    expect(await runs.latest()).toMatchObject([
      { stream: 'orders', startedAt: day(92), outcome: 'EQUAL', compared: 10, repaired: null },
      { stream: 'parties', startedAt: day(1), method: 'RECORDS', reason: 'a float' },
    ]);
    const ofOrders = await runs.ofStream({ system: 'erp', stream: 'orders', first: 2 });
    expect(ofOrders.map(({ startedAt }) => startedAt)).toEqual([day(92)]);
  });
});

function verifyRun(change: Partial<VerifyRun>): VerifyRun {
  return {
    ...{ system: 'erp', stream: 'orders', method: 'CHECKSUM', reason: null, outcome: 'EQUAL', startedAt: NOW },
    ...{ finishedAt: NOW, compared: 10, reread: 0, missing: 0, extra: 0, different: 0, repaired: null },
    ...{ errorCode: null, errorMessage: null, completeness: null, ...change },
  };
}
