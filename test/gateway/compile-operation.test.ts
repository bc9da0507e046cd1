import { makeExecutableSchema } from '@graphql-tools/schema';
import { describe, expect, it } from '@jest/globals';
import {
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  print,
} from 'graphql';
import { compileOperation, interpretOperation } from '../../gateway/execution/compile-operation.ts';
import { createConditionDecider } from '../../gateway/execution/decide-conditions.ts';
import { inlineFragments } from '../../gateway/execution/inline-fragments.ts';
import { createLocalOperations } from '../../gateway/execution/local-operations.ts';

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

const boards = `query Board($a: Boolean!) { thing { ...Head @include(if: $a) ...Body } }
  fragment Head on Thing { count ...Name } fragment Body on Thing { size ...Name } fragment Name on Thing { name }`;
const cards = `query List($full: Boolean!) { thing { id ...Card @include(if: $full) } } query Detail { thing { id ...Card } }
  fragment Card on Thing { name count }`;

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
  // one fragment below two others, of which one is left out
  [boards, { a: false }],
  [boards, { a: true }],
  // two operations of one document, of which one has a condition
  [cards, { full: false }, 'List'],
  [cards, { full: true }, 'List'],
  [cards, {}, 'Detail'],
  // conditions on one of two fields of one name, whose selections belong together
  [
    'query ($a: Boolean!) { x: thing { id } x: thing @include(if: $a) { ... on Thing { name ...F } } } fragment F on Thing { count }',
    { a: false },
  ],
  ['query ($a: Boolean!) { x: thing @skip(if: $a) { below { id } } x: thing { below { late } } }', { a: true }],
  [
    'query ($a: Boolean!) { any { ...T @include(if: $a) ...U ... on Other @skip(if: $a) { name } } } fragment T on Any { ...U } fragment U on Any { ... on Thing { below { id } late } ... on Other { name } }',
    { a: false },
  ],
  // in the order of what is asked for
  ['query ($a: Boolean!) { thing { name @include(if: $a) id name } }', { a: false }],
  // nothing is left
  ['query ($a: Boolean!) { thing { ...F @include(if: $a) } } fragment F on Thing { id }', { a: false }],
  ['query ($a: Boolean!) { thing @include(if: $a) { id } }', { a: false }],
  ['{ thing { id @include(if: false) name @skip(if: true) @include(if: true) } }'],
  // what is no boolean
  ['query ($a: Boolean = true) { thing { id @include(if: $a) } }', { a: null }],
  ['query ($a: Boolean = true) { thing { id @include(if: $a) } }'],
  ['query ($a: Boolean!) { thing { id @include(if: $a) } }', { a: 'yes' }],
  ['query ($a: Boolean!) { thing { id @include(if: $a) } }'],
  // errors have the places of fields that were asked for, each once
  [
    'query ($a: Boolean!) { things { ...F @include(if: $a) ...G } x: things { ...G ...F } } fragment F on Thing { below { id } ...G } fragment G on Thing { below { name } name }',
    { a: false },
  ],
  ['{ x: things { ...F } x: things { ...F } } fragment F on Thing { below { id } }'],
  ['{ __proto__: thing { id } thing { __proto__: id } }'],
  [
    '{ __schema { queryType { ...T } types { ...T } } __type(name: "Thing") { ...T } } fragment T on __Type { name fields { name type { ...U } } } fragment U on __Type { kind ofType { name } }',
  ],
  ['query A { thing { id } } query B { thing { name } }', {}, 'B'],
  ['query A { thing { id } } query B { thing { name } }', {}, 'C'],
  ['query A { thing { id } } query B { thing { name } }', {}],
  ['mutation { first second again: first }'],
];

const byPath = ({ errors = [] }: ExecutionResult) =>
  [...errors].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

