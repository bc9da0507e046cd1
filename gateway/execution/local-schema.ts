import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { sdlOf } from '../../schema/sdl.ts';
import { guardPersonalData } from '../access/personal-data.ts';
import { subgraphEntries, subgraphSdl } from '../federation/subgraph.ts';
import { scalars } from '../resolvers/scalars.ts';
import { sourceRecordResolvers } from '../resolvers/source-records.ts';
import type { DomainSubschema, Resolvers } from '../resolvers/subschema.ts';

/** How far the graph is a subgraph of a federation: `SDL_UNTOLD` answers representations, but not what it is. */
export type SubgraphMode = 'NONE' | 'SDL_UNTOLD' | 'SDL_TOLD';

/** The local lane: all domains in one executable schema, so that nothing is delegated inside the process. */
export function createLocalSchema(
  subschemas: readonly DomainSubschema[],
  subgraph: SubgraphMode = 'NONE',
): GraphQLSchema {
  const typeDefs = subschemas.map(({ domain }) => sdlOf(domain));
  const resolvers = subschemas.map((subschema) => subschema.resolvers);
  const schema = executableSchema(typeDefs, resolvers);
  if (subgraph === 'NONE') return schema;
  const entries = subgraphEntries(subgraph === 'SDL_TOLD' ? subgraphSdl(schema) : undefined);
  return executableSchema([...typeDefs, entries.typeDefs], [...resolvers, entries.resolvers]);
}

/** An executable schema with the scalars and the types all domains share. */
function executableSchema(typeDefs: readonly string[], resolvers: readonly Resolvers[]): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs: [...typeDefs],
    resolvers: [{ ...scalars }, { ...sourceRecordResolvers }, ...resolvers] as Parameters<
      typeof makeExecutableSchema
    >[0]['resolvers'] &
      object,
  });
  return guardPersonalData(schema);
}
