import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import type { Viewer } from './access/viewer.ts';

/** One operation, parsed and validated. */
export interface Operation<Context extends object = object> {
  document: DocumentNode;
  variables?: Record<string, unknown>;
  operationName?: string | null;
  /** A fresh object for every request: loaders live in it. */
  context: Context;
  /** Says in the answer's extensions how large the operation is. */
  showCost?: boolean;
  /** Of the request, for the record of who read what. */
  requestId?: string;
}

/** Where the answer to an operation is kept, if it is, or goes. */
interface KeptAnswer {
  found:
    | {
        text: Buffer;
        /** Said with it, where the operation asks how old it may be. */
        extensions: object | undefined;
        /** Writes down whose personal data it holds, as for an answer that was just read. */
        noteRead(requestId: string): Promise<void>;
      }
    | undefined;
  keep(answer: Buffer): void;
}

/** The part of the graph the server needs. */
export interface Graph<Context extends object = object> {
  readonly localSchema: GraphQLSchema;
  execute(operation: Operation<Context>): Promise<ExecutionResult>;
  /** `signal` aborts when nobody waits for the answer any more. */
  createContext(viewer?: Viewer, signal?: AbortSignal): Context;
  /** The document of a text that is a valid operation; parsed and validated once. */
  prepare?(query: string): DocumentNode | undefined;
  /** Undefined where answers are not kept. */
  answerPlace?(operation: {
    document: DocumentNode;
    variables: Record<string, unknown> | undefined;
    operationName: string | undefined;
    context: Context;
  }): KeptAnswer | undefined;
  /** Starts to follow the database; without it nothing is kept. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
}
