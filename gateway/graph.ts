import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';

/** One operation, parsed and validated. */
export interface Operation {
  document: DocumentNode;
  variables?: Record<string, unknown>;
  operationName?: string | null;
  /** A fresh object for every request: loaders live in it. */
  context: object;
}

/** The part of the graph the server needs. */
export interface Graph {
  readonly localSchema: GraphQLSchema;
  execute(operation: Operation): Promise<ExecutionResult>;
  createContext(): object;
}
