import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';

/** One operation, parsed and validated. */
export interface Operation<Context extends object = object> {
  document: DocumentNode;
  variables?: Record<string, unknown>;
  operationName?: string | null;
  /** A fresh object for every request: loaders live in it. */
  context: Context;
}

/** The part of the graph the server needs. */
export interface Graph<Context extends object = object> {
  readonly localSchema: GraphQLSchema;
  execute(operation: Operation<Context>): Promise<ExecutionResult>;
  createContext(): Context;
}
