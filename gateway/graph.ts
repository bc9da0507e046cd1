import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type { Changes } from '../cache/changes/change-log.ts';
import type { Viewer } from './access/viewer.ts';
import type { Prepared } from './execution/document-cache.ts';
import type { ServiceListener } from './services/service-notices.ts';

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

interface FoundAnswer {
  text: Buffer;
  /** Said with it, where the operation asks how old it may be. */
  extensions: object | undefined;
  /** Writes down whose personal data it holds, as for an answer that was just read. */
  noteRead(requestId: string): Promise<void>;
}

/** Where the answer to an operation is kept, if it is, or goes. */
interface KeptAnswer<Context> {
  found: FoundAnswer | undefined;
  /** What another process has kept, where answers are shared. */
  foundElsewhere?: (() => Promise<FoundAnswer | undefined>) | undefined;
  /** Keeps an answer that was read with this context. */
  keep(answer: Buffer, context: Context): void;
}

/** What changes in the graph, for subscriptions. */
export interface LiveChanges {
  /** The sequence of the change log that the process has followed through; undefined while it cannot. */
  at(): number | undefined;
  /** Calls back with what changed from now on. Returns how to end it. */
  watch(listener: (changes: Changes) => void): () => void;
  /** What changed behind a sequence, a part at a time. */
  read(request: { after: number }): Promise<Changes>;
  /**
   * Of changed orders with the parties they are and were of: those that are the customer's, and those that were and are
   * no more.
   */
  ordersOf(
    customerId: string,
    changed: ReadonlyMap<string, ReadonlySet<string>>,
  ): Promise<{ there: string[]; gone: string[] }>;
}

/** The part of the graph the server needs. */
export interface Graph<Context extends object = object> {
  /** What the hub answers by itself. */
  readonly localSchema: GraphQLSchema;
  /** Tells what can be asked of the graph, now and whenever it becomes another; without it, that is `localSchema`. */
  watchSchema?(tell: (schema: GraphQLSchema) => void): void;
  /** Tells how the services that extend the graph answer, and how their breakers are. */
  watchServices?(listener: ServiceListener): void;
  execute(operation: Operation<Context>): Promise<ExecutionResult>;
  /**
   * `signal` aborts when nobody waits for the answer any more; `authorization` is the caller's own, for services that
   * are to get it.
   */
  createContext(viewer?: Viewer, signal?: AbortSignal, authorization?: string): Context;
  /** The document of a text that is a valid operation; parsed and validated once. */
  prepare?(query: string): DocumentNode | undefined;
  /** Compiles a valid operation before it is asked for. */
  warm?(query: string, operationName?: string): void;
  /** The same as `prepare`, or what is wrong with the text. */
  read?(query: string): Prepared;
  /** Why an operation would be refused before it is run, if it would. */
  refusal?(operation: Operation<Context>): GraphQLError | undefined;
  /** Undefined where nobody can subscribe. */
  readonly changes?: LiveChanges;
  /** Undefined where answers are not kept. */
  answerPlace?(operation: {
    document: DocumentNode;
    variables: Record<string, unknown> | undefined;
    operationName: string | undefined;
    viewer: Viewer;
  }): KeptAnswer<Context> | undefined;
  /** Starts to follow the database; without it nothing is kept. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
}
