import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache } from '../../cache/database/database.ts';
import type { FieldValue, PageRecord } from '../../cache/sync/page-record.ts';
import { createLog } from '../../config/observability/log.ts';
import { hubSettings, type Settings, sourceSettings } from '../../config/settings/settings.ts';
import { resolveDirty } from '../../customer-360/identity/resolution/resolve-dirty.ts';
import { createViewer } from '../../gateway/access/viewer.ts';
import { type CustomerGraph, createGraph } from '../../gateway/create-graph.ts';
import type { Graph } from '../../gateway/graph.ts';
import { createGateway, type Gateway } from '../../gateway/server.ts';
import { recordId } from '../../schema/ids.ts';
import type { Entity } from '../../schema/records.ts';
import { instantOf } from '../../schema/time.ts';
import { gone, type OpenPass, openPass, rowOf } from '../cache/page-builder.ts';
import { databases } from '../setup/databases.ts';
import { generateOperation } from './generated-operations.ts';
import { dice } from './sample-company.ts';

const CLOCK = Date.parse('2026-03-01T12:00:00Z');

const settings = {
  ...hubSettings.parse({ gateway: { port: 0, maxTokens: 20_000 } }),
  sources: { erp: { ...sourceSettings.parse({ kind: 'rest' }), streams: {} } },
} as unknown as Settings;

/** A gateway over HTTP with all it keeps, and how many statements it sent for answers. */
async function startGateway(cache: Cache) {
  const sent: string[] = [];
  const counting: Cache = {
    ...cache,
    query: (statement, parameters) => {
      if (!/change_|stream_states/.test(statement)) sent.push(statement);
      return cache.query(statement, parameters);
    },
  };
  const graph = createGraph({ cache: counting, settings, now: () => CLOCK });
  const log = createLog({ level: 'silent' });
  const gateway: Gateway = await createGateway({ cache, settings, log, graph: graph as Graph });
  const url = await gateway.listen();
  return {
    graph,
    sent,
    close: () => gateway.close(),
    async ask(query: string, variables: object = {}) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
      return (await answer.json()) as { data: unknown; errors?: unknown; extensions: unknown };
    },
  };
}

const KEYS = 5;
const id = (entity: Entity, key: string) => recordId({ system: 'erp', entity, key });

/** Writes records of a company whose parts come, move, change and go as the dice say. */
function createEditor(pass: OpenPass, roll: (below: number) => number) {
  let edits = 0;
  const maybe = (entity: Entity, prefix: string) => (roll(3) === 0 ? null : id(entity, `${prefix}${roll(KEYS)}`));
  const status = (...values: string[]) => values[roll(values.length)] ?? '';
  const makers: Record<string, () => [Entity, Record<string, FieldValue>][]> = {
    p: () => [
      ['party', { kind: 'ORGANIZATION', displayName: `Name ${roll(9)}`, taxId: `T${roll(4)}`, crossReferences: [] }],
    ],
    o: () => [
      [
        'order',
        {
          partyId: maybe('party', 'p'),
          status: status('DONE', 'DRAFT'),
          orderNumber: `N${roll(99)}`,
          orderDate: `2026-01-0${1 + roll(9)}`,
          currency: 'EUR',
          totalAmount: String(roll(99)),
        },
      ],
    ],
    l: () => [
      ['orderLine', { orderId: id('order', `o${roll(KEYS)}`), lineNo: roll(3), sku: `S${roll(99)}`, orderedQty: '1' }],
    ],
    s: () => [
      [
        'shipment',
        {
          partyId: maybe('party', 'p'),
          orderId: maybe('order', 'o'),
          status: status('SHIPPED', 'DELIVERED'),
          shipmentNumber: `H${roll(99)}`,
          shippedAt: '2026-02-01T00:00:00.000000Z',
        },
      ],
      [
        'shipmentLine',
        { shipmentId: id('shipment', `s${edits % KEYS}`), orderLineId: maybe('orderLine', 'l'), shippedQty: '1' },
      ],
    ],
    i: () => [
      [
        'invoice',
        {
          partyId: maybe('party', 'p'),
          orderId: maybe('order', 'o'),
          kind: 'INVOICE',
          status: 'POSTED',
          issueDate: '2026-01-05',
          dueDate: status('2026-02-01', '2026-05-01'),
          currency: 'EUR',
          totalAmount: String(1 + roll(99)),
          outstandingAmount: String(roll(3)),
        },
      ],
    ],
    a: () => [
      [
        'payment',
        {
          partyId: maybe('party', 'p'),
          status: 'RECEIVED',
          receivedAt: '2026-02-05',
          currency: 'EUR',
          amount: String(roll(99)),
        },
      ],
      [
        'paymentAllocation',
        { paymentId: id('payment', `a${edits % KEYS}`), invoiceId: maybe('invoice', 'i'), amount: '1' },
      ],
    ],
    c: () => [
      [
        'serviceCase',
        {
          partyId: maybe('party', 'p'),
          orderId: maybe('order', 'o'),
          kind: 'REQUEST',
          status: status('NEW', 'CLOSED'),
          subject: `About ${roll(99)}`,
          openedAt: '2026-02-01T00:00:00.000000Z',
        },
      ],
    ],
    n: () => [
      [
        'interaction',
        {
          partyId: maybe('party', 'p'),
          caseId: maybe('serviceCase', 'c'),
          channel: 'WEB',
          subject: `Said ${roll(99)}`,
          summary: roll(3) === 0 ? null : `At length ${roll(99)}`,
          occurredAt: '2026-02-02T00:00:00.000000Z',
        },
      ],
    ],
  };

  /** One record made anew, or gone. */
  async function edit(kind = status(...Object.keys(makers))): Promise<string> {
    edits += 1;
    const key = `${kind}${edits % KEYS}`;
    const version = instantOf(CLOCK + edits * 1_000);
    if (roll(9) === 0) {
      await pass.save([gone(key, version)]);
      return `${key} is gone`;
    }
    const rows = (makers[kind]?.() ?? []).map(([entity, fields]) => rowOf(entity, key, fields));
    const record = { key, version, data: { edits: String(edits) } };
    await pass.save([{ outcome: 'mapped', record, rows } satisfies PageRecord]);
    return `${key} is ${JSON.stringify(rows.map(({ fields }) => fields))}`;
  }

  return { edit, kinds: Object.keys(makers) };
}