describe('a compiled operation', () => {
  it.each(operations.map(([query, variables = {}, operationName = '']) => ({ query, variables, operationName })))(
    'answers as graphql-js does: $query $variables $operationName',
    async ({ query, variables, operationName }) => {
      const document = parse(query);
      const plain = (result: ExecutionResult) => JSON.parse(JSON.stringify(result)) as ExecutionResult;
      const interpreted = plain(await interpretOperation(schema, document, operationName)({}, variables));
      const decided = createConditionDecider()({ document, operationName, variables });
      for (const time of [1, 2]) {
        const compiled = plain(await compileOperation(schema, decided, operationName)({}, variables));
        expect({ time, ...compiled, errors: byPath(compiled) }).toEqual({
          time,
          ...interpreted,
          errors: byPath(interpreted),
        });
        expect(JSON.stringify(compiled.data)).toBe(JSON.stringify(interpreted.data));
      }
    },
  );

  it('has the error that was thrown behind its own', async () => {
    const run = compileOperation(schema, parse('{ things { id below { id } } }'));
    const { errors = [] } = await run({});
    expect(errors.every((error) => error instanceof GraphQLError)).toBe(true);
    expect(errors.map((error) => error.originalError?.message)).toEqual(['nothing below', 'no fourth']);
  });
});

describe('the conditions of an operation', () => {
  const document = parse(boards);
  const board = (a: unknown) => ({ document, operationName: 'Board', variables: { a } });

  it('are decided once for the same values', () => {
    const decide = createConditionDecider();
    expect(decide(board(true))).toBe(decide(board(true)));
    expect(decide(board(false))).not.toBe(decide(board(true)));
    expect(print(decide(board(false)))).not.toMatch(/Head|include/);
  });

  it('leave the document as it is where there is nothing to decide, or no value', () => {
    const decide = createConditionDecider();
    const plain = parse('query ($id: ID!) { thing(id: $id) { ...F } } fragment F on Thing { id }');
    expect(decide({ document: plain, variables: { id: 1 } })).toBe(plain);
    for (const value of [undefined, null, 'true', 1]) expect(decide(board(value))).toBe(document);
    expect(decide({ ...board(true), operationName: 'Other' })).toBe(document);
  });

  it('are decided rightly however many sets of values come', async () => {
    const names = Array.from({ length: 6 }, (_, n) => `v${n}`);
    const fields = names.map((name) => `${name}: id @include(if: $${name})`);
    const many = parse(`query (${names.map((name) => `$${name}: Boolean!`).join()}) { thing { ${fields.join(' ')} } }`);
    const decide = createConditionDecider();
    const run = createLocalOperations(schema);
    for (let n = 0; n < 2 ** names.length; n++) {
      const variables = Object.fromEntries(names.map((name, at) => [name, (n & (1 << at)) > 0]));
      const decided = decide({ document: many, variables });
      const result = await run.runner(decided)({}, variables);
      expect(Object.keys(result.data?.thing ?? {})).toEqual(names.filter((name) => variables[name]));
    }
  });
});

describe('fragments in the places where they are spread', () => {
  const inlined = (text: string) => {
    const document = parse(text);
    return inlineFragments(schema, document, getOperationAST(document) as OperationDefinitionNode);
  };

  it('count once in a selection set, however many ways lead to them', () => {
    const levels = Array.from({ length: 40 }, (_, n) =>
      ['A', 'B'].map((name) => `fragment ${name}${n} on Thing { id ...A${n + 1} ...B${n + 1} }`).join(' '),
    );
    const doubling = `{ thing { ...A0 ...B0 } } ${levels.join(' ')} fragment A40 on Thing { name } fragment B40 on Thing { name }`;
    expect(print(inlined(doubling) ?? parse('{ none }')).match(/\bid\b/g)).toHaveLength(80);
    expect(compileOperation(schema, parse(doubling))({})).toMatchObject({
      data: { thing: { name: expect.anything() } },
    });
  });

  it('count for each type that a value may have', () => {
    const text =
      '{ any { ... on Thing { ...N } ... on Other { ...N } } } fragment N on Any { __typename ... on Other { name } }';
    expect(compileOperation(schema, parse(text))({})).toEqual(interpretOperation(schema, parse(text))({}));
  });

  it('are left to the interpreter where they would become very many fields', async () => {
    const levels = Array.from(
      { length: 13 },
      (_, n) => `fragment F${n} on Thing { a: below { ...F${n + 1} } b: below { ...F${n + 1} } }`,
    );
    const text = `{ thing(id: "101") { ...F0 } } ${levels.join(' ')} fragment F13 on Thing { id }`;
    expect(inlined(text)).toBeUndefined();
    expect(await compileOperation(schema, parse(text))({})).toEqual(await interpretOperation(schema, parse(text))({}));
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
