import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import type { Cache } from '../../cache/database/database.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings, type Settings } from '../../config/settings/settings.ts';
import { createGraph } from '../../gateway/create-graph.ts';
import type { Graph } from '../../gateway/graph.ts';
import { createGateway, type Gateway } from '../../gateway/server.ts';
import { databases } from '../setup/databases.ts';
import { createFakeSource } from '../sync-jobs/fake-source.ts';
import { orderStream } from '../sync-jobs/harness.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { sampleCompany } from './sample-company.ts';

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => provider.register());
beforeEach(() => exporter.reset());
afterAll(() => provider.shutdown());

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

describe.each(databases)('traces of OpenTelemetry, on $name', (database) => {
  let cache: Cache;
  let gateway: Gateway;
  let url: string;

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    sampleCompany(builder);
    await builder.save(cache);
    const settings: Settings = { ...hubSettings.parse({ gateway: { port: 0 } }), sources: {} };
    const log = createLog({ level: 'silent' });
    gateway = await createGateway({ cache, settings, log, graph: createGraph({ cache, settings }) as Graph });
    url = await gateway.listen();
  });
  afterAll(async () => {
    await gateway.close();
    await database.drop();
  });

  const spans = () => exporter.getFinishedSpans();
  const childrenOf = (parent: ReadableSpan) =>
    spans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent.spanContext().spanId);

  it('show a query as a part of the trace of whoever asked, with its statements and none of their values', async () => {
    const query =
      'query CustomerPage($search: String) { customers(first: 2, search: $search) { nodes { orders { nodes { id } } } } }';
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-${CALLER}-01` },
      body: JSON.stringify({ query, variables: { search: 'zebrafinch' } }),
    });
    expect(response.status).toBe(200);
    await response.text();
    const operation = spans().find(({ name }) => name === 'query CustomerPage');
    if (!operation) throw new Error('Expected a span of the operation.');
    expect(operation.spanContext().traceId).toBe(TRACE);
    expect(operation.parentSpanContext?.spanId).toBe(CALLER);
    const statements = childrenOf(operation);
    expect(statements.map(({ name }) => name)).toContain('SELECT');
    expect(statements[0]?.attributes).toMatchObject({
      'db.system.name': cache.dialect,
      'db.query.text': expect.stringContaining('FROM customers'),
    });
    expect(JSON.stringify(spans().map(({ name, attributes, events }) => [name, attributes, events]))).not.toMatch(
      /zebrafinch/i,
    );
  });

  it('name the code of what failed', async () => {
    const ask = (query: string) =>
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
    await (await ask('query Wrong { order(id: "x") { id } }')).text();
    const operation = spans().find(({ name }) => name === 'query Wrong');
    expect(operation?.attributes['error.type']).toBe('BAD_USER_INPUT');
  });

  it('show a pass with its pages: read, mapped, and saved with the statements of the transaction', async () => {
    const source = createFakeSource({ pageSize: 4 });
    const stream = orderStream(source, cache, { system: 'traced' });
    for (let key = 1; key <= 10; key += 1) source.put(`k${key}`, { number: `secret-${key}` });
    expect(await stream.sync()).toMatchObject({ outcome: 'SUCCEEDED' });
    const pass = spans().find(({ name }) => name === 'sync pass');
    if (!pass) throw new Error('Expected a span of the pass.');
    expect(pass.attributes).toMatchObject({ 'customer360.system': 'traced', 'customer360.outcome': 'SUCCEEDED' });
    const parts = childrenOf(pass).map(({ name }) => name);
    const pages = parts.filter((name) => name === 'save page').length;
    expect(pages).toBeGreaterThanOrEqual(3);
    expect(parts.filter((name) => name === 'map page')).toHaveLength(pages);
    expect(parts.filter((name) => name === 'read page').length).toBeGreaterThanOrEqual(pages);
    const saved = spans().find(({ name }) => name === 'save page') as ReadableSpan;
    expect(saved.attributes['customer360.records']).toBe(4);
    expect(childrenOf(saved).map(({ name }) => name)).toEqual(expect.arrayContaining(['INSERT', 'COMMIT']));
    expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain('secret-');
  });
});
