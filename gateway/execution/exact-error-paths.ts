import { GraphQLError, type GraphQLFieldResolver, type GraphQLSchema, isObjectType, type ResponsePath } from 'graphql';

type PathKey = string | number;

/**
 * Makes the errors of a stitched schema say where they belong. An object of a list is completed in other subschemas
 * before its place in the list is known, so that the errors from there lack the place; the field that throws them
 * knows it.
 */
export function withExactErrorPaths(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve) field.resolve = relocating(field.resolve);
    }
  }
  return schema;
}

function relocating(resolve: GraphQLFieldResolver<unknown, unknown>): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, context, info) => {
    const located = (value: unknown) => locate(value, info.path);
    try {
      const result = resolve(source, args, context, info);
      if (!isPromise(result)) return located(result);
      return result.then(located, (error: unknown) => {
        throw located(error);
      });
    } catch (error) {
      throw located(error);
    }
  };
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise || typeof (value as { then?: unknown } | null)?.then === 'function';
}

/** Errors, also those in a list, with their exact path; anything else as it is. */
function locate(value: unknown, path: ResponsePath): unknown {
  if (value instanceof GraphQLError) return relocated(value, keysOf(path));
  if (Array.isArray(value) && value.some((item) => item instanceof GraphQLError)) {
    return value.map((item, index) =>
      item instanceof GraphQLError ? relocated(item, [...keysOf(path), index]) : item,
    );
  }
  return value;
}

function relocated(error: GraphQLError, fieldPath: readonly PathKey[]): GraphQLError {
  const path = exactPath(fieldPath, error.path ?? []);
  if (path.join() === error.path?.join()) return error;
  // not `error.source`: graphql-js copies it from what was thrown, and a HubError's names a system
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    path,
    originalError: error,
    extensions: error.extensions,
  });
}

/**
 * The path of the field with what the error's own path has beyond it: a null that had to rise belongs to the field
 * below that failed. Places in lists that the error's path lacks are passed over.
 */
export function exactPath(fieldPath: readonly PathKey[], errorPath: readonly PathKey[]): PathKey[] {
  let passed = 0;
  for (const key of fieldPath) {
    if (key === errorPath[passed]) passed += 1;
    else if (typeof key === 'string') return [...fieldPath];
  }
  return [...fieldPath, ...errorPath.slice(passed)];
}

function keysOf(path: ResponsePath): PathKey[] {
  const keys: PathKey[] = [];
  for (let at: ResponsePath | undefined = path; at; at = at.prev) keys.unshift(at.key);
  return keys;
}
