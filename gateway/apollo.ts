import { ApolloServer, type ApolloServerOptionsWithGateway, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError } from 'graphql';
import type { Log } from '../config/log.ts';
import type { Settings } from '../config/settings.ts';
import { may, type Viewer } from './access/viewer.ts';
import { withDeadline } from './deadline.ts';
import { formatErrors, maskErrors } from './format-error.ts';
import type { FreshnessReader } from './freshness.ts';
import type { Graph } from './graph.ts';
import type { Metrics } from './metrics/create-metrics.ts';

/** What the HTTP layer tells an execution. */
export interface RequestContext {
  requestId: string;
  viewer: Viewer;
}

interface ApolloDependencies<Context extends object> {
  graph: Graph<Context>;
  freshness: FreshnessReader;
  settings: Settings['gateway'];
  log: Log;
  metrics?: Metrics | undefined;
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
        tell({ apiSchema: graph.localSchema, coreSupergraphSdl: '' });
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

/** Runs one operation on the graph: its errors masked, the freshness of every system added. */
function executorOf<Context extends object>({
  graph,
  freshness,
  settings,
  log,
  metrics,
}: ApolloDependencies<Context>): Executor {
  return async ({ document, request, operation, context }) => {
    const requestId = String(context.requestId);
    const begun = performance.now();
    const running = graph.execute({
      document,
      ...(request.variables && { variables: request.variables }),
      ...(request.operationName && { operationName: request.operationName }),
      context: graph.createContext(context.viewer),
      requestId,
    });
    const result = await withDeadline(
      running.catch((error: unknown) => failed(error)),
      settings.timeout,
      () => failed(tooSlow(settings.timeout)),
    );
    // without an operation there was nothing to run: Apollo turns the reason into its own error
    if (!operation) return result;
    const { data, errors } = result;
    metrics?.operation((performance.now() - begun) / 1_000, errors && errors.length > 0 ? 'error' : 'ok');
    return {
      // no data at all (variables that do not fit) is told from data that failed (null)
      ...(data !== undefined && { data }),
      ...(errors && errors.length > 0 && { errors: maskErrors(errors, requestId, log) }),
      extensions: { ...result.extensions, ...(await freshnessOrNothing(freshness, context.viewer, log)) },
    };
  };
}

function failed(error: unknown) {
  const wrapped =
    error instanceof GraphQLError
      ? error
      : new GraphQLError('failed', { originalError: error instanceof Error ? error : new Error(String(error)) });
  return { data: null, errors: [wrapped], extensions: {} };
}

function tooSlow(timeout: number): GraphQLError {
  const message = `The operation took longer than ${timeout / 1000} s (gateway.timeout). Ask for less at once.`;
  return new GraphQLError(message, { extensions: { code: 'REQUEST_TIMEOUT' } });
}

/** An answer is worth more than its age: when that cannot be read, the answer goes out without. */
async function freshnessOrNothing(reader: FreshnessReader, viewer: Viewer, log: Log) {
  try {
    const current = await reader.current();
    // what a source said when it failed names addresses: it is for those who run the hub
    return { freshness: may(viewer, 'sync:operate') ? current : current.map(({ error: _, ...shown }) => shown) };
  } catch (err) {
    log.debug({ err }, 'Freshness could not be read');
    return {};
  }
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