const wholeCustomer = `query ($id: ID!) { customer(id: $id) { displayName parties { sourceKey displayName }
  orders { totalCount nodes { orderNumber stage lines { sku shipmentLines { shippedQty } } shipments { shipmentNumber orders { orderNumber } }
    invoices { totalAmount { amount } allocations { payment { receivedAt } } } payments { amount { amount } } cases { subject interactions { subject summary } } } }
  shipments { nodes { shipmentNumber status } } invoices { nodes { overdue } } openBalance { amount }
  timeline { nodes { kind title } } cases { nodes { subject order { orderNumber customer { displayName } } } } } }`;
const board = `{ orders(filter: {shipmentStatus: [SHIPPED]}) { totalCount nodes { orderNumber customer { displayName } shipments { shipmentNumber } } }
  late: invoices(filter: {overdue: true}) { totalCount } parties { nodes { displayName customer { displayName orders { totalCount } } } } }`;

describe.each(databases)('what gateways keep in memory on $name', (database) => {
  let cache: Cache;
  let gateways: Awaited<ReturnType<typeof startGateway>>[];
  /** Asks the database each time. */
  let plain: CustomerGraph;
  const seed = Number(process.env.TEST_SEED ?? 360);
  const roll = dice(seed);
  let editor: ReturnType<typeof createEditor>;
  const resolve = () => resolveDirty({ cache, identity: hubSettings.parse({}).identity, priorities: {} });
  const followAll = () => Promise.all(gateways.map(({ graph }) => graph.memory.follow()));

  beforeAll(async () => {
    cache = await database.open();
    editor = createEditor(await openPass(cache), roll);
    for (let n = 0; n < KEYS; n++) for (const kind of editor.kinds) await editor.edit(kind);
    await resolve();
    gateways = [await startGateway(cache), await startGateway(cache)];
    plain = createGraph({ cache, settings, now: () => CLOCK });
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await database.drop();
  });

  async function expected(query: string, variables: Record<string, unknown>) {
    const { data, errors } = await plain.execute({ query, variables, context: plain.createContext() });
    return JSON.parse(JSON.stringify({ data, paths: (errors ?? []).map(({ path }) => path) }));
  }

  async function customerIds(): Promise<string[]> {
    return (await cache.query('SELECT id FROM customers ORDER BY id')).map((row) => String(row.id));
  }

  it('is never older than the last look at the log, whatever is edited and asked', async () => {
    for (let step = 0; step < 12; step++) {
      const edited = await editor.edit();
      if (roll(2) === 0) await resolve();
      await followAll();
      const ids = await customerIds();
      const known = {
        customerIds: ids,
        recordIds: [0, 1, 2, 3, 4].flatMap((n) => [
          id('order', `o${n}`),
          id('shipment', `s${n}`),
          id('invoice', `i${n}`),
        ]),
      };
      const asked: [string, Record<string, unknown>][] = [
        [wholeCustomer, { id: ids[step % ids.length] }],
        [board, {}],
        [
          `query ($id: ID!) { order(id: $id) { orderNumber customer { displayName } shipments { shipmentNumber } cases { subject } } }`,
          { id: id('order', `o${step % KEYS}`) },
        ],
        [generateOperation(plain.localSchema, dice(seed + (step % 10)), known), {}],
      ];
      for (const [query, variables] of asked) {
        const wanted = await expected(query, variables);
        for (const gateway of [...gateways, ...gateways.slice(0, 1)]) {
          const { data, errors } = await gateway.ask(query, variables);
          const paths = ((errors ?? []) as { path: unknown }[]).map(({ path }) => path);
          expect({ seed, step, edited, query, data, paths: paths.length }).toEqual({
            seed,
            step,
            edited,
            query,
            data: wanted.data,
            paths: wanted.paths.length,
          });
        }
      }
    }
  }, 120_000);

  it('answers without asking the database again, and only then', async () => {
    const [gateway] = gateways;
    const [customerId] = await customerIds();
    if (!gateway) throw new Error('Expected a gateway.');
    const first = await gateway.ask(wholeCustomer, { id: customerId });
    const sent = gateway.sent.length;
    expect((await gateway.ask(wholeCustomer, { id: customerId })).data).toEqual(first.data);
    expect(gateway.sent.length).toBe(sent);
    // other fields of the same records
    await gateway.ask('query ($id: ID!) { customer(id: $id) { country } }', { id: customerId });
    expect(gateway.sent.length).toBe(sent);
    await cache.transaction(async (sql) => {
      const { appendChanges } = await import('../../cache/changes/append-changes.ts');
      await appendChanges(sql, [{ entity: 'customer', customerId: customerId ?? '' }], instantOf(CLOCK));
    });
    await followAll();
    await gateway.ask(wholeCustomer, { id: customerId });
    expect(gateway.sent.length).toBeGreaterThan(sent);
  });

  it('is not used for what no change is told of', async () => {
    const [gateway] = gateways;
    const [customerId] = await customerIds();
    for (const query of [
      '{ sources { system freshness { ageSeconds } } }',
      '{ syncRuns { totalCount } }',
      'query ($id: ID!) { customer(id: $id) { freshness { ageSeconds } sourceRecords { raw } } }',
    ]) {
      await gateway?.ask(query, { id: customerId });
      const before = gateway?.graph.memory.answers?.size().entries;
      await gateway?.ask(query, { id: customerId });
      expect(gateway?.graph.memory.answers?.size().entries).toBe(before);
    }
  });

  it('is for equal rights only, whichever way it is asked for', async () => {
    const [gateway] = gateways;
    if (!gateway) throw new Error('Expected a gateway.');
    const { graph } = gateway;
    const document = graph.prepare(wholeCustomer);
    const [customerId] = await customerIds();
    if (!document) throw new Error('Expected a valid operation.');
    const scopes = ['crm:read', 'erp:read', 'scm:read', 'finance:read'];
    const viewers = [
      createViewer({ name: 'user 1', scopes, claims: {} }),
      createViewer({ name: 'user 2', scopes: [...scopes, 'pii:read'], claims: {} }),
      createViewer({ name: 'user 3', scopes, claims: { country: ['DE'] } }),
      createViewer({ name: 'user 4', scopes, claims: { country: ['KR'] } }),
    ];
    for (const viewer of viewers) {
      const sent = gateway.sent.length;
      const context = graph.createContext(viewer);
      const question = { document, variables: { id: customerId }, operationName: undefined, viewer };
      const place = graph.answerPlace(question);
      expect(place?.found).toBeUndefined();
      await graph.execute({ ...question, operationName: null, context });
      // nothing that others read was taken from memory
      expect(gateway.sent.length).toBeGreaterThan(sent);
      place?.keep(Buffer.from('{"data":"mine"'), context);
      expect(graph.answerPlace({ ...question, viewer: { ...viewer, name: 'another' } })?.found?.text.toString()).toBe(
        '{"data":"mine"',
      );
    }
  });
});
