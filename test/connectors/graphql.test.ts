import { afterEach, describe, expect, it } from '@jest/globals';
import { buildSchema, graphql } from 'graphql';
import { parse, stringify } from 'lossless-json';
import { connect, sourceSchema } from '../../connectors/kinds.ts';
import { connectorContract, type Harness, type Row } from './contract.ts';
import { inOrder, jsonOf, type Loopback, startLoopback } from './loopback.ts';

const TOKEN = 'graph-Token-1';

const schema = buildSchema(`
  scalar Any
  type Thing { id: ID!, modified: String, name: String, amount: Any, big: Any }
  type PageInfo { hasNextPage: Boolean!, endCursor: String }
  type Edge { node: Thing }
  type Things { nodes: [Thing], edges: [Edge], pageInfo: PageInfo! }
  type Query { things(first: Int!, after: String, since: String): Things!, nodes(ids: [ID!]!): [Thing]! }
`);

const list =
  'query($first: Int!, $after: String, $since: String) { things(first: $first, after: $after, since: $since)';
const fields = '{ id modified name amount big }';
const queries = {
  nodes: `${list} { nodes ${fields} pageInfo { hasNextPage endCursor } } }`,
  edges: `${list} { edges { node ${fields} } pageInfo { hasNextPage endCursor } } }`,
};
const records = [{ entity: 'party', fields: { kind: { const: 'PERSON' }, displayName: 'name' } }];

for (const shape of ['nodes', 'edges'] as const) {
  connectorContract(`graphql, ${shape}`, {
    start: () => startHarness(shape),
    faults: ['wrong-password', 'unreachable', 'hang', 'broken-json', 'login-page'],
    secrets: [TOKEN, 'wrong-Token-9'],
  });
}

async function readBody(
  request: AsyncIterable<Buffer>,
): Promise<{ query: string; variables: Record<string, unknown> }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

function canonical(text: string): string {
  const [whole = '', fraction = ''] = text.replace('Z', '').split('.');
  return `${whole}.${fraction.padEnd(6, '0')}Z`;
}

/** A real GraphQL server over the rows, oldest change first; its cursors are places. */
async function startServer(rows: Map<string, Row>): Promise<Loopback> {
  const thing = (row: Row) => parse(jsonOf(row, { modified: row.stamp }));
  const placeOf = ({ stamp, id }: Row) => Buffer.from(`${stamp}|${id}`).toString('base64');
  return startLoopback(`Bearer ${TOKEN}`, async (_, request) => {
    const { query, variables } = await readBody(request);
    const rootValue = {
      things({ first, after, since }: { first: number; after?: string; since?: string }) {
        const matching = inOrder(rows.values()).filter(({ stamp }) => !since || stamp >= canonical(since));
        const from = after ? Buffer.from(after, 'base64') : null;
        const isAfter = (row: Row) => from === null || Buffer.compare(Buffer.from(`${row.stamp}|${row.id}`), from) > 0;
        const rest = matching.filter(isAfter);
        const page = rest.slice(0, first);
        const last = page.at(-1);
        return {
          nodes: page.map(thing),
          edges: page.map((row) => ({ node: thing(row) })),
          pageInfo: { hasNextPage: rest.length > first, endCursor: last ? placeOf(last) : null },
        };
      },
      nodes: ({ ids }: { ids: string[] }) => ids.map((id) => (rows.has(id) ? thing(rows.get(id) as Row) : null)),
    };
    return { body: stringify(await graphql({ schema, source: query, rootValue, variableValues: variables })) };
  });
}

function settingsOf(origin: string, stream: object = {}, more: object = {}) {
  const things = { resource: 'things', key: 'id', query: queries.nodes, records, ...stream };
  return sourceSchema.parse({
    kind: 'graphql',
    url: `${origin}/graphql`,
    auth: { type: 'bearer', token: TOKEN },
    timeout: '10s',
    pageSize: 3,
    ...more,
    streams: { things },
  });
}

