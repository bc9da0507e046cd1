import type { GraphQLResolveInfo, GraphQLScalarType } from 'graphql';
import type { Domain } from '../../schema/sdl.ts';
import type { GraphContext } from '../context.ts';

/** A resolver as the subschemas write it: each names the source and arguments it knows it gets. */
export type FieldResolver = (source: never, args: never, context: GraphContext, info: GraphQLResolveInfo) => unknown;

export type Resolvers = Record<string, Record<string, FieldResolver> | GraphQLScalarType>;

/** One domain's part of the graph: its SDL is `schema/<domain>.graphql`. */
export interface DomainSubschema {
  domain: Domain;
  resolvers: Resolvers;
}
