import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings, type Settings } from '../../config/settings/settings.ts';
import { createGraph } from '../../gateway/create-graph.ts';
import type { Graph } from '../../gateway/graph.ts';
import { createGateway, type Gateway } from '../../gateway/server.ts';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { sampleCompany } from './sample-company.ts';

const nested =
  '{ customers(first: 5) { nodes { orders { nodes { lines { sku } shipments { lines { shippedQty } } } } } } }';
const plain = { 'content-type': 'application/json' };
const byApollo = { ...plain, accept: 'application/graphql-response+json' };

describe.each(databases)('an answer that nobody waits for, on $name', (database) => {
  let cache: Cache;
  let gateway: Gateway | undefined;
  let lines: Record<string, unknown>[];
  /** Statements that were begun, and what lets them go on. */
  let begun: string[];
  let open: () => void;

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    sampleCompany(builder);
    await builder.save(cache);
  });
  afterEach(() => gateway?.close());
  afterAll(() => database.drop());

  async function start(timeout = '20s'): Promise<string> {
    begun = [];
    lines = [];
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const query: Cache['query'] = async (statement, parameters) => {
      if (/change_|stream_states/.test(statement)) return cache.query(statement, parameters);
      begun.push(statement);
      await gate;
      return cache.query(statement, parameters);
    };
    const settings: Settings = { ...hubSettings.parse({ gateway: { port: 0, timeout, recordCache: 0 } }), sources: {} };
    const log = createLog({ level: 'warn', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
    const graph = createGraph({ cache: { ...cache, query }, settings }) as Graph;
    gateway = await createGateway({ cache, settings, log, graph });
    return gateway.listen();
  }

  const body = JSON.stringify({ query: nested });

  async function untilBegun() {
    while (begun.length === 0) await sleep(5);
  }

  it.each([
    ['a plain request', plain],
    ['any other request', byApollo],
  ])('is read no further when the client goes away: %s', async (_name, headers) => {
    const url = await start();
    const leaving = new AbortController();
    const asked = fetch(url, { method: 'POST', headers, body, signal: leaving.signal });
    await untilBegun();
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    await sleep(100);
    open();
    await sleep(300);
    expect(begun).toHaveLength(1);
    expect(lines).toEqual([]);
    // the next one finds everything as it should be
    const answer = await fetch(url, { method: 'POST', headers, body });
    expect(await answer.json()).not.toHaveProperty('errors');
    expect(begun.length).toBeGreaterThan(5);
  });

  it('is read no further when the deadline is over', async () => {
    const url = await start('300ms');
    const answer = await fetch(url, { method: 'POST', headers: plain, body });
    expect(await answer.json()).toMatchObject({ data: null, errors: [{ extensions: { code: 'REQUEST_TIMEOUT' } }] });
    open();
    await sleep(300);
    expect(begun).toHaveLength(1);
  });
});