async function startHarness(shape: keyof typeof queries): Promise<Harness> {
  const rows = new Map<string, Row>();
  const server = await startServer(rows);
  return {
    connect: (fault) =>
      connect({
        system: 'graph',
        settings: settingsOf(
          fault === 'unreachable' ? 'http://127.0.0.1:9' : server.origin,
          {
            query: queries[shape],
            cursor: { field: 'modified' },
            since: { variable: 'since' },
            ...(shape === 'nodes' ? { byKey: { query: `query($ids: [ID!]!) { nodes(ids: $ids) ${fields} }` } } : {}),
          },
          {
            auth: { type: 'bearer', token: fault === 'wrong-password' ? 'wrong-Token-9' : TOKEN },
            timeout: fault === 'hang' ? '300ms' : '10s',
          },
        ),
      }),
    async put(changed) {
      for (const row of changed) rows.set(row.id, row);
    },
    async remove(id) {
      rows.delete(id);
    },
    async clear() {
      rows.clear();
    },
    fail: server.fail,
    stop: server.stop,
  };
}

describe('a GraphQL source', () => {
  let server: Loopback | null = null;
  afterEach(async () => {
    await server?.stop();
    server = null;
  });

  async function pull(body: unknown, stream: object = {}) {
    server = await startLoopback(null, () => ({ body }));
    const connector = connect({ system: 'graph', settings: settingsOf(server.origin, stream) });
    try {
      const found = [];
      for await (const page of connector.pull('things', { since: null, resume: null }, AbortSignal.timeout(10_000))) {
        found.push(...page.records);
      }
      return found;
    } finally {
      await connector.close();
    }
  }

  it.each([
    [
      'an error, though half of the data is there',
      {
        data: { things: { nodes: [], pageInfo: { hasNextPage: false } } },
        errors: [{ message: 'no', path: ['things'] }],
      },
      'SOURCE_PROTOCOL',
      /got no/,
    ],
    [
      'UNAUTHENTICATED',
      { errors: [{ message: 'log in', extensions: { code: 'UNAUTHENTICATED' } }] },
      'SOURCE_UNAUTHORIZED',
      /log in/,
    ],
    [
      'FORBIDDEN',
      { errors: [{ message: 'not you', extensions: { code: 'FORBIDDEN' } }] },
      'SOURCE_FORBIDDEN',
      /not you/,
    ],
    [
      'THROTTLED',
      { errors: [{ message: 'slower', extensions: { code: 'THROTTLED' } }] },
      'SOURCE_RATE_LIMITED',
      /slower/,
    ],
    ['nothing where the list should be', { data: { things: null } }, 'SOURCE_PROTOCOL', /expected a list/],
    ['no pageInfo', { data: { things: { nodes: [] } } }, 'SOURCE_PROTOCOL', /pageInfo/],
    [
      'no endCursor',
      { data: { things: { nodes: [], pageInfo: { hasNextPage: true } } } },
      'SOURCE_PROTOCOL',
      /endCursor/,
    ],
    [
      'null among the records',
      { data: { things: { nodes: [null], pageInfo: { hasNextPage: false } } } },
      'SOURCE_PROTOCOL',
      /got null/,
    ],
    [
      'the same endCursor twice',
      { data: { things: { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'x' } } } },
      'SOURCE_PROTOCOL',
      /twice/,
    ],
  ])('that answers %s fails', async (_, body, code, message) => {
    await expect(pull(body)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('may answer with a plain list', async () => {
    const found = await pull({ data: { shop: { things: [{ id: 1, name: 'Ada' }] } } }, { resource: 'shop.things' });
    expect(found).toMatchObject([{ key: '1', data: { name: 'Ada' } }]);
  });

  it.each([
    ['no query at all', { query: 'things' }, /expected a GraphQL query/],
    ['something that writes', { query: 'mutation { remove }' }, /expected one query, got mutation/],
    [
      'a variable that is not declared',
      { cursor: { field: 'x' }, since: { variable: 'changedAfter' } },
      /declare \$changedAfter/,
    ],
    ['keys that are not asked for', { byKey: { query: '{ nodes { id } }' } }, /declare \$ids/],
  ])('is refused with %s', (_, stream, message) => {
    expect(() => settingsOf('http://127.0.0.1:9', stream)).toThrow(message);
  });
});
