import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import { createCacheBuilder } from '../gateway/cache-builder.ts';
import { type GraphUnderTest, graphUnderTest } from '../gateway/graph-under-test.ts';
import { sampleCompany } from '../gateway/sample-company.ts';
import { workOutNumbers } from '../gateway/work-out-numbers.ts';
import { databases } from '../setup/databases.ts';

const file = new URL('../../docs/cookbook.md', import.meta.url);
const page = readFileSync(file, 'utf8');
const recipe = /^## (.*?)\n(.*?)^```graphql\n(.*?)^```\n\n```json\n(.*?)^```/gms;
const recipes = [...page.matchAll(recipe)].map(([, title = '', , query = '', answer = '']) => ({
  title,
  query,
  answer,
}));

describe.each(databases)('docs/cookbook.md on $name', (database) => {
  let graph: GraphUnderTest;

  beforeAll(async () => {
    const cache = await database.open();
    const builder = createCacheBuilder();
    sampleCompany(builder, { seed: 5, customers: 16, ordersEach: 7 });
    await builder.save(cache);
    await workOutNumbers(cache);
    graph = graphUnderTest(cache);
    if (process.env.UPDATE_COOKBOOK) await writeAnswers(graph);
  });
  afterAll(() => database.drop());

  it('has a question for every heading', () => {
    expect(recipes.length).toBeGreaterThanOrEqual(12);
    expect(recipes).toHaveLength(page.match(/^## /gm)?.length ?? 0);
  });

  it.each(recipes)('answers "$title" as it says', async ({ query, answer }) => {
    expect({ data: await graph.data(query) }).toEqual(JSON.parse(answer));
  });
});

async function writeAnswers(graph: GraphUnderTest): Promise<void> {
  let written = page;
  for (const { query, answer } of recipes) {
    const data = JSON.stringify({ data: await graph.data(query) }, null, 2);
    const before = `\`\`\`graphql\n${query}\`\`\`\n\n\`\`\`json\n${answer}\`\`\``;
    written = written.replace(
      before,
      () => `\`\`\`graphql\n${print(parse(query))}\n\`\`\`\n\n\`\`\`json\n${data}\n\`\`\``,
    );
  }
  writeFileSync(file, written);
}
