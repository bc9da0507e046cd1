import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';

/** A text that was parsed and validated, or why it could not be. */
export type Prepared = { document: DocumentNode } | { errors: readonly GraphQLError[] };

interface DocumentCacheOptions {
  schema: GraphQLSchema;
  /** Most tokens of one text. */
  maxTokens: number;
  /** Whether clients may ask for the schema. */
  introspection?: boolean;
  /** Most texts kept; the one unused for longest goes first. */
  size?: number;
}

/** Parses and validates each text once. */
export function createDocumentCache({ schema, maxTokens, introspection = true, size = 1_000 }: DocumentCacheOptions) {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const kept = new Map<string, Prepared>();
  return function prepare(query: string): Prepared {
    const known = kept.get(query);
    const prepared = known ?? read(query, schema, rules, maxTokens);
    kept.delete(query);
    kept.set(query, prepared);
    const oldest = kept.keys().next().value;
    if (kept.size > size && oldest !== undefined) kept.delete(oldest);
    return prepared;
  };
}

function read(query: string, schema: GraphQLSchema, rules: readonly ValidationRule[], maxTokens: number): Prepared {
  try {
    const document = parse(query, { maxTokens });
    const errors = validate(schema, document, rules);
    if (errors.length === 0) return { document };
    return { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { errors: [withCode(error, 'GRAPHQL_PARSE_FAILED')] };
  }
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { nodes, source, positions, path, originalError } = error;
  return new GraphQLError(error.message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    originalError: originalError ?? null,
    extensions: { ...error.extensions, code },
  });
}
