import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { diffSchema, publishedSdl } from '../../cli/actions/schema-diff.ts';
import { createLocalSchema } from '../../gateway/execution/local-schema.ts';
import { subschemas } from '../../gateway/resolvers/domains/all.ts';

const read = (file: string) => readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');

describe('the published SDL', () => {
  it('is what the graph is: npm run schema writes it', () => {
    expect(publishedSdl(createLocalSchema(subschemas)) === read('schema.graphql')).toBe(true);
  });

  it('may change in what breaks no operation, and in what a note says', () => {
    const before = 'type Query { old(id: ID): String kept: Size } enum Size { S }';
    const after = buildSchema('type Query { kept: Size added(id: ID): Int } enum Size { S L }');
    const gone = 'Query.old was removed.';
    expect(diffSchema(before, after, '')).toEqual({
      unnoted: [gone],
      noted: [],
      dangerous: ['L was added to enum type Size.'],
    });
    expect(diffSchema(before, after, `- 0.2.0: ${gone} Ask kept.`)).toMatchObject({ unnoted: [], noted: [gone] });
    expect(diffSchema(publishedSdl(after), after, '')).toEqual({ unnoted: [], noted: [], dangerous: [] });
  });
});
