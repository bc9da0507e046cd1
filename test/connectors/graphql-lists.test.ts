import { afterEach, describe, expect, it } from '@jest/globals';
import { buildSchema, graphql } from 'graphql';
import type { Connector, Page, ReadEvidence } from '../../connectors/connector.ts';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { type Loopback, startLoopback } from './loopback.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const schema = buildSchema(`
  type Line { no: Int!, qty: Int! }
  type PageInfo { hasNextPage: Boolean!, endCursor: String }
  type Lines { nodes: [Line!]!, edges: [LineEdge!]!, items: [Line!]!, pageInfo: PageInfo!, totalCount: Int!, totalItems: Int! }
  type LineEdge { node: Line! }
  type Customer { id: ID!, name: String!, updatedAt: String!, lines(first: Int, take: Int, limit: Int): Lines!, plain(limit: Int): [Line!]! }
  type CustomerList { items: [Customer!]!, totalItems: Int!, hasMore: Boolean! }
  type Connection { nodes: [Customer!]!, pageInfo: PageInfo!, totalCount: Int! }
  type Aggregated { countAll: Int! }
  input Options { take: Int, skip: Int }
  type Query {
    customers(options: Options): CustomerList!
    flat(limit: Int, offset: Int): [Customer!]!
    flat_aggregated: [Aggregated!]!
    paged(first: Int!, after: String): Connection!
  }
