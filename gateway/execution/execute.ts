import {
  type DocumentNode,
  type ExecutionResult,
  execute as executeDocument,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import { HubError } from '../../config/errors.ts';
import type { PersonalReads } from '../access/note-personal-reads.ts';
import type { RefuseForbidden } from '../access/required-scopes.ts';
import type { GraphContext } from '../context.ts';
import type { FreshEnough } from '../freshness/freshness-gate.ts';
import type { MeasureWithin } from '../limits/operation-limits.ts';
import { createReadColumns } from '../resolvers/read-columns.ts';
import { coded } from './add-error-code.ts';
import { refuseCancelled } from './cancelled.ts';
import { createLaneChooser, type Lane, noRemoteParts, type RemoteParts } from './choose-lane.ts';
import { createConditionDecider } from './decide-conditions.ts';
import { createDocumentCache, type Prepared } from './document-cache.ts';
import { createLocalOperations } from './local-operations.ts';

/** One operation: as text, or as a document that was parsed and validated against the graph before. */
export interface GraphRequest {
  query?: string;
  document?: DocumentNode;
  variables?: Record<string, unknown>;
  operationName?: string | null;
  /** Of `createContext`, a new one for every request. */
  context: GraphContext;
  /** Says in the answer's extensions how large the operation is. */
  showCost?: boolean;
  /** For the record of who read whose personal data. */
  requestId?: string;
  /** Overrides the choice of the lane. */
  lane?: Lane;
}

interface ExecutorDependencies {
  schemas: {
    /** What can be asked. */
    whole: GraphQLSchema;
    local: GraphQLSchema;
    stitched: () => GraphQLSchema;
  };
  settings: { maxTokens: number; introspection: boolean };
  remote?: RemoteParts;
  refuseForbidden: RefuseForbidden;
  measureWithin: MeasureWithin;
  /** Has what an operation touches caught up with, where it asks for an age. */
  makeFresh(operation: GraphRequest & { document: DocumentNode }): Promise<FreshEnough> | undefined;
  /** Called with what an answer holds of persons before it goes out. */
  notePersonalReads(reads: PersonalReads): Promise<void>;
}

export interface Executor {
  execute(request: GraphRequest): Promise<ExecutionResult>;
  /** The document of a text that is a valid operation; parsed and validated once. */
  prepare(query: string): DocumentNode | undefined;
  /** The same, or what is wrong with the text. */
  read(query: string): Prepared;
  /** Why an operation would be refused before it is run, if it would. */
  refusal(
    request: Pick<GraphRequest, 'variables' | 'operationName' | 'context'> & { document: DocumentNode },
  ): GraphQLError | undefined;
  /** Parses, validates and compiles an operation before it is asked for. */
  warm(query: string, operationName?: string): void;
}

/** Runs operations on the lane they need. What can be done once an operation is done once. */
export function createExecutor({
  schemas,
  settings,
  remote = noRemoteParts,
  refuseForbidden,
  measureWithin,
  makeFresh,
  notePersonalReads,
}: ExecutorDependencies): Executor {
  const read = createDocumentCache({ schema: schemas.whole, ...settings });
  const laneOf = createLaneChooser(schemas.whole, remote);
  const decide = createConditionDecider();
  const local = createLocalOperations(schemas.local);
  const columnsOf = createReadColumns(schemas.local);

  return { execute, prepare, read, refusal, warm };

  async function execute(request: GraphRequest): Promise<ExecutionResult> {
    const prepared = request.document ? { document: request.document } : read(request.query ?? '');
    if ('errors' in prepared) return { errors: prepared.errors };
    const { document } = prepared;
    const admitted = admit(document, request);
    if ('error' in admitted) return { errors: [admitted.error] };
    const fresh = admitted.fresh && (await admitted.fresh);
    refuseCancelled(request.context.signal);
    if (fresh && fresh.errors.length > 0)
      return { data: null, errors: fresh.errors, extensions: { ...fresh.extension } };
    const lane = request.lane ?? laneOf(document);
    // the stitched lane asks each domain by documents of its own
    if (lane === 'local') request.context.columns = columnsOf(document);
    const decided = decide({ ...request, document });
    const result = await (lane === 'local'
      ? local.runner(decided, request.operationName)(request.context, request.variables)
      : executeDocument({
          schema: schemas.stitched(),
          document: decided,
          contextValue: request.context,
          variableValues: request.variables,
          operationName: request.operationName,
        }));
    const { viewer, personal } = request.context;
    const { operationName, requestId = null } = request;
    await notePersonalReads({ viewer, personal, document, operationName, requestId });
    return {
      ...result,
      ...(result.errors && { errors: result.errors.map(coded) }),
      ...((fresh || request.showCost) && {
        extensions: { ...result.extensions, ...fresh?.extension, ...(request.showCost && { cost: admitted.size }) },
      }),
    };
  }

  /** Whether it may be run at all, by its size and by who asks. */
  function admit(document: DocumentNode, request: Omit<GraphRequest, 'document'>) {
    const { variables, operationName, context } = request;
    try {
      refuseSubscription(document, operationName);
      const size = measureWithin({ document, variables, operationName });
      refuseForbidden({ document, variables }, context.viewer);
      return { size, fresh: makeFresh({ ...request, document }) };
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return { error: new GraphQLError(error.message, { originalError: error, extensions: { code: error.code } }) };
    }
  }

  function refusal({ document, ...request }: Parameters<Executor['refusal']>[0]): GraphQLError | undefined {
    const admitted = admit(document, request);
    return 'error' in admitted ? admitted.error : undefined;
  }

  function prepare(query: string): DocumentNode | undefined {
    const prepared = read(query);
    return 'document' in prepared ? prepared.document : undefined;
  }

  function warm(query: string, operationName?: string): void {
    const document = prepare(query);
    if (document) local.warm(decide({ document, operationName }), operationName);
  }
}

/** What a subscription tells is asked for as a query for each change (subscriptions/live-operation.ts). */
function refuseSubscription(document: DocumentNode, operationName: string | null | undefined): void {
  if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION) return;
  throw new HubError(
    'BAD_REQUEST',
    'Expected a subscription to be asked for by POST with "Accept: text/event-stream". Its answers are server-sent events.',
  );
}
