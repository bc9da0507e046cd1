import { makeExecutableSchema } from '@graphql-tools/schema';
import { describe, expect, it } from '@jest/globals';
import { execute, type GraphQLError, parse } from 'graphql';
import { HubError } from '../../config/errors.ts';
import { coded } from '../../gateway/execution/add-error-code.ts';
import { withExactErrorPaths } from '../../gateway/execution/exact-error-paths.ts';

const schema = makeExecutableSchema({
  typeDefs: 'type Query { a: String }',
  resolvers: {
    Query: {
      a: () => {
        throw new HubError('NOT_FOUND', 'Nothing has that id.', { source: 'erp' });
      },
    },
  },
});

describe('an error that names its system', () => {
  it.each([
    ['thrown in a schema of our own', schema],
    ['passed on by a stitched schema', withExactErrorPaths(schema)],
  ])('keeps code, source, path and location when it is %s', async (_how, asked) => {
    const { errors } = await execute({ schema: asked, document: parse('{ b: a }') });
    expect(errors?.map((error: GraphQLError) => coded(error).toJSON())).toEqual([
      {
        message: 'Nothing has that id.',
        path: ['b'],
        locations: [{ line: 1, column: 3 }],
        extensions: { code: 'NOT_FOUND', source: 'erp' },
      },
    ]);
  });
});
