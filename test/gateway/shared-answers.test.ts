import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import type { Cache } from '../../cache/database/database.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings, type Settings, sourceSettings } from '../../config/settings/settings.ts';
import { createViewer } from '../../gateway/access/viewer.ts';
import { type CustomerGraph, createGraph } from '../../gateway/create-graph.ts';
import type { Graph } from '../../gateway/graph.ts';
import { createGateway } from '../../gateway/server.ts';
import { instantOf } from '../../schema/time.ts';
import { type OpenPass, openPass, rowOf } from '../cache/page-builder.ts';
import { databases } from '../setup/databases.ts';
import { type RedisServer, startRedis } from '../setup/redis-server.ts';

const binary = process.env.TEST_REDIS_SERVER;
const { skip } = describe;
const QUERY = '{ orders(first: 5) { nodes { orderNumber } } }';

interface Process {
  graph: CustomerGraph;
  ask(): Promise<unknown>;
  /** Statements sent for answers since the last time it was asked. */
  sent(): number;
  lines: Record<string, unknown>[];
  close(): Promise<void>;
}

// Without a Redis there is nothing to try: the run says so once, in its first lines.
(binary === undefined ? skip : describe).each(databases)('answers that processes share, on $name', (database) => {
  let cache: Cache;
  let pass: OpenPass;
  let redis: RedisServer;
  let edits = 0;
  const processes: Process[] = [];

  beforeAll(async () => {
    cache = await database.open();
    pass = await openPass(cache);
    await sync('N1');
    redis = await startRedis(binary ?? '');
  });
  afterEach(async () => {
    for (const each of processes.splice(0)) await each.close();
  });
  afterAll(async () => {
    await redis.stop();
    await database.drop();
  });

  async function sync(orderNumber: string): Promise<void> {
    edits += 1;
    const version = instantOf(Date.parse('2026-02-01T00:00:00Z') + edits * 1_000);
    const rows = [rowOf('order', '1', { orderNumber, status: 'CONFIRMED', currency: 'EUR' })];
    await pass.save([{ outcome: 'mapped', record: { key: '1', version, data: { edits: String(edits) } }, rows }]);
  }

  async function start({ url = redis.url, title = 'ERP' } = {}): Promise<Process> {
    let statements = 0;
    const counting: Cache = {
      ...cache,
      query: (statement, parameters) => {
        if (!/change_|stream_states/.test(statement)) statements += 1;
        return cache.query(statement, parameters);
      },
    };
    const settings = {
      ...hubSettings.parse({ gateway: { port: 0, recordCache: 0, cache: { redis: url } } }),
      sources: { erp: { ...sourceSettings.parse({ kind: 'rest', title }), streams: {} } },
    } as unknown as Settings;
    const lines: Record<string, unknown>[] = [];
    const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
    const graph = createGraph({ cache: counting, settings, log });
    const gateway = await createGateway({
      cache,
      settings,
      log: createLog({ level: 'silent' }),
      graph: graph as Graph,
    });
    const address = await gateway.listen();
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query: QUERY });
    const started: Process = {
      graph,
      lines,
      async ask() {
        statements = 0;
        const answer = await fetch(address, { method: 'POST', headers, body });
        return ((await answer.json()) as { data: unknown }).data;
      },
      sent: () => statements,
      close: () => gateway.close(),
    };
    processes.push(started);
    return started;
  }

  const numbers = (...orderNumbers: string[]) => ({
    orders: { nodes: orderNumbers.map((orderNumber) => ({ orderNumber })) },
  });

  /** Asks until the answer comes from what is shared: what is kept arrives a moment after the answer. */
  async function askUntilShared(one: Process): Promise<unknown> {
    for (let n = 0; n < 200; n += 1) {
      one.graph.memory.answers?.clear(0);
      const data = await one.ask();
      if (one.sent() === 0) return data;
      await sleep(10);
    }
    throw new Error('Expected an answer that is shared.');
  }

  it('are read by one of them', async () => {
    const [first, second] = [await start(), await start()];
    expect(await first.ask()).toEqual(numbers('N1'));
    expect(first.sent()).toBeGreaterThan(0);
    expect(await askUntilShared(second)).toEqual(numbers('N1'));
  });

  it('are not those from before a change, whoever kept them', async () => {
    const [first, second] = [await start(), await start()];
    await first.ask();
    await askUntilShared(second);
    await sync('N2');
    // the first does not know yet, and what it kept is still there
    await second.graph.memory.follow();
    expect(await second.ask()).toEqual(numbers('N2'));
    expect(second.sent()).toBeGreaterThan(0);
    await first.graph.memory.follow();
    expect(await askUntilShared(first)).toEqual(numbers('N2'));
  });

  it('are those of equal rights, settings and database alone', async () => {
    const [first, second, other] = [await start(), await start(), await start({ title: 'Another' })];
    await first.ask();
    await askUntilShared(second);
    const found = (graph: CustomerGraph, scopes: string[] | null) => {
      const viewer = scopes ? { viewer: createViewer({ name: 'user', scopes, claims: {} }) } : {};
      const document = graph.prepare(QUERY) ?? parse(QUERY);
      const context = graph.createContext(viewer.viewer);
      const place = graph.answerPlace({
        document,
        variables: undefined,
        operationName: undefined,
        viewer: context.viewer,
      });
      return place?.foundElsewhere?.();
    };
    // a busy machine may let a Redis seem slow once
    let same: unknown;
    for (let n = 0; n < 50 && same === undefined; n += 1) same = await found(second.graph, null);
    expect(same).toBeDefined();
    expect(await found(second.graph, ['erp:read'])).toBeUndefined();
    expect(await found(other.graph, null)).toBeUndefined();
  });

  it('cost nothing but the sharing where Redis is away, which is told of once', async () => {
    const away = await start({ url: 'redis://127.0.0.1:1' });
    for (let n = 0; n < 5; n += 1) {
      away.graph.memory.answers?.clear(0);
      expect(await away.ask()).toEqual(numbers(`N${edits}`));
    }
    expect(away.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { msg: expect.stringContaining('Redis does not answer') },
    ]);
  });

  it('cost nothing but the sharing where Redis hangs, which is told of once', async () => {
    const one = await start();
    await one.ask();
    await askUntilShared(one);
    const saidBefore = one.lines.length;
    redis.freeze();
    try {
      for (let n = 0; n < 8; n += 1) {
        one.graph.memory.answers?.clear(0);
        expect(await one.ask()).toEqual(numbers(`N${edits}`));
      }
      expect(one.lines.slice(saidBefore).filter(({ level }) => level === 'warn')).toHaveLength(1);
    } finally {
      redis.resume();
    }
  });
});
