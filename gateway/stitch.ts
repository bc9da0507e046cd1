import { stitchSchemas } from '@graphql-tools/stitch';
import { type DocumentNode, execute, type GraphQLSchema } from 'graphql';
import { coded } from './error-code.ts';
import { withExactErrorPaths } from './exact-error-paths.ts';
import { scalars } from './scalars.ts';

/** The stitched lane: the hub's own graph as one subschema, for others to be joined to. */
export function createStitchedSchema(hub: GraphQLSchema): GraphQLSchema {
  return withExactErrorPaths(
    stitchSchemas({
      subschemas: [{ name: 'hub', schema: hub, executor: executorOf(hub) }],
      mergeDirectives: true,
      // merged scalars take anything unless told again what they take
      resolvers: { ...scalars },
    }),
  );
}

interface Delegated {
  document: DocumentNode;
  variables?: Record<string, unknown>;
  context?: unknown;
}

/** Errors leave the hub's part with code and system in them: stitching reads a HubError's `source` as a text of GraphQL. */
function executorOf(schema: GraphQLSchema) {
  return async <Data>({ document, variables, context }: Delegated) => {
    const { data, errors } = await execute({
      schema,
      document,
      contextValue: context,
      ...(variables && { variableValues: variables }),
    });
    return { data: (data ?? null) as Data | null, ...(errors && { errors: errors.map(coded) }) };
  };
}
