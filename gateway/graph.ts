import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import type { Viewer } from './access/viewer.ts';

/** One operation, parsed and validated. */
export interface Operation<Context extends object = object> {
  document: DocumentNode;
  variables?: Record<string, unknown>;
  operationName?: string | null;
  /** A fresh object for every request: loaders live in it. */
  context: Context;
  /** Of the request, for the record of who read what. */
  requestId?: string;
}

/** The part of the graph the server needs. */
export interface Graph<Context extends object = object> {
  readonly localSchema: GraphQLSchema;
  execute(operation: Operation<Context>): Promise<ExecutionResult>;
  createContext(viewer?: Viewer): Context;
}
