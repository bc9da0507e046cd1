import {
  type ASTNode,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  GraphQLID,
  type GraphQLScalarType,
  type GraphQLSchema,
  GraphQLString,
  getLocation,
  getOperationAST,
  getVariableValues,
  Kind,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { inlineFragments } from './inline-fragments.ts';

/** Runs one operation of one document; context and variables are the request's. */
export type RunOperation = (
  context: object,
  variables?: Record<string, unknown>,
) => ExecutionResult | Promise<ExecutionResult>;

/**
 * An operation as a function made for it alone, several times as fast as graphql-js, which walks the document for each
 * request. What graphql-jit cannot compile, or refuses, is left to graphql-js: its errors are the ones clients know.
 *
 * graphql-jit writes the conditions of fragments and fields on the nodes of the document, where other spreads and other
 * operations find them, and walks fragments once for each way to them. So it is given documents without fragments, whose
 * conditions are decided (decide-conditions.ts). Operations with conditions that are not are interpreted.
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName?: string | null,
): RunOperation {
  const operation = getOperationAST(document, operationName);
  const interpreted = interpretOperation(schema, document, operationName);
  if (!operation || operation.operation === 'subscription') return interpreted;
  const flat = inlineFragments(schema, document, operation);
  if (!flat) return interpreted;
  const compiled = compileQuery(schema, flat, undefined, {
    disablingCapturingStackErrors: true,
    customSerializers: { ID: textOr(GraphQLID), String: textOr(GraphQLString) },
  });
  if (!isCompiledQuery(compiled)) return interpreted;
  const defined = operation.variableDefinitions ?? [];

  return (context, variables) => {
    // coerced by graphql-js, whose messages say what is wrong with a value; a second time changes nothing
    const values = defined.length === 0 ? undefined : getVariableValues(schema, defined, variables ?? {}).coerced;
    if (defined.length > 0 && !values) return interpreted(context, variables);
    const result = compiled.query(undefined, context, values);
    return result instanceof Promise
      ? result.then((settled) => withRealErrors(settled, document))
      : withRealErrors(result, document);
  };
}

/** The same by graphql-js: for operations that are asked too seldom to be worth compiling. */
export function interpretOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName?: string | null,
): RunOperation {
  return (contextValue, variableValues) =>
    execute({
      schema,
      document,
      contextValue,
      ...(variableValues && { variableValues }),
      ...(operationName && { operationName }),
    });
}

/** Nearly everything is text already. */
function textOr(scalar: GraphQLScalarType): (value: unknown) => unknown {
  return (value) => (typeof value === 'string' ? value : scalar.serialize(value));
}

/** graphql-jit's errors know line and column, but neither their nodes nor extensions of their own. */
function withRealErrors(result: ExecutionResult, document: DocumentNode): ExecutionResult {
  if (!result.errors) return result;
  const nodes = nodesByPlace(document);
  return { ...result, errors: result.errors.map((error) => realError(error, nodes)) };
}

function realError(error: GraphQLError, nodes: ReadonlyMap<string, ASTNode>): GraphQLError {
  const { message, path, originalError, locations = [] } = error;
  // a field of a fragment that two fields of one name spread is there twice, from one place
  const found = new Set(locations.flatMap(({ line, column }) => nodes.get(`${line}:${column}`) ?? []));
  const thrown = originalError as unknown;
  return new GraphQLError(message, {
    ...(found.size > 0 && { nodes: [...found] }),
    ...(path && { path }),
    originalError: thrown === undefined || thrown instanceof Error ? thrown : new Error(String(thrown)),
    extensions: extensionsOf(thrown),
  });
}

function extensionsOf(thrown: unknown): GraphQLError['extensions'] | null {
  return thrown instanceof GraphQLError ? thrown.extensions : null;
}

/** Fields and variables of a document by the `line:column` they start at. Only walked for an answer with errors. */
function nodesByPlace(document: DocumentNode): Map<string, ASTNode> {
  const nodes = new Map<string, ASTNode>();
  visit(document, {
    enter(node) {
      if ((node.kind !== Kind.FIELD && node.kind !== Kind.VARIABLE) || !node.loc) return;
      const { line, column } = getLocation(node.loc.source, node.loc.start);
      nodes.set(`${line}:${column}`, node);
    },
  });
  return nodes;
}
