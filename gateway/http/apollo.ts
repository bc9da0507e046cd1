import { ApolloServer, type ApolloServerOptionsWithGateway, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Log } from '../../config/observability/log.ts';
import type { Settings } from '../../config/settings/settings.ts';
import type { Viewer } from '../access/viewer.ts';
import type { FreshnessReader } from '../freshness/freshness.ts';
import type { Graph } from '../graph.ts';
import type { AnswerOperation } from './answer-operation.ts';
import { formatErrors } from './format-error.ts';

/** What the HTTP layer tells an execution. */
export interface RequestContext {
  requestId: string;
  viewer: Viewer;
  /** Aborted when the client goes away. */
  cancellation: AbortController;
  /** The caller's own header. */
  authorization?: string | undefined;
}

interface ApolloDependencies<Context extends object> {
  graph: Graph<Context>;
  answer: AnswerOperation<Context>;
  freshness: FreshnessReader;
  settings: Settings['gateway'];
  log: Log;
}

type GatewayOption = NonNullable<ApolloServerOptionsWithGateway<RequestContext>['gateway']>;
type Executor = NonNullable<Awaited<ReturnType<GatewayOption['load']>>['executor']>;

/** Apollo Server for parsing, validation and the rules of GraphQL over HTTP, around the graph's own execution. */
export function createApollo<Context extends object>(
  dependencies: ApolloDependencies<Context>,
): ApolloServer<RequestContext> {
  const { graph, settings, log } = dependencies;
  const executor = executorOf(dependencies);
  return new ApolloServer<RequestContext>({
    gateway: {
      onSchemaLoadOrUpdate(tell) {
        const tellSchema = (apiSchema: GraphQLSchema) => tell({ apiSchema, coreSupergraphSdl: '' });
        if (graph.watchSchema) graph.watchSchema(tellSchema);
        else tellSchema(graph.localSchema);
        return () => undefined;
      },
      load: async () => ({ executor }),
      stop: async () => undefined,
    },
    introspection: settings.introspection,
    parseOptions: { maxTokens: settings.maxTokens },
    validationOptions: { maxErrors: 10 },
    maxRecursiveSelections: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !settings.introspection,
    stopOnTerminationSignals: false,
    formatError: formatErrors(log),
    logger: {
      debug: (message) => log.debug(String(message)),
      info: (message) => log.debug(String(message)),
      warn: (message) => log.warn(String(message)),
      error: (message) => log.error(String(message)),
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      // the page for browsers is ours, and nothing is reported to anybody
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      okForPlainJsonClients,
    ],
  });
}

/** Runs one operation on the graph and adds the freshness of every system. */
function executorOf<Context extends object>({ graph, answer, freshness }: ApolloDependencies<Context>): Executor {
  return async ({ document, request, operation, context: { requestId, viewer, cancellation, authorization } }) => {
    const { variables, operationName } = request;
    const context = graph.createContext(viewer, cancellation.signal, authorization);
    // without an operation there is nothing to run: Apollo turns the reason into its own error
    if (!operation) return graph.execute({ document, ...(operationName && { operationName }), context });
    const showCost = request.extensions?.cost === true;
    const result = await answer({
      document,
      variables,
      operationName,
      context,
      requestId: String(requestId),
      cancellation,
      showCost,
    });
    return { ...result, extensions: { ...(await freshness.extension(viewer)), ...result.extensions } };
  };
}

/**
 * GraphQL over HTTP: a client that takes only application/json gets status 200 for an operation that could not be
 * parsed, validated or given its variables; Apollo answers 400 to all.
 */
const okForPlainJsonClients: ApolloServerPlugin = {
  requestDidStart: async () => ({
    willSendResponse: async ({ request, response }) => {
      if (request.http?.headers.get('accept')?.includes('application/graphql-response+json')) return;
      if (response.body.kind !== 'single' || response.http.status !== 400) return;
      const codes = response.body.singleResult.errors?.map((error) => error.extensions?.code) ?? [];
      if (codes.length > 0 && codes.every((code) => operationFaults.has(String(code)))) response.http.status = 200;
    },
  }),
};

const operationFaults = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);
