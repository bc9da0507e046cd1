import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { sdlOf } from '../schema/sdl.ts';
import { guardPersonalData } from './access/personal-data.ts';
import { scalars } from './scalars.ts';
import { sourceRecordResolvers } from './source-records.ts';
import type { DomainSubschema, Resolvers } from './subschema.ts';

/** The local lane: all domains in one executable schema, so that nothing is delegated inside the process. */
export function createLocalSchema(subschemas: readonly DomainSubschema[]): GraphQLSchema {
  return executableSchema(
    subschemas.map(({ domain }) => sdlOf(domain)),
    subschemas.map(({ resolvers }) => resolvers),
  );
}

/** An executable schema with the scalars and the types all domains share. */
export function executableSchema(typeDefs: readonly string[], resolvers: readonly Resolvers[]): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs: [...typeDefs],
    resolvers: [{ ...scalars }, { ...sourceRecordResolvers }, ...resolvers] as Parameters<
      typeof makeExecutableSchema
    >[0]['resolvers'] &
      object,
  });
  return guardPersonalData(schema);
}
