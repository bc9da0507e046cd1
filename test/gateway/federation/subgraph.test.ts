import { ApolloGateway, IntrospectAndCompose } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import type { Cache } from '../../../cache/database/database.ts';
import { createLog } from '../../../config/observability/log.ts';
import { createViewer } from '../../../gateway/access/viewer.ts';
import type { Graph } from '../../../gateway/graph.ts';
import { createGateway, type Gateway } from '../../../gateway/server.ts';
import { databases } from '../../setup/databases.ts';
import { createCacheBuilder } from '../cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from '../graph-under-test.ts';
import { type SampleCompany, sampleCompany } from '../sample-company.ts';
import { type GraphqlServer, startGraphqlServer } from './graphql-server.ts';

const LOYALTY = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { members: [Customer!]! }
  type Customer @key(fields: "id") { id: ID! points: Int }
`;

/** A subgraph of another department, its entries written by hand. */
function startLoyalty(pointsOf: ReadonlyMap<string, number>): Promise<GraphqlServer> {
  const typeDefs = `
    type Query { members: [Customer!]! _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }
    type Customer { id: ID! points: Int }
    type _Service { sdl: String! }
    scalar _Any
    union _Entity = Customer
  `;
  return startGraphqlServer(typeDefs, {
    Query: {
      members: () => [...pointsOf.keys()].map((id) => ({ id })),
      _service: () => ({ sdl: LOYALTY }),
      _entities: (_source: unknown, { representations }: { representations: { id: string }[] }) =>
        representations.map(({ id }) => ({ __typename: 'Customer', id })),
    },
    Customer: { points: ({ id }: { id: string }) => pointsOf.get(id) ?? null },
  });
}

describe.each(databases)('the hub as a subgraph, on $name', (database) => {
  let cache: Cache;
  let company: SampleCompany;
  let graph: GraphUnderTest;
  let hub: Gateway;
  let loyalty: GraphqlServer;
  let router: ApolloServer;
  let pointsOf: Map<string, number>;

  beforeAll(async () => {
    cache = await database.open();
    const builder = createCacheBuilder();
    company = sampleCompany(builder);
    await builder.save(cache);
    graph = graphUnderTest(cache, { rows: [] }, {}, { federation: true });
    pointsOf = new Map(company.customerIds.map((id, n) => [id, n * 10]));
    loyalty = await startLoyalty(pointsOf);
    const open = graphUnderTest(cache, undefined, {}, { federation: true, port: 0 });
    hub = await createGateway({
      cache,
      settings: open.settings,
      log: createLog({ level: 'silent' }),
      graph: open.graph as Graph,
    });
    const subgraphs = [
      { name: 'hub', url: await hub.listen() },
      { name: 'loyalty', url: loyalty.url },
    ];
    router = new ApolloServer({
      gateway: new ApolloGateway({ supergraphSdl: new IntrospectAndCompose({ subgraphs }), logger: quiet }),
      logger: quiet,
    });
    await router.start();
  });
  afterAll(async () => {
    await router.stop();
    await hub.close();
    await loyalty.close();
    await database.drop();
  });

  it('is composed and asked by Apollo Gateway, beside a subgraph that adds to its customers', async () => {
    const query = `query($id: ID!) {
      customer(id: $id) { id displayName points orders(first: 2) { nodes { id orderNumber customer { points } } } }
      members { points displayName orders(first: 1) { totalCount } }
    }`;
    const [, id = ''] = company.customerIds;
    const { body } = await router.executeOperation({ query, variables: { id } });
    const answer = body.kind === 'single' ? body.singleResult : null;
    expect(answer?.errors).toBeUndefined();
    const own = await graph.data(
      'query($id: ID!) { customer(id: $id) { id displayName orders(first: 2) { nodes { id orderNumber } } } }',
      { id },
    );
    const members = await Promise.all(
      company.customerIds.map(async (each) => {
        const fields = 'displayName orders(first: 1) { totalCount }';
        const { customer } = await graph.data(`query($id: ID!) { customer(id: $id) { ${fields} } }`, { id: each });
        return { points: pointsOf.get(each), ...customer };
      }),
    );
    const nodes = own.customer.orders.nodes.map((order: object) => ({ ...order, customer: { points: 10 } }));
    expect(JSON.parse(JSON.stringify(answer?.data))).toEqual({
      customer: { ...own.customer, points: 10, orders: { nodes } },
      members,
    });
    expect(nodes.length).toBe(2);
  });

  const ENTITIES = `query($representations: [_Any!]!) {
    _entities(representations: $representations) {
      __typename
      ... on Customer { id displayName email }
      ... on Order { id orderNumber }
    }
  }`;
  const askAs = async (scopes: string[], query: string, variables: object = {}, asked = graph, claims = {}) => {
    const viewer = createViewer({ name: 'user router', scopes, claims });
    const context = asked.graph.createContext(viewer);
    const result = await asked.graph.execute({ query, variables: { ...variables }, context });
    return JSON.parse(JSON.stringify(result)) as ExecutionResult<{ _entities: (Record<string, unknown> | null)[] }>;
  };
  const customers = () => company.customerIds.map((id) => ({ __typename: 'Customer', id }));
  const orders = () => company.orders.slice(0, 5).map(({ id }) => ({ __typename: 'Order', id }));

  it('reads the representations of a type in one statement, in their order, and null for what is not there', async () => {
    const gone = { __typename: 'Order', id: '00000000-0000-8000-8000-000000000000' };
    const before = graph.statements().length;
    const { data, errors } = await askAs(['erp:read', 'pii:read'], ENTITIES, {
      representations: [...orders(), gone, ...customers()].reverse(),
    });
    expect(errors).toBeUndefined();
    expect(data?._entities.map((entity) => entity?.id ?? null)).toEqual(
      [...orders(), { id: null }, ...customers()].reverse().map(({ id }) => id),
    );
    const reads = graph
      .statements()
      .slice(before)
      .filter((statement) => /FROM .?(orders|customers)\b/.test(statement));
    expect(reads).toHaveLength(2);
  });

  it('opens by a representation nothing that an id would not', async () => {
    const refused = await askAs(['crm:read'], ENTITIES, { representations: orders() });
    expect(refused.errors?.map(({ extensions }) => extensions?.code)).toEqual(['FORBIDDEN']);
    expect(refused.data).toBeUndefined();

    await cache.execute('UPDATE customers SET email = ?, country = ? WHERE id = ?', [
      'secret@example.com',
      'KR',
      company.customerIds[0] ?? '',
    ]);
    const masked = await askAs(['erp:read'], ENTITIES, { representations: customers() });
    expect(masked.data?._entities[0]?.email).toBe('s…@example.com');

    const byCountry = graphUnderTest(
      cache,
      { rows: [{ field: 'country', claim: 'countries' }] },
      {},
      { federation: true },
    );
    const korean = await askAs(['erp:read'], ENTITIES, { representations: customers() }, byCountry, {
      countries: ['KR'],
    });
    expect(korean.errors).toBeUndefined();
    expect(korean.data?._entities.map((entity) => entity?.id ?? null)).toEqual(
      company.customerIds.map((id, n) => (n % 2 ? null : id)),
    );
  });

  it('writes down whose personal data was read by representations', async () => {
    const [representation] = customers();
    await askAs(['erp:read', 'pii:read'], ENTITIES, { representations: [representation] });
    const [{ read } = { read: 0 }] = await cache.query<{ read: number }>(
      'SELECT COUNT(*) AS `read` FROM access_audit WHERE viewer = ?',
      ['user router'],
    );
    expect(Number(read)).toBeGreaterThan(0);
  });

  it.each([
    ['a type without a key', { __typename: 'Money', id: 'x' }, '__typename that has a key'],
    ['no type', { id: 'x' }, '__typename that has a key'],
    ['an id of another kind', { __typename: 'Order', id: "' OR 1=1" }, 'the id of a Order'],
    ['no object at all', 7, '__typename that has a key'],
  ])('refuses %s, and answers the others', async (_what, representation, expected) => {
    const [customer] = customers();
    const { data, errors } = await askAs(['erp:read'], ENTITIES, { representations: [representation, customer] });
    expect(data?._entities.map((entity) => entity?.id ?? null)).toEqual([null, customer?.id]);
    expect(errors).toMatchObject([{ path: ['_entities', 0], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors?.[0]?.message).toContain(expected);
  });

  it('counts representations as the objects they ask for', async () => {
    const small = graphUnderTest(cache, undefined, {}, { federation: true, maxCost: 100 });
    const representations = Array.from({ length: 101 }, () => customers()[0]);
    const { errors } = await small.ask(ENTITIES, { representations });
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_LARGE' } }]);
    expect((await small.ask(ENTITIES, { representations: representations.slice(0, 50) })).errors).toBeUndefined();
  });

  it('tells its SDL only where it may tell its schema, and is no subgraph unless told to', async () => {
    const service = '{ _service { sdl } }';
    expect((await graph.data(service))._service.sdl).toContain('type Customer implements Node @key(fields: "id")');
    const silent = graphUnderTest(cache, undefined, {}, { federation: true, introspection: false });
    expect((await silent.ask(service)).errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    expect((await silent.ask(ENTITIES, { representations: customers() })).errors).toBeUndefined();
    const none = graphUnderTest(cache);
    for (const query of [service, ENTITIES]) {
      const { data, errors } = await none.ask(query, { representations: [] });
      expect(data).toBeUndefined();
      expect(errors?.every(({ extensions }) => extensions?.code === 'GRAPHQL_VALIDATION_FAILED')).toBe(true);
    }
  });
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
