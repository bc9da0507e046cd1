import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { composeServices } from '@theguild/federation-composition';
import { type ExecutionResult, parse } from 'graphql';
import type { Cache } from '../../../cache/database/database.ts';
import { createLog } from '../../../config/observability/log.ts';
import { scopes } from '../../../config/settings/access-settings.ts';
import { anybody, createViewer } from '../../../gateway/access/viewer.ts';
import { createMetrics } from '../../../gateway/metrics/create-metrics.ts';
import { type TestDatabase, testDatabases } from '../../setup/test-databases.ts';
import { createCacheBuilder } from '../cache-builder.ts';
import { generateOperation } from '../generated-operations.ts';
import { type GraphUnderTest, graphUnderTest } from '../graph-under-test.ts';
import { dice, type SampleCompany, sampleCompany } from '../sample-company.ts';
import { type GraphqlServer, startGraphqlServer } from './graphql-server.ts';

/** Plain GraphQL of the department of loyalty: knows customers by the hub's ids. */
const LOYALTY = `
  type Query { customersByIds(ids: [ID!]!): [Customer]! programs: [Program!]! secrets: [Secret!] }
  type Mutation { addPoints(id: ID!): Customer }
  type Customer { id: ID! displayName: String points: Int! level: Level referredBy: Customer friends: [Customer!] }
  type Level { name: String! members: [Customer!]! }
  type Program { name: String! }
  type Secret { text: String }
`;

/** A Federation v2 subgraph of the carriers: knows shipments by the hub's ids, and scores customers by country. */
const CARRIERS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
  type Query { couriers: [Courier!]! }
  type Shipment @key(fields: "id") { id: ID! courier: Courier! }
  type Customer @key(fields: "id") {
    id: ID!
    country: String @external
    legalName: String @external
    reachable: Boolean! @requires(fields: "country")
    plate: String @requires(fields: "legalName")
  }
  type Courier @key(fields: "code") { code: ID! name: String }
