import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ExecutionResult, lexicographicSortSchema, printSchema } from 'graphql';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { generateOperation } from './generated-operations.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';
import { corpus } from './operations.ts';
import { dice, type SampleCompany, sampleCompany } from './sample-company.ts';
import { workOutNumbers } from './work-out-numbers.ts';

describe.each(databases)('the lanes, interpreted and compiled, on $name', (database) => {
  let graph: GraphUnderTest;
  let company: SampleCompany;

  beforeAll(async () => {
    const cache = await database.open();
    const builder = createCacheBuilder();
    company = sampleCompany(builder);
    await builder.save(cache);
    await workOutNumbers(cache);
    graph = graphUnderTest(cache);
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
});

/** Errors by path and code: their order is not promised. */
function shape(result: ExecutionResult) {
  const { data, errors } = withPlaces(result);
  return { data, errors: errors.map(({ message, path, extensions }) => ({ message, path, extensions })) };
}

/** Errors with the lines and columns they are of, which the stitched lane does not know. */
function withPlaces({ data, errors }: ExecutionResult) {
  const told = [...(errors ?? [])];
  return { data, errors: told.sort((a, b) => JSON.stringify(a.path).localeCompare(JSON.stringify(b.path))) };
}
