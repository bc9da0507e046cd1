import { type DocumentNode, type ExecutionResult, execute as executeDocument, type GraphQLSchema } from 'graphql';
import { createLaneChooser, type Lane, noRemoteParts, type RemoteParts } from './choose-lane.ts';
import type { GraphContext } from './context.ts';
import { createDocumentCache } from './document-cache.ts';
import { coded } from './error-code.ts';

/** One operation: as text, or as a document that was parsed and validated against the graph before. */
export interface GraphRequest {
  query?: string;
  document?: DocumentNode;
  variables?: Record<string, unknown>;
  operationName?: string | null;
  /** Of `createContext`, a new one for every request. */
  context: GraphContext;
  /** Overrides the choice of the lane. */
  lane?: Lane;
}

interface ExecutorDependencies {
  schemas: Record<Lane, GraphQLSchema>;
  maxTokens: number;
  remote?: RemoteParts;
}

/** Runs operations on the lane they need. */
export function createExecutor({ schemas, maxTokens, remote = noRemoteParts }: ExecutorDependencies) {
  const prepare = createDocumentCache({ schema: schemas.stitched, maxTokens });
  const laneOf = createLaneChooser(schemas.stitched, remote);

  return async function execute(request: GraphRequest): Promise<ExecutionResult> {
    const prepared = request.document ? { document: request.document } : prepare(request.query ?? '');
    if ('errors' in prepared) return { errors: prepared.errors };
    const { document } = prepared;
    const result = await executeDocument({
      schema: schemas[request.lane ?? laneOf(document)],
      document,
      contextValue: request.context,
      variableValues: request.variables,
      operationName: request.operationName,
    });
    return result.errors ? { ...result, errors: result.errors.map(coded) } : result;
  };
}
