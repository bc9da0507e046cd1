import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ExecutionResult, execute, lexicographicSortSchema, parse, printSchema, validate } from 'graphql';
import { coded } from '../../gateway/execution/add-error-code.ts';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { generateDocument, generateOperation } from './generated-operations.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';
import { corpus } from './operations.ts';
import { dice, type SampleCompany, sampleCompany } from './sample-company.ts';
import { workOutNumbers } from './work-out-numbers.ts';

describe.each(databases)('the lanes, interpreted and compiled, on $name', (database) => {
  let graph: GraphUnderTest;
  let unlimited: GraphUnderTest;
  let company: SampleCompany;

  beforeAll(async () => {
    const cache = await database.open();
    const builder = createCacheBuilder();
    company = sampleCompany(builder);
    await builder.save(cache);
    await workOutNumbers(cache);
    graph = graphUnderTest(cache);
    unlimited = graphUnderTest(cache, undefined, {}, { maxAliases: 1e9, maxCost: 1e9, maxTokens: 1e6, maxDepth: 100 });
  });
  afterAll(() => database.drop());

  it('offer one and the same graph', () => {
    const sdl = (schema: Parameters<typeof printSchema>[0]) => printSchema(lexicographicSortSchema(schema));
    expect(sdl(graph.graph.stitchedSchema)).toEqual(sdl(graph.graph.localSchema));
  });

  it.each(corpus)('answer alike: $name', async ({ query, variables, answers }) => {
    const given = variables?.(company) ?? {};
    const interpreted = await graph.ask(query, given, 'local');
    graph.graph.warm(query);
    const local = await graph.ask(query, given, 'local');
    expect(withPlaces(local)).toEqual(withPlaces(interpreted));
    const stitched = await graph.ask(query, given, 'stitched');
    expect(shape(stitched)).toEqual(shape(local));
    answers(local);
  });

  it('answer alike whatever is asked', async () => {
    const seed = Number(process.env.TEST_SEED ?? 360);
    const roll = dice(seed);
    const known = { customerIds: company.customerIds, recordIds: company.orders.map(({ id }) => id) };
    let answered = 0;
    for (let n = 0; n < 120; n++) {
      const query = generateOperation(graph.graph.localSchema, roll, known);
      const interpreted = await graph.ask(query, {}, 'local');
      graph.graph.warm(query);
      const local = await graph.ask(query, {}, 'local');
      expect({ seed, n, query, ...withPlaces(local) }).toEqual({ seed, n, query, ...withPlaces(interpreted) });
      const stitched = await graph.ask(query, {}, 'stitched');
      expect({ seed, n, query, ...shape(stitched) }).toEqual({ seed, n, query, ...shape(local) });
      if (local.data) answered += 1;
    }
    expect(answered).toBeGreaterThan(100);
  }, 120_000);

  it('answer alike whatever fragments are spread wherever, the first time and later', async () => {
    const seed = Number(process.env.TEST_SEED ?? 360);
    const roll = dice(seed);
    const known = { customerIds: company.customerIds, recordIds: company.orders.map(({ id }) => id) };
    let answered = 0;
    for (let n = 0; n < 20; n++) {
      const { query, operationNames, variables } = generateDocument(unlimited.graph.localSchema, roll, known);
      const asks = operationNames.flatMap((name) => variables.map((values) => ({ name, values, right: '' })));
      for (const ask of asks) {
        const interpreted = await byGraphqlJs(query, ask.values, ask.name);
        ask.right = JSON.stringify(inOrder(interpreted));
        const stitched = await unlimited.ask(query, ask.values, 'stitched', ask.name);
        const about = { seed, n, query, ...ask };
        expect({ ...about, ...shape(stitched) }).toEqual({ ...about, ...shape(interpreted) });
        if (interpreted.data) answered += 1;
      }
      for (const time of [1, 2, 3]) {
        for (const ask of asks) {
          const local = await unlimited.ask(query, ask.values, 'local', ask.name);
          const answer = JSON.stringify(inOrder(local));
          expect({ seed, n, query, time, ...ask, answer }).toEqual({ seed, n, query, time, ...ask, answer: ask.right });
        }
      }
    }
    expect(answered).toBeGreaterThan(100);

    async function byGraphqlJs(query: string, variableValues: Record<string, boolean>, operationName: string) {
      const { localSchema: schema, createContext } = unlimited.graph;
      const document = parse(query);
      expect({ seed, query, errors: validate(schema, document).map(({ message }) => message) }).toEqual({
        seed,
        query,
        errors: [],
      });
      const result = await execute({ schema, document, variableValues, operationName, contextValue: createContext() });
      const errors = result.errors && { errors: result.errors.map(coded) };
      return JSON.parse(JSON.stringify({ ...result, ...errors })) as ExecutionResult;
    }
  }, 240_000);
});

/** Errors by path and code: their order is not promised. */
function shape(result: ExecutionResult) {
  const { data, errors } = withPlaces(result);
  return { data, errors: errors.map(({ message, path, extensions }) => ({ message, path, extensions })) };
}

/** As it goes over the wire, where fields have an order; errors have none. */
function inOrder(result: ExecutionResult) {
  const { data, errors } = withPlaces(result);
  return { data, errors: errors.map((error) => JSON.stringify(error)).sort() };
}

/** Errors with the lines and columns they are of, which the stitched lane does not know. */
function withPlaces({ data, errors }: ExecutionResult) {
  const told = [...(errors ?? [])];
  return { data, errors: told.sort((a, b) => JSON.stringify(a.path).localeCompare(JSON.stringify(b.path))) };
}
