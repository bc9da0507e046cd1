import { makeExecutableSchema } from '@graphql-tools/schema';
import { describe, expect, it } from '@jest/globals';
import { type ExecutionResult, GraphQLError, parse } from 'graphql';
import { compileOperation, interpretOperation } from '../../gateway/compile-operation.ts';
import { createLocalOperations } from '../../gateway/local-operations.ts';

const schema = makeExecutableSchema({
  typeDefs: `
    type Query { thing(id: ID! = "1", size: Size, within: Span, count: Int): Thing things: [Thing] all: [Thing!]! any: [Any] }
    type Mutation { first: Int second: Int }
    type Thing { id: ID! name: String! late: String size: Size count: Int flag: Boolean below: Thing }
    type Other { name: String }
    union Any = Thing | Other
    enum Size { SMALL LARGE }
    input Span { from: Int to: Int! = 9 }
  `,
  resolvers: {
    Query: {
      thing: (_: unknown, args: { id: string }) => ({ ...args, name: JSON.stringify(args), size: 'LARGE', count: 3 }),
      things: async () => [
        { id: 1, name: 'one' },
        null,
        { id: 3 },
        new Error('no fourth'),
        Promise.resolve({ id: 5, name: 5 }),
      ],
      all: () => [{ id: 1, name: 'one' }, { id: 2 }],
      any: () => [
        { __typename: 'Other', name: 'o' },
        { __typename: 'Thing', id: 1, name: 't' },
      ],
    },
    Mutation: {
      first: async () => 1,
      second: () => Promise.reject(new GraphQLError('not twice', { extensions: { code: 'X' } })),
    },
    Thing: {
      late: async ({ id }: { id: unknown }) => `late ${id}`,
      size: ({ id, size }: { id: unknown; size?: string }) => (id === 5 ? 'HUGE' : size),
      below: ({ id }: { id: number }) => {
        if (id === 1) throw new Error('nothing below');
        return id > 100 ? null : { id: id + 100 };
      },
    },
  },
});

const operations: [query: string, variables?: Record<string, unknown>, operationName?: string][] = [
  ['{ thing { id name size count flag } }'],
  ['{ a: thing(id: 5) { __typename late size } b: thing(size: SMALL, within: {from: 1}) { name } }'],
  ['{ things { id name late size } }'],
  ['{ things { id below { id name } } }'],
  ['{ all { id name } thing { id } }'],
  ['{ any { __typename ... on Thing { id late } ... on Other { name } } }'],
  ['query ($id: ID) { thing(id: $id) { id } }', { id: null }],
  ['query ($id: ID) { thing(id: $id) { id } }', {}],
  ['query ($id: ID!) { thing(id: $id) { id } }', {}],
  ['query ($id: ID!) { thing(id: $id) { id } }', { id: { no: 1 } }],
  ['query ($id: ID!) { thing(id: $id) { id } }', { id: 7, more: 'unknown' }],
  ['query ($s: Size) { thing(size: $s) { name } }', { s: 'HUGE' }],
  ['query ($s: Size = SMALL) { thing(size: $s) { name } }'],
  ['query ($w: Span) { thing(within: $w) { name } }', { w: { from: 2 } }],
  ['query ($w: Span) { thing(within: $w) { name } }', { w: { from: 2, wide: 3 } }],
  ['query ($n: Int) { thing(count: $n, within: {to: $n}) { name } }', { n: 2 }],
  ['query ($n: Int) { thing(count: $n) { name } }', { n: 2.5 }],
  ['query ($n: Int) { thing(count: $n) { name } }', { n: '2' }],
  [
    'query ($a: Boolean!, $b: Boolean = false) { thing { id @skip(if: $a) name @include(if: $b) ...F @include(if: $a) } } fragment F on Thing { count size @skip(if: $b) }',
    { a: true },
  ],
  [
    'query ($a: Boolean!, $b: Boolean = false) { thing { id @skip(if: $a) name @include(if: $b) ...F @include(if: $a) } } fragment F on Thing { count size @skip(if: $b) }',
    { a: false, b: true },
  ],
  ['query A { thing { id } } query B { thing { name } }', {}, 'B'],
  ['query A { thing { id } } query B { thing { name } }', {}, 'C'],
  ['query A { thing { id } } query B { thing { name } }', {}],
  ['mutation { first second again: first }'],
];

describe('a compiled operation', () => {
  it.each(operations.map(([query, variables = {}, operationName = '']) => ({ query, variables, operationName })))(
    'answers as graphql-js does: $query $variables $operationName',
    async ({ query, variables, operationName }) => {
      const document = parse(query);
      const plain = (result: ExecutionResult) => JSON.parse(JSON.stringify(result)) as ExecutionResult;
      const compiled = plain(await compileOperation(schema, document, operationName)({}, variables));
      const interpreted = plain(await interpretOperation(schema, document, operationName)({}, variables));
      const byPath = ({ errors = [] }: ExecutionResult) =>
        [...errors].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
      expect({ ...compiled, errors: byPath(compiled) }).toEqual({ ...interpreted, errors: byPath(interpreted) });
    },
  );

  it('has the error that was thrown behind its own', async () => {
    const run = compileOperation(schema, parse('{ things { id below { id } } }'));
    const { errors = [] } = await run({});
    expect(errors.every((error) => error instanceof GraphQLError)).toBe(true);
    expect(errors.map((error) => error.originalError?.message)).toEqual(['nothing below', 'no fourth']);
  });
});

describe('the local lane', () => {
  it('interprets an operation once and compiles it when it comes again', () => {
    const operations = createLocalOperations(schema);
    const document = parse('{ thing { id } }');
    const first = operations.runner(document);
    const second = operations.runner(document);
    expect(second).not.toBe(first);
    expect(operations.runner(document)).toBe(second);
  });

  it('has an operation compiled that was warmed', () => {
    const operations = createLocalOperations(schema);
    const document = parse('{ thing { id } }');
    operations.warm(document);
    expect(operations.runner(document)).toBe(operations.runner(document));
  });
});
