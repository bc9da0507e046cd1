import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { openCache } from '../../cache/database/open-cache.ts';
import { createBreakerStore } from '../../cache/streams/breaker-store.ts';
import { HubError } from '../../config/errors.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings, type Settings, type SourceSettings, sourceSettings } from '../../config/settings/settings.ts';
import { createGraph } from '../../gateway/create-graph.ts';
import type { Graph } from '../../gateway/graph.ts';
import { createGateway, type Gateway } from '../../gateway/server.ts';
import { instantOf } from '../../schema/time.ts';
import { createSchedule, type Schedule } from '../../sync-jobs/schedule/schedule.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource, type FakeSource } from '../sync-jobs/fake-source.ts';
import { orderStream } from '../sync-jobs/harness.ts';

const log = createLog({ level: 'silent' });
const newYear = '0 0 1 1 *';

interface Answer {
  data: { orders: { nodes: { orderNumber: string }[] } } | null;
  errors?: { message: string; path?: unknown; extensions: Record<string, unknown> }[];
  extensions: { freshness: Record<string, unknown>[] };
}

/** A gateway over HTTP with a connection of its own to the database, as a process of its own would have. */
async function startGateway(url: string, settings: Settings) {
  const cache = await openCache({ url, poolSize: 2 });
  const sent: string[] = [];
  const query: Cache['query'] = (statement, parameters) => {
    sent.push(statement);
    return cache.query(statement, parameters);
  };
  const graph = createGraph({ cache: { ...cache, query }, settings });
  const gateway: Gateway = await createGateway({ cache, settings, log, graph: graph as Graph });
  const address = await gateway.listen();
  return {
    graph,
    cache,
    orderStatements: () => sent.filter((statement) => /FROM orders/.test(statement)).length,
    async ask(query: string, variables: object = {}): Promise<Answer> {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
      return (await answer.json()) as Answer;
    },
    async close() {
      await gateway.close();
      await cache.close();
    },
  };
}

