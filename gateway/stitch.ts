import { stitchSchemas } from '@graphql-tools/stitch';
import type { GraphQLSchema } from 'graphql';
import { withExactErrorPaths } from './exact-error-paths.ts';
import { scalars } from './scalars.ts';

/** The stitched lane: the hub's own graph as one subschema, for others to be joined to. */
export function createStitchedSchema(hub: GraphQLSchema): GraphQLSchema {
  return withExactErrorPaths(
    stitchSchemas({
      subschemas: [{ name: 'hub', schema: hub }],
      mergeDirectives: true,
      // merged scalars take anything unless told again what they take
      resolvers: { ...scalars },
    }),
  );
}
