import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { databases } from '../setup/databases.ts';
import { createCacheBuilder } from './cache-builder.ts';
import { generateOperation } from './generated-operations.ts';
import { type GraphUnderTest, graphUnderTest } from './graph-under-test.ts';
import { corpus } from './operations.ts';
import { dice, type SampleCompany, sampleCompany } from './sample-company.ts';

describe.each(databases)('the two lanes on $name', (database) => {
  let graph: GraphUnderTest;
  let company: SampleCompany;

  beforeAll(async () => {
    const cache = await database.open();
    const builder = createCacheBuilder();
    company = sampleCompany(builder);
    await builder.save(cache);
    graph = graphUnderTest(cache);
  });
  afterAll(() => database.drop());

  it('offer one and the same graph', () => {
    const sdl = (schema: Parameters<typeof printSchema>[0]) => printSchema(lexicographicSortSchema(schema));
    expect(sdl(graph.graph.stitchedSchema)).toEqual(sdl(graph.graph.localSchema));
  });

  it.each(corpus)('answer alike: $name', async ({ query, variables, answers }) => {
    const given = variables?.(company) ?? {};
    const local = await graph.ask(query, given, 'local');
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
      const local = await graph.ask(query, {}, 'local');
      const stitched = await graph.ask(query, {}, 'stitched');
      expect({ seed, n, query, ...shape(stitched) }).toEqual({ seed, n, query, ...shape(local) });
      if (local.data) answered += 1;
    }
    expect(answered).toBeGreaterThan(100);
  });
});

/** Errors by path and code: their order is not promised. */
function shape({ data, errors }: Awaited<ReturnType<GraphUnderTest['ask']>>) {
  const told = (errors ?? []).map(({ message, path, extensions }) => ({ message, path, extensions }));
  return { data, errors: told.sort((a, b) => JSON.stringify(a.path).localeCompare(JSON.stringify(b.path))) };
}