`;

/** Answers misplaced and with gaps, as batch entries of little care do. */
function loyaltyResolvers(points: ReadonlyMap<string, number>) {
  return {
    Query: {
      customersByIds: (_source: unknown, { ids }: { ids: string[] }) =>
        [...ids].reverse().flatMap((id) => (points.has(id) ? [{ id }] : [])),
      programs: () => [{ name: 'Gold' }],
    },
    Customer: {
      points: ({ id }: { id: string }) => points.get(id),
      level: () => ({}),
      referredBy: () => ({ id: [...points.keys()][0] }),
    },
    Level: { name: () => 'gold', members: () => [...points.keys()].slice(0, 2).map((id) => ({ id })) },
  };
}

function carrierResolvers() {
  return {
    Query: {
      _service: () => ({ sdl: CARRIERS }),
      couriers: () => [{ code: 'DHL', name: 'DHL' }],
      _entities: (_source: unknown, { representations }: { representations: { __typename: string }[] }) =>
        representations,
    },
    _Entity: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    Shipment: { courier: () => ({ code: 'DHL', name: 'DHL' }) },
    Customer: {
      reachable: ({ country }: { country?: string | null }) => country === 'KR',
      plate: ({ legalName }: { legalName?: string | null }) => `plate of ${legalName}`,
    },
  };
}

const CARRIERS_SERVED = `
  type Query { couriers: [Courier!]! _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
  type Shipment { id: ID! courier: Courier! }
  type Customer { id: ID! reachable: Boolean! plate: String }
  type Courier { code: ID! name: String }
  type _Service { sdl: String! }
  scalar _Any
  union _Entity = Shipment | Customer | Courier
`;

const SECRET = 'a-very-secret-token';

describe('services that extend the graph', () => {
  const [database] = testDatabases(undefined) as [TestDatabase];
  let cache: Cache;
  let company: SampleCompany;
  let points: Map<string, number>;
  let loyalty: GraphqlServer;
  let carriers: GraphqlServer;
  let graph: GraphUnderTest;
  let lines: Record<string, unknown>[];

  const loyaltySettings = () => ({
    kind: 'graphql' as const,
    url: loyalty.url,
    auth: { type: 'bearer' as const, token: SECRET },
    timeout: '2s',
    extends: { Customer: { entry: 'customersByIds(ids)' } },
    queries: ['programs'],
  });
  const carriersSettings = () => ({
    kind: 'federation' as const,
    url: carriers.url,
    timeout: '2s',
    requires: ['scm:read' as const],
    queries: ['couriers'],
  });
  const withServices = (services: object, access?: object): GraphUnderTest => {
    const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
    return graphUnderTest(cache, access as never, {}, {}, services as never, log);
  };

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    company = sampleCompany(builder);
    await builder.save(cache);
    for (const [n, id] of company.customerIds.entries()) {
      await cache.execute('UPDATE customers SET country = ?, legal_name = ? WHERE id = ?', [
        n % 2 ? 'DE' : 'KR',
        `Legal ${n}`,
        id,
      ]);
    }
    points = new Map(company.customerIds.slice(0, 6).map((id, n) => [id, n * 10]));
    loyalty = await startGraphqlServer(LOYALTY, loyaltyResolvers(points));
    carriers = await startGraphqlServer(CARRIERS_SERVED, carrierResolvers());
    lines = [];
    graph = withServices({ loyalty: loyaltySettings(), carriers: carriersSettings() });
    await graph.graph.refreshServices();
  });
  beforeEach(() => {
    loyalty.misbehave(undefined);
    carriers.misbehave(undefined);
    loyalty.asked.length = 0;
    carriers.asked.length = 0;
    lines = [];
  });
  afterAll(async () => {
    await graph.graph.stop();
    await loyalty.close();
    await carriers.close();
    await database.drop();
  });

  const ALL = '{ customers(first: 50, orderBy: NAME_ASC) { nodes { id points } } }';

  it('are all in the graph', () => {
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([]);
    expect(graph.graph.createContext().services).toMatchObject([
      { name: 'loyalty', status: 'READY', error: null },
      { name: 'carriers', status: 'READY', error: null },
    ]);
  });

  it('add fields by key, in one request for all objects of a level, whatever order they answer in', async () => {
    const { customers } = await graph.data(ALL);
    expect(customers.nodes).toHaveLength(company.customerIds.length);
    for (const { id, points: shown } of customers.nodes) expect(shown).toBe(points.get(id) ?? null);
    expect(loyalty.asked).toHaveLength(1);
    expect(loyalty.asked[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
  });

  it('lead back to what the hub knows', async () => {
    const [first = '', second = ''] = company.customerIds;
    const { customer } = await graph.data(
      'query($id: ID!) { customer(id: $id) { level { name members { id displayName points orders(first: 1) { totalCount } } } } }',
      { id: second },
    );
    const own = await graph.data(
      'query($id: ID!) { customer(id: $id) { displayName orders(first: 1) { totalCount } } }',
      { id: first },
    );
    expect(customer.level.members[0]).toEqual({ id: first, points: 0, ...own.customer });
  });

  it('that are subgraphs join by representations, with what they require of the hub', async () => {
    const answer = await graph.data(
      '{ customers(first: 50) { nodes { country reachable shipments(first: 2) { nodes { id courier { name } } } } } couriers { code } }',
    );
    for (const { country, reachable } of answer.customers.nodes) expect(reachable).toBe(country === 'KR');
    const shipments = answer.customers.nodes.flatMap(
      (each: { shipments: { nodes: object[] } }) => each.shipments.nodes,
    );
    expect(shipments.length).toBeGreaterThan(3);
    for (const { courier } of shipments) expect(courier).toEqual({ name: 'DHL' });
    expect(answer.couriers).toEqual([{ code: 'DHL' }]);
  });

  it('give root fields where the settings name them, and no others, no entries and no mutations', async () => {
    expect(await graph.data('{ programs { name } }')).toEqual({ programs: [{ name: 'Gold' }] });
    for (const query of [
      '{ secrets { text } }',
      '{ customersByIds(ids: []) { id } }',
      'mutation { addPoints(id: 1) { id } }',
    ]) {
      expect((await graph.ask(query)).errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
    }
  });

  it.each([
    ['refuses the connection', 'SERVICE_UNREACHABLE', (response: { destroy(): void }) => response.destroy()],
    ['is overloaded', 'SERVICE_UNREACHABLE', (response: never) => respond(response, 503, 'busy')],
    [
      'answers with a login page',
      'SERVICE_ANSWER_INVALID',
      (response: never) => respond(response, 200, '<html>login</html>'),
    ],
    [
      'answers JSON that is no GraphQL',
      'SERVICE_ANSWER_INVALID',
      (response: never) => respond(response, 200, '{"points": 3}'),
    ],
    ['answers a list for data', 'SERVICE_ANSWER_INVALID', (response: never) => respond(response, 200, '{"data": [1]}')],
    [
      'answers more than is allowed',
      'SERVICE_ANSWER_INVALID',
      (response: never) => respond(response, 200, `{"data": {"x": "${'x'.repeat(9_000_000)}"}}`),
    ],
    ['refuses the login', 'SERVICE_REFUSED', (response: never) => respond(response, 401, '{}')],
    [
      'fails',
      'SERVICE_FAILED',
      (response: never) =>
        respond(response, 200, `{"data": null, "errors": [{"message": "the token ${SECRET} is broken"}]}`),
    ],
  ])('cost their own fields and nothing else when one %s', async (_what, code, answer) => {
    loyalty.misbehave(answer as never);
    const { data, errors } = await graph.ask(
      '{ customers(first: 3, orderBy: NAME_ASC) { nodes { displayName points } } }',
    );
    const whole = await graph.data('{ customers(first: 3, orderBy: NAME_ASC) { nodes { displayName } } }');
    expect(data).toEqual({
      customers: { nodes: whole.customers.nodes.map((each: object) => ({ ...each, points: null })) },
    });
    expect(errors?.map(({ path, extensions }) => ({ path, ...extensions }))).toEqual(
      [0, 1, 2].map((n) => ({ path: ['customers', 'nodes', n, 'points'], code, source: 'loyalty' })),
    );
    expect(JSON.stringify(errors)).not.toContain(SECRET);
    expect(JSON.stringify(errors)).not.toContain('127.0.0.1');
    // what fails several times in a row is left alone
    loyalty.misbehave(undefined);
    expect((await graph.ask('{ programs { name } }')).errors).toBeUndefined();
  });

  it('that fail for one object cost the field of that object', async () => {
    const [first = '', second = ''] = company.customerIds;
    const errors = [{ message: 'no points', path: ['_entities', 0, 'reachable'] }];
    carriers.misbehave((response, { variables }) => {
      const { representations } = variables as { representations: { id: string }[] };
      const data = {
        _entities: representations.map(({ id }) => ({
          __typename: 'Customer',
          id,
          reachable: id === first ? null : true,
        })),
      };
      const at = representations.findIndex(({ id }) => id === first);
      respond(
        response as never,
        200,
        JSON.stringify({ data, errors: [{ ...errors[0], path: ['_entities', at, 'reachable'] }] }),
      );
    });
    const answer = await graph.ask(
      `{ a: customer(id: "${first}") { reachable } b: customer(id: "${second}") { reachable } }`,
    );
    expect(answer.data).toEqual({ a: { reachable: null }, b: { reachable: true } });
    expect(answer.errors).toMatchObject([
      {
        path: ['a', 'reachable'],
        message: 'The service carriers failed: no points',
        extensions: { code: 'SERVICE_FAILED', source: 'carriers' },
      },
    ]);
  });

  it('that hang are given up after their timeout', async () => {
    const own = withServices({ loyalty: { ...loyaltySettings(), timeout: '200ms' } });
    await own.graph.refreshServices();
    loyalty.misbehave(() => undefined);
    const { errors } = await own.ask('{ customers(first: 1) { nodes { points } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNREACHABLE', source: 'loyalty' } }]);
    await own.graph.stop();
  });

  it('are told of in the metrics: how often and how fast they answered, and whether they are left alone', async () => {
    const own = withServices({ loyalty: loyaltySettings(), carriers: carriersSettings() });
    const metrics = createMetrics({ cache, settings: { sources: {} } });
    own.graph.watchServices(metrics.services);
    await own.graph.refreshServices();
    loyalty.misbehave((response) => respond(response as never, 200, '{"errors": [{"message": "no"}]}'));
    await own.ask('{ programs { name } }');
    loyalty.misbehave((response) => respond(response as never, 503, 'busy'));
    for (let n = 0; n < 6; n += 1) await own.ask('{ programs { name } }');
    const text = await metrics.text();
    const samples = [...text.matchAll(/^customer360_service_(\S+) (\S+)$/gm)].map(([, name, value]) => [name, value]);
    expect(Object.fromEntries(samples)).toMatchObject({
      'request_seconds_count{service="loyalty",outcome="ok"}': '1',
      'request_seconds_count{service="loyalty",outcome="failed"}': '1',
      'request_seconds_count{service="loyalty",outcome="unreachable"}': '4',
      'request_seconds_count{service="loyalty",outcome="left-alone"}': '2',
      'request_seconds_bucket{le="20",service="loyalty",outcome="ok"}': '1',
      'request_seconds_count{service="carriers",outcome="ok"}': '1',
      'breaker{service="loyalty",state="OPEN"}': '1',
      'breaker{service="loyalty",state="CLOSED"}': '0',
      'breaker{service="carriers",state="CLOSED"}': '1',
    });
    await own.graph.stop();
  });

  const askAs = async (
    asked: GraphUnderTest,
    held: readonly string[],
    query: string,
    claims = {},
    authorization?: string,
  ) => {
    const viewer = createViewer({ name: 'user somebody', scopes: held, claims });
    const context = asked.graph.createContext(viewer, undefined, authorization);
    return JSON.parse(JSON.stringify(await asked.graph.execute({ query, context }))) as ExecutionResult<{
      customers: { nodes: Record<string, unknown>[] };
    }>;
  };

  it('are open to logins with the scopes that the settings name', async () => {
    const asked = withServices({ loyalty: loyaltySettings(), carriers: carriersSettings() }, { rows: [] });
    await asked.graph.refreshServices();
    const both = '{ customers(first: 1) { nodes { points reachable } } }';
    const refused = await askAs(asked, ['scm:read'], both);
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(refused.errors?.[0]?.message).toContain('Customer.points takes crm:read');
    expect(
      (await askAs(asked, ['scm:read'], '{ customers(first: 1) { nodes { reachable } } }')).errors,
    ).toBeUndefined();
    expect((await askAs(asked, ['scm:read', 'crm:read'], both)).errors).toBeUndefined();
    expect((await askAs(asked, ['crm:read'], '{ couriers { code } }')).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    await asked.graph.stop();
  });

  it('open no row and no personal data of the hub', async () => {
    const person = company.customerIds[3] ?? '';
    const asked = withServices(
      { loyalty: loyaltySettings(), carriers: carriersSettings() },
      { rows: [{ field: 'country', claim: 'countries' }] },
    );
    await asked.graph.refreshServices();
    const query = '{ customers(first: 50) { nodes { id displayName kind points plate referredBy { displayName } } } }';
    const german = await askAs(asked, ['crm:read', 'scm:read'], query, { countries: ['DE'] });
    expect(german.errors).toBeUndefined();
    const nodes = german.data?.customers.nodes ?? [];
    expect(nodes.map(({ id }) => id).sort()).toEqual(company.customerIds.filter((_id, n) => n % 2).sort());
    // the first customer is Korean: who it is stays hidden, whoever points at it
    for (const { id, referredBy } of nodes)
      if (points.has(String(id))) expect(referredBy).toEqual({ displayName: null });
    // what a service requires of a person reaches it masked
    expect(nodes.find(({ id }) => id === person)).toMatchObject({ kind: 'PERSON', plate: 'plate of L…' });
    await asked.graph.stop();
  });

  it('get of the hub only what the login may see', async () => {
    const needy = `
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])
      type Order @key(fields: "id") { id: ID! orderNumber: String @external label: String @requires(fields: "orderNumber") }
      type Query { none: Int }
    `;
    const labels = await startGraphqlServer(
      `type Query { _service: _Service! _entities(representations: [_Any!]!): [_Entity]! } type _Service { sdl: String! }
       scalar _Any union _Entity = Order type Order { id: ID! label: String }`,
      {
        Query: {
          _service: () => ({ sdl: needy }),
          _entities: (_s: unknown, { representations }: { representations: object[] }) =>
            representations.map((each) => ({ ...each, __typename: 'Order' })),
        },
        Order: { label: ({ orderNumber }: { orderNumber?: string }) => `label ${orderNumber}` },
      },
    );
    const asked = withServices({ labels: { kind: 'federation', url: labels.url } }, { rows: [] });
    await asked.graph.refreshServices();
    const id = company.orders[0]?.id;
    const query = `{ node(id: "${id}") { ... on Order { id label } } }`;
    const allowed = await askAs(asked, ['crm:read', 'erp:read'], query);
    expect(allowed.errors).toBeUndefined();
    expect(JSON.stringify(allowed.data)).toMatch(/label \w/);
    labels.asked.length = 0;
    const refused = await askAs(asked, ['crm:read'], query);
    expect(refused.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    expect(JSON.stringify(refused.data ?? null)).not.toContain('label ');
    expect(labels.asked).toEqual([]);
    await asked.graph.stop();
    await labels.close();
  });

  it('get the login of the caller only when told so', async () => {
    const query = '{ customers(first: 1) { nodes { points } } }';
    await askAs(graph, scopes, query, {}, 'Bearer of-the-caller');
    expect(loyalty.asked.at(-1)?.headers.authorization).toBe(`Bearer ${SECRET}`);
    const { auth: _, ...settings } = loyaltySettings();
    const forwarding = withServices({ loyalty: { ...settings, forwardAuthorization: true } });
    await forwarding.graph.refreshServices();
    await askAs(forwarding, scopes, query, {}, 'Bearer of-the-caller');
    expect(loyalty.asked.at(-1)?.headers.authorization).toBe('Bearer of-the-caller');
    await forwarding.graph.stop();
  });

  it('leave no answer in memory', async () => {
    await graph.graph.memory.start();
    const ask = async (query: string) => {
      const document = graph.graph.prepare(query);
      if (!document) throw new Error('Expected a valid operation.');
      const question = { document, variables: undefined, operationName: undefined, viewer: anybody };
      const place = graph.graph.answerPlace(question);
      const context = graph.graph.createContext();
      await graph.graph.execute({ document, context });
      place?.keep(Buffer.from('kept'), context);
      return graph.graph.answerPlace(question)?.found?.text.toString();
    };
    expect(await ask('{ customers(first: 2) { nodes { id } } }')).toBe('kept');
    expect(await ask('{ customers(first: 2) { nodes { id points } } }')).toBeUndefined();
    await graph.graph.memory.stop();
  });

  it('are swapped while the graph is served, and kept as they were when they break', async () => {
    const typeDefs = (field: string) =>
      `type Query { customersByIds(ids: [ID!]!): [Customer]! } type Customer { id: ID! ${field}: Int }`;
    const resolvers = (field: string) => ({
      Query: { customersByIds: (_s: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id, [field]: 7 })) },
    });
    const server = await startGraphqlServer(typeDefs('stars'), resolvers('stars'));
    const asked = withServices({ ratings: { ...loyaltySettings(), url: server.url, queries: [] } });
    const fields: string[] = [];
    asked.graph.watchSchema((schema) => {
      fields.push(
        Object.keys((schema.getType('Customer') as never as { getFields(): object }).getFields()).at(-1) ?? '',
      );
    });
    const state = () => asked.graph.createContext().services[0];
    const shown = async (field: string) =>
      (await asked.ask(`{ customers(first: 1) { nodes { ${field} } } }`)).data as object | undefined;

    server.misbehave((response) => response.destroy());
    await asked.graph.refreshServices();
    expect(state()).toMatchObject({ status: 'UNREACHABLE', schemaHash: null });
    expect(await shown('displayName')).toBeDefined();
    server.misbehave(undefined);
    await asked.graph.refreshServices();
    expect(await shown('stars')).toEqual({ customers: { nodes: [{ stars: 7 }] } });
    const { schemaHash } = state() ?? {};

    server.serve(typeDefs('moons'), resolvers('moons'));
    await asked.graph.refreshServices();
    expect(await shown('moons')).toEqual({ customers: { nodes: [{ moons: 7 }] } });
    expect(await shown('stars')).toBeUndefined();
    expect(state()?.schemaHash).not.toBe(schemaHash);

    lines.length = 0;
    server.serve('type Query { nothing: Int }', {});
    for (let n = 0; n < 3; n++) await asked.graph.refreshServices();
    expect(state()).toMatchObject({ status: 'REJECTED', error: expect.stringContaining('customersByIds(ids)') });
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    server.serve(typeDefs('moons'), resolvers('moons'));
    expect(await shown('moons')).toEqual({ customers: { nodes: [{ moons: 7 }] } });
    await asked.graph.refreshServices();
    expect(state()).toMatchObject({ status: 'READY', error: null });
    expect(fields).toEqual([expect.any(String), 'stars', 'moons']);
    await asked.graph.stop();
    await server.close();
  });

  it.each([
    [
      'takes a field of the hub',
      'type Customer @key(fields: "id") { id: ID! displayName: String }',
      'Customer.displayName is the hub',
    ],
    ['overrides one', 'type Customer @key(fields: "id") { id: ID! displayName: String @override(from: "hub") }', 'hub'],
    ['has a type of the hub for itself', 'type Money { amount: Int }', 'Money'],
    [
      'narrows an input of the hub',
      'input DateRange { from: Date } scalar Date type X { f(range: DateRange): Int }',
      'DateRange',
    ],
    [
      'adds to an enum of the hub',
      'enum ShipmentStatus { ELSEWHERE } type X { status: ShipmentStatus }',
      'ShipmentStatus',
    ],
    ['is no GraphQL', 'type {', 'cannot be read'],
  ])('are left out when one %s', async (_what, sdl, reason) => {
    const served = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@override"])\n${sdl}\ntype Query { x: Int }`;
    const server = await startGraphqlServer('type Query { _service: _Service! } type _Service { sdl: String! }', {
      Query: { _service: () => ({ sdl: served }) },
    });
    const asked = withServices({
      greedy: { kind: 'federation', url: server.url, queries: ['x'] },
      loyalty: loyaltySettings(),
    });
    await asked.graph.refreshServices();
    const [greedy, other] = asked.graph.createContext().services;
    expect(greedy).toMatchObject({ status: 'REJECTED', error: expect.stringContaining(reason) });
    expect(other).toMatchObject({ status: 'READY' });
    expect((await asked.ask(ALL)).errors).toBeUndefined();
    await asked.graph.stop();
    await server.close();
  });

  it('may be composed already: a supergraph in a file, joined by an entry of one of its subgraphs', async () => {
    const federated = (sdl: string, served: string, resolvers: object, entity: object) => ({
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n${sdl}`,
      start: () =>
        startGraphqlServer(
          `${served} type _Service { sdl: String! } scalar _Any union _Entity = Customer
           extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`,
          {
            Query: {
              _entities: (_s: unknown, { representations }: { representations: object[] }) =>
                representations.map((each) => ({ ...each, __typename: 'Customer' })),
              ...resolvers,
            },
            Customer: entity as never,
          },
        ),
    });
    const a = federated(
      'type Query { byIds(ids: [ID!]!): [Customer] } type Customer @key(fields: "id") { id: ID! visits: Int }',
      'type Query { byIds(ids: [ID!]!): [Customer] } type Customer { id: ID! visits: Int }',
      { byIds: (_s: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })) },
      { visits: () => 3 },
    );
    const b = federated(
      'type Customer @key(fields: "id") { id: ID! seat: String }',
      'type Query { none: Int } type Customer { id: ID! seat: String }',
      {},
      { seat: ({ id }: { id: string }) => `seat of ${id}` },
    );
    const [first, second] = [await a.start(), await b.start()];
    const { supergraphSdl = '' } = composeServices([
      { name: 'visits', typeDefs: parse(a.sdl), url: first.url },
      { name: 'seats', typeDefs: parse(b.sdl), url: second.url },
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
    const file = join(folder, 'supergraph.graphql');
    writeFileSync(file, supergraphSdl);
    const asked = withServices({
      venue: {
        kind: 'supergraph',
        schema: file,
        headers: { 'x-venue': 'ours' },
        extends: { Customer: { entry: 'byIds(ids)' } },
      },
    });
    await asked.graph.refreshServices();
    expect(asked.graph.createContext().services).toMatchObject([{ status: 'READY', error: null, url: null }]);
    const { customers } = await asked.data('{ customers(first: 3) { nodes { id visits seat } } }');
    for (const { id, ...rest } of customers.nodes) expect(rest).toEqual({ visits: 3, seat: `seat of ${id}` });
    expect(second.asked.at(-1)?.headers['x-venue']).toBe('ours');
    second.misbehave((response) => response.destroy());
    const broken = await asked.ask('{ customers(first: 1) { nodes { visits seat } } }');
    expect(broken.data).toEqual({ customers: { nodes: [{ visits: 3, seat: null }] } });
    expect(broken.errors).toMatchObject([
      { path: ['customers', 'nodes', 0, 'seat'], extensions: { code: 'SERVICE_UNREACHABLE', source: 'venue' } },
    ]);
    await asked.graph.stop();
    await Promise.all([first.close(), second.close()]);
    rmSync(folder, { recursive: true });
  });

  it('leave what the hub answers by itself as it is, on both lanes', async () => {
    const seed = Number(process.env.TEST_SEED ?? 360);
    const roll = dice(seed);
    const known = { customerIds: company.customerIds, recordIds: company.orders.map(({ id }) => id) };
    for (let n = 0; n < 40; n++) {
      const query = generateOperation(graph.graph.localSchema, roll, known);
      const [local, stitched] = [await graph.ask(query, {}, 'local'), await graph.ask(query, {}, 'stitched')];
      expect({ seed, n, query, ...comparable(stitched) }).toEqual({ seed, n, query, ...comparable(local) });
    }
    expect([...loyalty.asked, ...carriers.asked]).toEqual([]);
  });

  it('leave the hub a subgraph of its own', async () => {
    const log = createLog({ level: 'silent' });
    const asked = graphUnderTest(cache, undefined, {}, { federation: true }, { loyalty: loyaltySettings() }, log);
    await asked.graph.refreshServices();
    const [id = ''] = company.customerIds;
    const variables = { representations: [{ __typename: 'Customer', id }] };
    const ask = (fields: string) =>
      asked.ask(`query($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { ${fields} } } }`, {
        r: variables.representations,
      });
    expect((await ask('id')).data).toEqual({ _entities: [{ id }] });
    expect((await ask('id points')).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const { sdl } = (await asked.data('{ _service { sdl } }'))._service;
    expect(sdl).not.toContain('points');
    await asked.graph.stop();
  });

  it('are told of to operators', async () => {
    const query = '{ services { name title kind url status schemaHash checkedAt error } }';
    const { services } = await graph.data(query);
    expect(services[0]).toMatchObject({ name: 'loyalty', kind: 'graphql', url: loyalty.url, status: 'READY' });
    expect((await askAs(graph, ['crm:read'], query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(JSON.stringify(services)).not.toContain(SECRET);
  });
});

/** Errors by path and code: their order is not promised. */
function comparable({ data, errors = [] }: ExecutionResult) {
  const told = errors.map(({ message, path, extensions }) => ({ message, path, extensions }));
  return { data, errors: told.sort((a, b) => JSON.stringify(a.path).localeCompare(JSON.stringify(b.path))) };
}

function respond(
  response: { writeHead(status: number, headers: object): { end(text: string): void } },
  status: number,
  text: string,
) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}
