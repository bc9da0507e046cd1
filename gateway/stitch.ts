import { stitchSchemas } from '@graphql-tools/stitch';
import { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { sdlOf } from '../schema/sdl.ts';
import type { GraphContext } from './context.ts';
import { withExactErrorPaths } from './exact-error-paths.ts';
import { executableSchema } from './local-schema.ts';
import { scalars } from './scalars.ts';
import type { DomainSubschema, ReadKeyed, Resolvers } from './subschema.ts';

/** Entries that only the stitching uses start with this and are not in the public graph. */
const PRIVATE = '_';

/**
 * The stitched lane: every domain a subschema of its own with keys, joined by type merging. Objects of one domain are
 * completed in the others by array batches of ids: one delegation a domain and level, however many objects.
 */
export function createStitchedSchema(subschemas: readonly DomainSubschema[]): GraphQLSchema {
  const stitched = stitchSchemas({
    subschemas: subschemas.map(stitchable),
    // merged scalars take anything unless told again what they take
    resolvers: { ...scalars },
    typeMergingOptions: {
      typeDescriptionsMerger: (candidates) =>
        candidates.map(({ type }) => type.description).find((description) => description) ?? undefined,
      fieldConfigMerger: (candidates) => {
        const described = candidates.find(({ fieldConfig }) => fieldConfig.description) ?? candidates.at(-1);
        if (!described) throw new TypeError('Expected a field to come from at least one subschema.');
        return described.fieldConfig;
      },
    },
  });
  return withExactErrorPaths(withoutPrivateEntries(stitched));
}

function stitchable(subschema: DomainSubschema) {
  const { domain, keyed, resolvers } = subschema;
  const entries = Object.entries(keyed).map(([type, read]) => ({ type, name: `${PRIVATE}${domain}${type}`, read }));
  const sdl = entries.map(({ type, name }) => `extend type Query { ${name}(ids: [ID!]!): [${type}]! }`).join('\n');
  const entryResolvers: Resolvers = {
    Query: Object.fromEntries(entries.map(({ name, read }) => [name, readEntry(read)])),
  };
  return {
    name: domain,
    schema: executableSchema([sdlOf(domain), sdl], [resolvers, entryResolvers]),
    merge: Object.fromEntries(
      entries.map(({ type, name }) => [
        type,
        {
          selectionSet: '{ id }',
          fieldName: name,
          key: ({ id }: { id: string }) => id,
          argsFromKeys: (ids: readonly string[]) => ({ ids }),
        },
      ]),
    ),
  };
}

function readEntry(read: ReadKeyed) {
  return async (_source: unknown, { ids }: { ids: string[] }, context: GraphContext) => {
    const found = await read(ids, context);
    return ids.map((id) => found.get(id) ?? null);
  };
}

/** The same schema without the entries that are not for clients. Nothing but the root refers to Query. */
function withoutPrivateEntries(schema: GraphQLSchema): GraphQLSchema {
  const query = schema.getQueryType();
  if (!query) return schema;
  const { fields, ...config } = query.toConfig();
  const shown = Object.entries(fields).filter(([name]) => !name.startsWith(PRIVATE));
  const publicQuery = new GraphQLObjectType({ ...config, fields: Object.fromEntries(shown) });
  const types = schema.toConfig().types.filter((type) => type.name !== query.name);
  return new GraphQLSchema({ ...schema.toConfig(), query: publicQuery, types: [...types, publicQuery] });
}
