import type { GraphQLResolveInfo, GraphQLScalarType } from 'graphql';
import type { Domain } from '../schema/sdl.ts';
import type { GraphContext } from './context.ts';

/** A resolver as the subschemas write it: each names the source and arguments it knows it gets. */
export type FieldResolver = (source: never, args: never, context: GraphContext, info: GraphQLResolveInfo) => unknown;

export type Resolvers = Record<string, Record<string, FieldResolver> | GraphQLScalarType>;

/** Reads what one subschema knows of a type by its keys; ids with nothing are left out. */
export type ReadKeyed = (ids: readonly string[], context: GraphContext) => Promise<ReadonlyMap<string, object>>;

/** One domain's part of the graph: its SDL is `schema/<domain>.graphql`. */
export interface DomainSubschema {
  domain: Domain;
  resolvers: Resolvers;
  /**
   * The types this domain adds fields to, read by id. In the stitched lane each becomes a batched entry that the
   * other domains' objects are completed through; in the local lane they are not needed.
   */
  keyed: Record<string, ReadKeyed>;
}

/** For a type of which a domain needs no more than the id to answer its fields. */
export const byIdAlone: ReadKeyed = async (ids) => new Map(ids.map((id) => [id, { id }]));
