import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createBreakerStore } from '../../cache/streams/breaker-store.ts';
import { createMetrics, type Metrics } from '../../gateway/metrics/create-metrics.ts';
import { millisecondsOf, shiftInstant } from '../../schema/time.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource } from '../sync-jobs/fake-source.ts';
import { orderStream } from '../sync-jobs/harness.ts';
import { startTinyGateway, type TinyGateway } from './tiny-gateway.ts';

/** The hub's own samples: `name{labels}` → value. */
async function samplesOf(metrics: Pick<Metrics, 'text'>): Promise<Record<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('customer360_'));
  return Object.fromEntries(lines.map((line) => [line.replace(/ [^ ]+$/, ''), Number(line.split(' ').at(-1))]));
}

describe.each(databases)('what the cache tells Prometheus on $name', (database) => {
  afterAll(() => database.drop());

  async function seenBy(cache: Cache, stream: ReturnType<typeof orderStream>, laterMs: number) {
    const { system, source } = stream.request;
    const { lastSuccessAt } = await stream.store.state({ system, stream: 'orders' });
    const now = millisecondsOf(lastSuccessAt ?? '') + laterMs;
    return samplesOf(createMetrics({ cache, settings: { sources: { [system]: source } }, now: () => now }));
  }

  it('is what happened to its streams, whichever process did it', async () => {
    const cache = await database.open();
    const source = createFakeSource();
    const stream = orderStream(source, cache, { system: 'erp' });
    const of = (name: string, more = '') => `customer360_${name}{source="erp",stream="orders"${more}}`;
    for (let n = 0; n < 25; n += 1) source.put(`k${n}`, { number: `N${n}`, amount: n === 3 ? 'x' : '1', date: null });
    await stream.sync();
    for (let n = 0; n < 5; n += 1) source.put(`k${n + 5}`, { number: 'new', amount: '2', date: null, colour: 'red' });
    source.faults.page = () => {
      throw new Error('gone');
    };
    await stream.sync();
    source.faults.page = undefined;
    await stream.sync();
    await stream.verify();
    await createBreakerStore(cache).note({
      system: 'erp',
      state: 'OPEN',
      since: shiftInstant('2026-03-01T08:00:00.000000Z', 0),
      until: '2999-01-01T00:00:00.000000Z',
      failures: 4,
      lastError: 'gone',
    });

    const samples = await seenBy(cache, stream, 400_000);
    expect(samples).toMatchObject({
      customer360_cache_up: 1,
      [of('stream_age_seconds')]: 400,
      [of('stream_late_seconds')]: 100,
      [of('stream_failures')]: 0,
      [of('stream_quarantined_records')]: 1,
      [of('stream_drift_events')]: 1,
      [of('stream_verify_differences')]: 0,
      [of('sync_runs_last_hour', ',outcome="SUCCEEDED"')]: 2,
      [of('sync_runs_last_hour', ',outcome="FAILED"')]: 1,
      [of('sync_records_last_hour', ',what="changed"')]: 29,
      [of('sync_records_last_hour', ',what="quarantined"')]: 2,
      'customer360_source_breaker{source="erp",state="OPEN"}': 1,
      'customer360_source_breaker{source="erp",state="CLOSED"}': 0,
    });
  });

  it('says that the database does not answer, and nothing that it does not know', async () => {
    const cache = await database.open();
    const stream = orderStream(createFakeSource(), cache, { system: 'erp' });
    const { source } = stream.request;
    const metrics = createMetrics({ cache, settings: { sources: { erp: source } } });
    await cache.close();
    const samples = await samplesOf(metrics);
    expect(samples.customer360_cache_up).toBe(0);
    expect(Object.keys(samples).filter((name) => name.includes('stream='))).toEqual([]);
  });
});

describe('/metrics', () => {
  const hubs: TinyGateway[] = [];
  afterAll(() => Promise.all(hubs.map((hub) => hub.close())));

  async function hubWith(options: Record<string, unknown> = {}) {
    const hub = await startTinyGateway(options);
    hubs.push(hub);
    return { hub, address: hub.url.replace('/graphql', '/metrics') };
  }

  it('is text for Prometheus, with the operations of this process', async () => {
    const { hub, address } = await hubWith();
    await hub.ask({ query: '{ hello }' });
    await hub.ask({ query: '{ hub }' });
    const answer = await fetch(address);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await answer.text();
    expect(text).toContain('customer360_graphql_operation_seconds_count{outcome="ok"} 1');
    expect(text).toContain('customer360_graphql_operation_seconds_count{outcome="error"} 1');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('can be turned off', async () => {
    const { address } = await hubWith({ metrics: false });
    expect((await fetch(address)).status).toBe(404);
  });

  it('has every metric explained in docs/operations.md, and no other', async () => {
    const { address } = await hubWith();
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const named = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))];
    const told = named(await (await fetch(address)).text(), /^# HELP (customer360_\w+)/gm);
    expect(named(page, /^\| `(customer360_\w+)/gm).sort()).toEqual(told.sort());
    expect(named(page, /(customer360_\w+)/g).filter((name) => !told.includes(name ?? ''))).toEqual([
      'customer360_graphql_operation_seconds_bucket',
    ]);
  });
});