`);

interface ShopOptions {
  customers: number;
  lines?: number;
  /** The most that the server gives of a list at once. */
  cut?: number;
  /** How many more it says there are than it gives. */
  hidden?: number;
}

const idOf = (n: number) => `c${String(n).padStart(4, '0')}`;

/** A shop whose lists are cut by the server without a word, as Vendure and Directus do. */
async function startShop(options: ShopOptions): Promise<Loopback> {
  const cut = () => options.cut ?? 100;
  const customers = () => Array.from({ length: options.customers }, (_, i) => customerOf(idOf(i)));
  const part = <T>(list: T[], take: number | undefined, skip = 0) =>
    list.slice(skip, skip + Math.min(take ?? cut(), cut()));

  function customerOf(id: string) {
    const lines = Array.from({ length: options.lines ?? 0 }, (_, i) => ({ no: i + 1, qty: 1 }));
    const sizeOf = ({ first, take, limit }: { first?: number; take?: number; limit?: number }) =>
      first ?? take ?? limit;
    return {
      id,
      name: `Customer ${id}`,
      updatedAt: '2025-01-01T00:00:00Z',
      plain: ({ limit }: { limit?: number }) => part(lines, limit),
      lines(asked: { first?: number; take?: number; limit?: number }) {
        const some = part(lines, sizeOf(asked));
        return {
          nodes: some,
          items: some,
          edges: some.map((node) => ({ node })),
          pageInfo: { hasNextPage: some.length < lines.length, endCursor: 'x' },
          totalCount: lines.length,
          totalItems: lines.length,
        };
      },
    };
  }

  const rootValue = {
    customers: ({ options: page = {} }: { options?: { take?: number; skip?: number } }) => ({
      items: part(customers(), page.take, page.skip),
      totalItems: options.customers + (options.hidden ?? 0),
      hasMore: options.customers > cut(),
    }),
    flat: ({ limit, offset }: { limit?: number; offset?: number }) => part(customers(), limit, offset),
    flat_aggregated: () => [{ countAll: options.customers + (options.hidden ?? 0) }],
    paged({ first, after }: { first: number; after?: string }) {
      const rest = customers().filter(({ id }) => !after || id > after);
      const nodes = part(rest, first);
      return {
        nodes,
        totalCount: options.customers + (options.hidden ?? 0),
        pageInfo: { hasNextPage: rest.length > nodes.length, endCursor: nodes.at(-1)?.id },
      };
    },
  };
  return startLoopback(null, async (_, request) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
    return { body: await graphql({ schema, source: query, rootValue, variableValues: variables }) };
  });
}

const party = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];

async function open(options: ShopOptions, stream: object, pageSize = 100) {
  const server = await startShop(options);
  const connector = connect({
    system: 'shop',
    settings: sourceSchema.parse({
      kind: 'graphql',
      url: `${server.origin}/graphql`,
      pageSize,
      streams: { things: { key: 'id', records: party, ...stream } },
    }),
  });
  cleanups.push(server.stop, () => connector.close());
  return { connector, server };
}

async function read(connector: Connector, resume: string | null = null) {
  const pages: Page[] = [];
  for await (const page of connector.pull('things', { since: null, resume }, new AbortController().signal)) {
    pages.push(page);
  }
  const records = pages.flatMap((page) => page.records);
  return { pages, records, came: new Set(records.map(({ key }) => key)).size, evidence: pages.at(-1)?.evidence };
}

const fields = '{ id name updatedAt }';
const vendure = {
  resource: 'customers.items',
  query: `query ($take: Int, $skip: Int) { customers(options: { take: $take, skip: $skip }) { items ${fields} totalItems } }`,
  paging: { type: 'offset', variable: 'skip', sizeVariable: 'take' },
};
const directus = {
  resource: 'flat',
  query: `query ($limit: Int, $offset: Int) { flat(limit: $limit, offset: $offset) ${fields} flat_aggregated { countAll } }`,
  paging: { type: 'offset', variable: 'offset', sizeVariable: 'limit', totalPath: 'flat_aggregated.0.countAll' },
};
const connection = {
  resource: 'paged',
  query: `query ($first: Int!, $after: String) { paged(first: $first, after: $after) { nodes ${fields} totalCount pageInfo { hasNextPage endCursor } } }`,
};

describe.each(Object.entries({ vendure, directus, connection }))('a list like that of %s', (_, stream) => {
  it.each([0, 1, 99, 100, 101, 230])('of %s records is read in full', async (customers) => {
    const { connector } = await open({ customers }, stream);
    const { came, evidence } = await read(connector);
    expect(came).toBe(customers);
    expect(evidence).toEqual({ total: customers, came: customers, doubt: null });
  });

  it('is read in full where the server gives less than was asked for', async () => {
    const { connector } = await open({ customers: 47, cut: 10 }, stream);
    expect(await read(connector)).toMatchObject({ came: 47, evidence: { total: 47, came: 47 } });
  });

  it('counts as many records when it goes on after a stop', async () => {
    const { connector } = await open({ customers: 47 }, stream, 10);
    const { pages } = await read(connector);
    for (const { next } of pages.slice(0, -1)) {
      expect((await read(connector, next)).evidence).toEqual({ total: 47, came: 47, doubt: null });
    }
  });

  it('tells what the server counts beside what it gives', async () => {
    const { connector } = await open({ customers: 47, hidden: 5 }, stream);
    expect((await read(connector)).evidence).toEqual({ total: 52, came: 47, doubt: null });
  });
});

it('A list without a total is read by offsets until nothing comes after its last record', async () => {
  const query = `query ($limit: Int, $offset: Int) { flat(limit: $limit, offset: $offset) ${fields} }`;
  const { connector } = await open(
    { customers: 230 },
    { ...directus, query, paging: { type: 'offset', variable: 'offset', sizeVariable: 'limit' } },
  );
  expect(await read(connector)).toMatchObject({ came: 230, evidence: { total: null, came: 230, doubt: null } });
});

it('A list that moves while it is read by offsets loses no record that stays', async () => {
  const options = { customers: 47 };
  const { connector } = await open(options, vendure, 10);
  const keys = new Set<string>();
  for await (const { records } of connector.pull(
    'things',
    { since: null, resume: null },
    new AbortController().signal,
  )) {
    for (const { key } of records) keys.add(key);
    options.customers = 46;
  }
  expect([...keys].length).toBeGreaterThanOrEqual(46);
});

it('A query that does not hand its offset on is told', async () => {
  const query = `query ($take: Int, $skip: Int) { customers(options: { take: $take }) { items ${fields} } }`;
  const { connector } = await open(
    { customers: 47 },
    { ...vendure, query: query.replace('$take })', '$take, skip: 0 }) #$skip\n') },
    10,
  );
  await expect(read(connector)).rejects.toMatchObject({
    code: 'SOURCE_PROTOCOL',
    message: expect.stringMatching(/\$skip/),
  });
});

describe('a plain list without paging', () => {
  const plain = (customers: number, more: object = {}) =>
    open(
      { customers },
      { resource: 'flat', query: `query ($limit: Int) { flat(limit: $limit) ${fields} }`, ...more },
    ).then(({ connector }) => read(connector));

  it.each([10, 20, 16, 64, 75, 100, 130])('of %s records may be cut', async (customers) => {
    const { evidence } = await plain(customers);
    expect(evidence?.doubt).toMatch(/Set `paging`/);
  });

  it.each([0, 1, 7, 43, 99])('of %s records is whole', async (customers) => {
    expect((await plain(customers)).evidence).toMatchObject({ doubt: null });
  });

  it('of as many records as the query asks for may be cut', async () => {
    const { evidence } = await plain(99, { query: `{ flat(limit: 33) ${fields} }` });
    expect(evidence?.doubt).toMatch(/33 records came/);
  });

  it('is whole where the settings say that one answer holds all', async () => {
    expect((await plain(20, { paging: { type: 'none' } })).evidence).toMatchObject({ doubt: null });
  });

  it('is told short by a total beside it', async () => {
    const query = `{ customers { items ${fields} totalItems } }`;
    expect((await plain(130, { resource: 'customers.items', query })).evidence).toMatchObject({
      total: 130,
      came: 100,
    });
  });

  it('fails where a flag beside it says that there is more', async () => {
    const query = `{ customers { items ${fields} hasMore } }`;
    await expect(plain(130, { resource: 'customers.items', query })).rejects.toMatchObject({
      message: expect.stringContaining('hasMore: true'),
    });
  });
});

describe('a list inside a record', () => {
  const lineFields = { orderId: 'id', lineNo: 'no', orderedQty: 'qty' };
  const entry = (each: string, node = '') => ({
    entity: 'orderLine',
    each,
    key: ['^.id', `${node}no`],
    fields: { orderId: '^.id', lineNo: `${node}no`, orderedQty: `${node}qty` },
  });
  async function damageOf(lines: number, nested: string, records: object[]) {
    const query = `{ flat(limit: 9) { id name ${nested} } }`;
    const { connector } = await open({ customers: 1, lines }, { resource: 'flat', query, records });
    return (await read(connector)).records[0]?.damage ?? null;
  }

  const list = '{ no qty }';
  it.each([
    ['nodes and pageInfo', `lines(first: 10) { nodes ${list} pageInfo { hasNextPage } }`, entry('lines.nodes')],
    [
      'edges and pageInfo',
      `lines(first: 10) { edges { node ${list} } pageInfo { hasNextPage } }`,
      entry('lines.edges', 'node.'),
    ],
    ['items and totalItems', `lines(take: 10) { items ${list} totalItems }`, entry('lines.items')],
    ['under another name', `own: lines(first: 10) { nodes ${list} pageInfo { hasNextPage } }`, entry('own.nodes')],
  ])('that goes on puts its record aside: %s', async (_, nested, record) => {
    expect(await damageOf(11, nested, [record])).toMatch(/expected (the whole list|11 elements), got 10/);
    expect(await damageOf(10, nested, [record])).toBeNull();
    expect(await damageOf(3, nested, [record])).toBeNull();
  });

  it('that is as long as was asked for, with nothing that says that it is whole, puts its record aside', async () => {
    const plain = `plain(limit: 10) ${list}`;
    expect(await damageOf(25, plain, [entry('plain')])).toMatch(/plain: .* as many as were asked for/);
    expect(await damageOf(9, plain, [entry('plain')])).toBeNull();
    expect(await damageOf(25, `lines(first: 10) { nodes ${list} }`, [entry('lines.nodes')])).toMatch(/as many as were/);
  });

  it('that has a hundred elements although no size was asked for puts its record aside', async () => {
    expect(await damageOf(130, `plain ${list}`, [entry('plain')])).toMatch(/servers cut at/);
    expect(await damageOf(60, `plain ${list}`, [entry('plain')])).toBeNull();
  });

  it('that the mapping does not read, or of which it takes one element, is not looked at', async () => {
    const nested = `lines(first: 10) { nodes ${list} pageInfo { hasNextPage } }`;
    expect(await damageOf(11, nested, party)).toBeNull();
    const firstLine = {
      entity: 'orderLine',
      key: 'id',
      fields: { ...lineFields, lineNo: 'plain.0.no', orderedQty: 'plain.0.qty' },
    };
    expect(await damageOf(11, `plain(limit: 1) ${list}`, [firstLine])).toBeNull();
  });
});

describe('an answer', () => {
  async function pull(body: unknown, stream: object = {}): Promise<ReadEvidence | undefined> {
    const server = await startLoopback(null, () => ({ body }));
    const connector = connect({
      system: 'shop',
      settings: sourceSchema.parse({
        kind: 'graphql',
        url: server.origin,
        streams: { things: { ...connection, key: 'id', records: party, ...stream } },
      }),
    });
    cleanups.push(server.stop, () => connector.close());
    return (await read(connector)).evidence;
  }
  const one = { id: '1', name: 'a' };

  it.each([
    [
      'with errors beside whole data',
      { data: { paged: { nodes: [one], pageInfo: { hasNextPage: false } } }, errors: [{ message: 'no' }] },
      /got no/,
    ],
    [
      'with errors that are no list',
      { data: { paged: { nodes: [one], pageInfo: { hasNextPage: false } } }, errors: {} },
      /errors that are no list/,
    ],
    ['whose list is null', { data: { paged: null } }, /expected a list/],
    [
      'with hasNextPage and no endCursor',
      { data: { paged: { nodes: [one], pageInfo: { hasNextPage: true, endCursor: null } } } },
      /endCursor/,
    ],
  ])('%s fails', async (_, body, message) => {
    await expect(pull(body)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });

  it('that says that more follows fails where the query cannot ask for it', async () => {
    const query = '{ paged(first: 3) { nodes { id } pageInfo { hasNextPage endCursor } } }';
    const body = { data: { paged: { nodes: [one], pageInfo: { hasNextPage: true, endCursor: 'x' } } } };
    await expect(pull(body, { query })).rejects.toMatchObject({ message: expect.stringContaining('$after') });
    await expect(pull(body, { query, paging: { type: 'none' } })).rejects.toMatchObject({
      message: expect.stringContaining('hasNextPage: true'),
    });
  });

  it('after another without records and without end is given up', async () => {
    let asked = 0;
    const server = await startLoopback(null, () => {
      asked += 1;
      return { body: { data: { paged: { nodes: [], pageInfo: { hasNextPage: true, endCursor: `x${asked}` } } } } };
    });
    const settings = sourceSchema.parse({
      kind: 'graphql',
      url: server.origin,
      streams: { things: { ...connection, key: 'id', records: party } },
    });
    const connector = connect({ system: 'shop', settings });
    cleanups.push(server.stop, () => connector.close());
    await expect(read(connector)).rejects.toMatchObject({ message: expect.stringContaining('pages in a row') });
  });
});