describe.each(databases)('an age that is asked for, on $name', (database) => {
  let cache: Cache;
  let count = 0;
  let system: string;
  let source: FakeSource;
  let schedule: Schedule | undefined;
  let gateways: Awaited<ReturnType<typeof startGateway>>[] = [];

  beforeAll(async () => {
    cache = await database.open();
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    count += 1;
    system = `erp${count}`;
    source = createFakeSource();
    source.put('1', { number: 'A-1', date: '2026-03-01' });
    await orderStream(source, cache, { system, deletes: 'none' }).sync();
    source.asked.length = 0;
  });
  afterEach(async () => {
    await schedule?.stop();
    schedule = undefined;
    await Promise.all(gateways.map((gateway) => gateway.close()));
    gateways = [];
  });

  function settingsOf(options: { catchUpInterval?: string; freshnessDeadline?: string } = {}): Settings {
    const { catchUpInterval = '0ms', freshnessDeadline = '8s' } = options;
    const times = { schedule: newYear, reconcileSchedule: newYear, verifySchedule: 'off', catchUpInterval };
    const { streams } = orderStream(source, cache, { system, deletes: 'none' }).request.source;
    // nothing of this one is asked for, and it was never read
    const cases = { ...streams.orders, records: [{ entity: 'serviceCase', fields: {} }] };
    return {
      ...hubSettings.parse({ gateway: { port: 0, freshnessDeadline } }),
      sources: {
        [system]: { ...sourceSettings.parse({ kind: 'fake', ...times }), streams },
        [`crm${count}`]: { ...sourceSettings.parse({ kind: 'fake', ...times }), streams: { cases } },
      } as unknown as Record<string, SourceSettings>,
    };
  }

  async function startSchedule(settings: Settings) {
    const { [system]: own } = settings.sources;
    if (!own) throw new Error('Expected the source to be configured.');
    schedule = createSchedule({
      settings: { ...settings, sources: { [system]: own } },
      cache,
      connectors: { [system]: source.connector },
      log,
    });
    await schedule.start();
  }

  async function start(settings: Settings, howMany = 1) {
    gateways = await Promise.all(Array.from({ length: howMany }, () => startGateway(database.url, settings)));
    const [gateway] = gateways;
    if (!gateway) throw new Error('Expected a gateway.');
    return gateway;
  }

  const orders = (asked: string) =>
    `query ${asked} { orders(filter: {system: ["${system}"]}, orderBy: ORDER_NUMBER_ASC) { nodes { orderNumber } } }`;
  const numbers = ({ data }: Answer) => data?.orders.nodes.map(({ orderNumber }) => orderNumber);
  const ownState = ({ extensions }: Answer) => extensions.freshness.find((state) => state.system === system);
  const pulls = () => source.asked.filter((what) => what.startsWith('pull')).length;

  it('brings in what the source has by now, whichever process reads it', async () => {
    const settings = settingsOf();
    const gateway = await start(settings);
    await startSchedule(settings);
    expect(numbers(await gateway.ask(orders('')))).toEqual(['A-1']);
    source.put('2', { number: 'A-2' });
    const answer = await gateway.ask(orders('@freshness(maxAge: 0)'));
    expect(answer.errors).toBeUndefined();
    expect(numbers(answer)).toEqual(['A-1', 'A-2']);
    expect(ownState(answer)).toMatchObject({ status: 'FRESH', lagSeconds: 0 });
    expect(pulls()).toBe(1);
  });

  it('asks nothing of a source whose part is young enough', async () => {
    const settings = settingsOf();
    const gateway = await start(settings);
    await startSchedule(settings);
    source.put('2', { number: 'A-2' });
    const answer = await gateway.ask(orders('($age: Int!) @freshness(maxAge: $age, onStale: FAIL)'), { age: 3600 });
    expect(numbers(answer)).toEqual(['A-1']);
    expect(ownState(answer)).toMatchObject({ status: 'FRESH' });
    await sleep(600);
    expect(source.asked).toEqual([]);
  });

  it('reads once for all who wait, in all processes', async () => {
    const settings = settingsOf({ catchUpInterval: '2s' });
    await start(settings, 2);
    await sleep(2_000);
    await startSchedule(settings);
    source.put('2', { number: 'A-2' });
    const query = orders('@freshness(maxAge: 1, onStale: FAIL)');
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => gateways[n % 2]?.ask(query)));
    expect(new Set(answers.map((answer) => answer && JSON.stringify(numbers(answer))))).toEqual(
      new Set(['["A-1","A-2"]']),
    );
    expect(pulls()).toBe(1);
  });

  it('reads no more often than the source is to be asked, however much is wanted', async () => {
    const settings = settingsOf({ catchUpInterval: '1h', freshnessDeadline: '700ms' });
    const gateway = await start(settings);
    await startSchedule(settings);
    const query = orders('@freshness(maxAge: 0, onStale: FAIL)');
    const answers = await Promise.all(Array.from({ length: 10 }, () => gateway.ask(query)));
    for (const { data, errors } of answers) {
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'FRESHNESS_NOT_REACHED', source: system } }]);
    }
    expect(source.asked).toEqual([]);
  });

  it('is said to be missed where nobody reads, and answered all the same unless FAIL was asked for', async () => {
    const gateway = await start(settingsOf({ freshnessDeadline: '300ms' }));
    const served = await gateway.ask(orders('@freshness(maxAge: 0)'));
    expect(numbers(served)).toEqual(['A-1']);
    expect(ownState(served)).toMatchObject({ status: 'STALE' });
    const failed = await gateway.ask(orders('@freshness(maxAge: 0, onStale: FAIL)'));
    expect(failed.data).toBeNull();
    expect(failed.errors?.[0]?.message).toMatch(/at most 0 s old, got: orders is as of .*no pass ended within 0\.3 s/);
    expect(ownState(failed)).toMatchObject({ status: 'STALE' });
  });

  it('is given up as soon as the source has failed', async () => {
    const settings = settingsOf({ freshnessDeadline: '15s' });
    const gateway = await start(settings);
    await startSchedule(settings);
    source.faults.now = () => {
      throw new HubError('SOURCE_UNREACHABLE', 'Connection refused.');
    };
    const answer = await gateway.ask(orders('@freshness(maxAge: 0, onStale: FAIL)'));
    expect(answer.errors).toMatchObject([
      { message: expect.stringContaining('SOURCE_UNREACHABLE'), extensions: { code: 'FRESHNESS_NOT_REACHED' } },
    ]);
    expect(ownState(answer)).toMatchObject({ status: 'DOWN' });
    expect(ownState(answer)).toHaveProperty('error');
  });

  it('is not waited for while the source is left alone', async () => {
    const settings = settingsOf({ freshnessDeadline: '15s' });
    const gateway = await start(settings);
    await startSchedule(settings);
    const now = Date.now();
    const open = { state: 'OPEN', since: instantOf(now), until: instantOf(now + 60_000) } as const;
    await createBreakerStore(cache).note({ system, ...open, failures: 4, lastError: 'refused' });
    const answer = await gateway.ask(orders('@freshness(maxAge: 0, onStale: FAIL)'));
    expect(answer.errors).toMatchObject([{ message: expect.stringContaining('SOURCE_BREAKER_OPEN') }]);
    expect(await cache.query('SELECT * FROM catch_up_requests WHERE `system` = ?', [system])).toEqual([]);
    expect(source.asked).toEqual([]);
  });

  it('lets kept answers go out that are young enough, and no other', async () => {
    const settings = settingsOf();
    const gateway = await start(settings);
    await startSchedule(settings);
    const query = orders('($age: Int!) @freshness(maxAge: $age, onStale: FAIL)');
    // the first finds out how old everything is, the second keeps, the third is given what is kept
    await gateway.ask(query, { age: 3600 });
    await gateway.ask(query, { age: 3600 });
    const before = gateway.orderStatements();
    expect(ownState(await gateway.ask(query, { age: 3600 }))).toMatchObject({ status: 'FRESH' });
    expect(gateway.orderStatements()).toBe(before);

    source.put('2', { number: 'A-2' });
    expect(numbers(await gateway.ask(query, { age: 0 }))).toEqual(['A-1', 'A-2']);
    source.put('3', { number: 'A-3' });
    expect(numbers(await gateway.ask(query, { age: 0 }))).toEqual(['A-1', 'A-2', 'A-3']);
    expect(numbers(await gateway.ask(query, { age: 3600 }))).toEqual(['A-1', 'A-2', 'A-3']);
  });

  it('is refused below nothing', async () => {
    const gateway = await start(settingsOf());
    const query = orders('($age: Int!) @freshness(maxAge: $age)');
    for (const age of [-1, 'x', null]) {
      const { errors } = await gateway.ask(query, { age });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
    expect((await gateway.ask(query, { age: -1 })).errors?.[0]?.message).toBe(
      'Expected @freshness(maxAge:) of 0 or more seconds, got -1. Ask for 0 to have everything as of now.',
    );
  });

  it('holds in the stitched lane too', async () => {
    const settings = settingsOf();
    const { graph } = await start(settings);
    await startSchedule(settings);
    source.put('2', { number: 'A-2' });
    const query = orders('@freshness(maxAge: 0)');
    const { data, errors } = await graph.execute({ query, context: graph.createContext(), lane: 'stitched' });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ orders: { nodes: [{ orderNumber: 'A-1' }, { orderNumber: 'A-2' }] } });
  });
});
