import type { Server } from 'node:https';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { createApiKeyStore } from '../cache/access/api-key-store.ts';
import type { Cache } from '../cache/database/database.ts';
import type { ClockWatch } from '../config/clock/clock-watch.ts';
import { HubError } from '../config/errors.ts';
import { isLoopback } from '../config/loopback.ts';
import type { Log } from '../config/observability/log.ts';
import type { Settings } from '../config/settings/settings.ts';
import { createAuthenticate } from './access/authenticate.ts';
import { limitFailedLogins } from './access/failed-logins.ts';
import { createFreshnessReader } from './freshness/freshness.ts';
import type { Graph, Operation } from './graph.ts';
import { createAnswerOperation } from './http/answer-operation.ts';
import { createApollo } from './http/apollo.ts';
import { createQuickAnswer } from './http/quick-answer.ts';
import { readiness } from './http/readiness.ts';
import { followTls } from './http/tls-files.ts';
import { readTrustedDocuments } from './http/trusted-documents.ts';
import { createHttpApp } from './http-app.ts';
import { createMetrics, type SourceTries } from './metrics/create-metrics.ts';
import { createEventStream } from './subscriptions/event-stream.ts';

export interface GatewayDependencies<Context extends object> {
  cache: Cache;
  settings: Settings;
  log: Log;
  /** The graph to serve. */
  graph: Graph<Context>;
  /** Requests of this process to its sources, for the metrics. */
  tries?: SourceTries;
  /** How often the clock of this machine was put back or forward, for the metrics. */
  clockJumps?: ClockWatch['jumps'];
}

export interface Gateway {
  readonly schema: GraphQLSchema;
  /** One operation outside HTTP, with a context of its own. */
  execute(operation: Omit<Operation, 'context'>): Promise<ExecutionResult>;
  /** Starts to answer; resolves to the address of the graph, such as `http://127.0.0.1:4000/graphql`. */
  listen(): Promise<string>;
  /** Answers what was asked, then stops. */
  close(): Promise<void>;
}

/** The gateway: the graph over HTTP. Throws HubError SETTINGS_INVALID where it would be open to strangers. */
export async function createGateway<Context extends object>({
  cache,
  settings,
  log,
  graph,
  tries,
  clockJumps,
}: GatewayDependencies<Context>): Promise<Gateway> {
  refuseStrangers(settings);
  const freshness = createFreshnessReader({ cache, settings, log });
  const metrics = settings.gateway.metrics ? createMetrics({ cache, settings, tries, clockJumps }) : undefined;
  if (metrics) graph.watchServices?.(metrics.services);
  const answer = createAnswerOperation({ graph, settings: settings.gateway, log, metrics });
  const apollo = createApollo({ graph, answer, freshness, settings: settings.gateway, log });
  await apollo.start();
  const authenticate = limitFailedLogins(
    createAuthenticate({ access: settings.access, keys: createApiKeyStore(cache) }),
    settings.access?.failedLogins,
  );
  const trustedDocuments = readTrustedDocuments(settings.gateway.trustedDocuments);
  const quickAnswer = createQuickAnswer({ graph, answer, freshness, metrics });
  const eventStream = createEventStream({ graph, answer, settings: settings.gateway, log, metrics });
  const app = createHttpApp({
    apollo,
    quickAnswer,
    eventStream,
    trustedDocuments,
    authenticate,
    ready: () => readiness(cache),
    settings: settings.gateway,
    log,
    metrics,
  });

  let unfollowTls: (() => void) | undefined;

  return {
    schema: graph.localSchema,
    execute: (operation) => graph.execute({ ...operation, context: graph.createContext() }),
    async listen() {
      await graph.start?.();
      warmDocuments();
      const url = await listenAt(app, settings.gateway);
      const { tls } = settings.gateway;
      unfollowTls = tls && followTls(app.server as unknown as Server, tls, log);
      log.info({ url }, 'Serving the graph');
      if (!settings.access && !isLoopback(settings.gateway.host)) {
        log.warn(
          { host: settings.gateway.host },
          'No login is asked for: whoever reaches this address reads everything',
        );
      }
      return url;
    },
    async close() {
      unfollowTls?.();
      eventStream.close();
      await app.close();
      await apollo.stop();
      await graph.stop?.();
    },
  };

  /** What clients will ask is parsed, checked and compiled before they do. */
  function warmDocuments(): void {
    const { texts } = trustedDocuments;
    if (texts.length === 0) return;
    const unfit = texts.filter((text) => !graph.prepare?.(text));
    for (const text of texts) graph.warm?.(text);
    log.info({ documents: texts.length }, 'Trusted documents are ready');
    if (unfit.length === 0) return;
    const begin = unfit.slice(0, 5).map((text) => text.slice(0, 80));
    log.warn({ unfit: unfit.length, begin }, 'Trusted documents that do not fit the graph: extract them anew');
  }
}

/** The settings say so too, with a line number; this is for settings that were built by hand. */
function refuseStrangers({ access, gateway: { host, allowUnauthenticatedNetwork } }: Settings): void {
  if (access || isLoopback(host) || allowUnauthenticatedNetwork) return;
  const advice =
    'Configure access, use 127.0.0.1, or set allowUnauthenticatedNetwork: true where the network keeps strangers out.';
  throw new HubError(
    'SETTINGS_INVALID',
    `gateway.host "${host}" would open the hub to strangers: no login is asked for. ${advice}`,
  );
}

async function listenAt(
  app: ReturnType<typeof createHttpApp>,
  { host, port, tls }: Settings['gateway'],
): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'is already in use' : 'cannot be listened on';
    const advice = 'Stop what holds it, or set gateway.host and gateway.port to a free one.';
    throw new HubError('ADDRESS_IN_USE', `${host}:${port} ${reason}. ${advice}`, { cause });
  }
  const address = app.server.address();
  const bound = typeof address === 'object' ? (address?.port ?? port) : port;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${tls ? 'https' : 'http'}://${name}:${bound}/graphql`;
}
