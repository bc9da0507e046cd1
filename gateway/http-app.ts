import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import cors from '@fastify/cors';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import { HubError } from '../config/errors.ts';
import { isLoopback } from '../config/loopback.ts';
import type { Log } from '../config/observability/log.ts';
import { inTraceOf } from '../config/observability/tracing.ts';
import type { Settings } from '../config/settings/settings.ts';
import type { Credentials } from './access/authenticate.ts';
import { type AuthenticateFrom, TooManyLogins } from './access/failed-logins.ts';
import { anybody, may, nobody, type Viewer } from './access/viewer.ts';
import { serveGraphiql, wantsPage } from './graphiql/serve-graphiql.ts';
import type { RequestContext } from './http/apollo.ts';
import { closeUnusedConnections } from './http/close-unused-connections.ts';
import { errorBody, internalMessage } from './http/format-error.ts';
import type { QuickAnswer } from './http/quick-answer.ts';
import type { Readiness } from './http/readiness.ts';
import { readTls } from './http/tls-files.ts';
import type { TrustedDocuments } from './http/trusted-documents.ts';
import { createComparisonLimit } from './limits/comparison-limit.ts';
import { createRateLimit, type RateLimit } from './limits/rate-limit.ts';
import type { Metrics } from './metrics/create-metrics.ts';
import { once } from './resolvers/once.ts';
import type { EventStream } from './subscriptions/event-stream.ts';

interface HttpAppDependencies {
  apollo: ApolloServer<RequestContext>;
  /** Who asks. */
  authenticate: AuthenticateFrom;
  trustedDocuments: TrustedDocuments;
  quickAnswer: QuickAnswer;
  eventStream: EventStream;
  ready: () => Promise<Readiness>;
  settings: Settings['gateway'];
  log: Log;
  metrics?: Metrics | undefined;
}

/** The hub over HTTP: /graphql, GraphiQL for browsers, /healthz, /readyz and /metrics. */
export function createHttpApp({
  apollo,
  authenticate,
  trustedDocuments,
  quickAnswer,
  eventStream,
  ready,
  settings,
  log,
  metrics,
}: HttpAppDependencies): FastifyInstance {
  // Node ends no slow body while headers may take longer than a whole request, and looks only so often.
  const server = { headersTimeout: settings.timeout, connectionsCheckingInterval: 1_000 };
  const options: FastifyServerOptions = {
    bodyLimit: settings.maxBody,
    requestTimeout: settings.timeout,
    genReqId: requestId,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    trustProxy: (_address, hop) => hop < settings.trustedProxies,
  };
  const app = settings.tls
    ? (Fastify({ ...options, https: { ...server, ...readTls(settings.tls) } } as object) as FastifyInstance)
    : Fastify({ ...options, http: server });
  closeUnusedConnections(app);
  if (settings.cors.length > 0) void app.register(cors, { ...corsRules, origin: settings.cors });

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...securityHeaders, 'x-request-id': request.id });
    // behind a proxy, which names the hub has is the proxy's to say
    if (settings.trustedProxies > 0) return;
    if (isLoopback(settings.host) && !isLoopback(request.hostname.replace(/^\[|\]$/g, ''))) {
      const message = `Expected a request to this machine itself (gateway.host is ${settings.host}), got one for "${request.hostname.slice(0, 100)}".`;
      return reply.code(403).send(errorBody('BAD_REQUEST', message));
    }
  });
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, { request, reply, settings, log }));
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(
        errorBody('BAD_REQUEST', `Nothing is at ${request.method} ${request.url.slice(0, 200)}; ask POST /graphql.`),
      ),
  );

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const state = await ready();
    return reply.code(state.ready ? 200 : 503).send(state);
  });

  if (metrics) {
    app.get('/metrics', async (request, reply) => {
      const viewer = await authenticate(request.ip, credentialsOf(request)).catch((error: unknown) =>
        refused(error, reply),
      );
      if (!viewer) return reply;
      if (!may(viewer, 'sync:operate')) return reply.code(403).send(errorBody('FORBIDDEN', metricsScope));
      return reply.type(metrics.contentType).send(await metrics.text());
    });
  }

  const isCostly = createComparisonLimit(settings);
  const sendPage = settings.graphiql ? serveGraphiql(app) : undefined;
  const withinRate: RateLimit = settings.rateLimit ? createRateLimit(settings.rateLimit) : () => ({ allowed: true });
  const asking = new WeakMap<FastifyRequest, { viewer: Viewer; cancellation: AbortController }>();
  const answer = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const { viewer, cancellation } = asking.get(request) ?? { viewer: nobody, cancellation: new AbortController() };
      return { requestId: request.id, viewer, cancellation, authorization: request.headers.authorization };
    },
  });
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: (request, reply) => inTraceOf(request.headers, () => answerRequest(request, reply)),
  });
  return app;

  async function answerRequest(request: FastifyRequest, reply: FastifyReply) {
    // the page itself holds no data
    if (sendPage && request.method === 'GET' && wantsPage(request)) return sendPage(reply);
    const viewer = await authenticate(request.ip, credentialsOf(request)).catch((error: unknown) =>
      refused(error, reply),
    );
    if (!viewer) return reply;
    const rate = withinRate(viewer === anybody ? request.ip : viewer.name);
    if (!rate.allowed) {
      reply.header('retry-after', rate.retryAfter);
      return reply.code(429).send(errorBody('RATE_LIMITED', tooOften(rate.retryAfter)));
    }
    const refusal = nameDocument(request, trustedDocuments);
    if (refusal)
      return reply
        .code(refusal.code === 'DOCUMENT_NOT_TRUSTED' ? 400 : 200)
        .send(errorBody(refusal.code, refusal.message));
    if (isCostly(queryOf(request))) return reply.code(400).send(errorBody('REQUEST_TOO_LARGE', costly));
    if (await eventStream.answers(request, reply, () => authenticate(request.ip, credentialsOf(request)))) return reply;
    const cancelWhenGone = once(() => {
      const cancellation = new AbortController();
      // after a whole answer there is nothing left to cancel, and an abort costs an exception with its stack
      reply.raw.once('close', () => reply.raw.writableFinished || cancellation.abort());
      return cancellation;
    });
    const quick = await quickAnswer(request, viewer, cancelWhenGone);
    if (quick) return reply.type('application/json; charset=utf-8').send(quick);
    asking.set(request, { viewer, cancellation: cancelWhenGone() });
    return answer.call(app, request, reply);
  }
}

/** Without a login that holds nothing is answered but how to log in; the answer is GraphQL's, so that clients can read it. */
function refused(error: unknown, reply: FastifyReply): undefined {
  if (!(error instanceof HubError)) throw error;
  if (error instanceof TooManyLogins) {
    reply.header('retry-after', error.retryAfter).code(429).send(errorBody(error.code, error.message));
    return undefined;
  }
  const known = error.code === 'UNAUTHENTICATED';
  if (known) reply.header('www-authenticate', 'Bearer realm="customer360"');
  reply.code(known ? 401 : 503).send(errorBody(error.code, error.message));
  return undefined;
}

function credentialsOf({ headers }: FastifyRequest): Credentials {
  const { 'x-api-key': apiKey } = headers;
  return { authorization: headers.authorization, apiKey: typeof apiKey === 'string' ? apiKey : apiKey?.join() };
}

function tooOften(seconds: number): string {
  return `Expected fewer requests of this caller (gateway.rateLimit). Ask again in ${seconds} s.`;
}

const metricsScope = 'Expected a login with the scope sync:operate: metrics name the systems and how they are.';

const costly =
  'The operation asks for the same fields too many times over to be checked. Ask for each field once where it is wanted.';

/** Puts the text of the document a request names into it; what speaks against it, if anything does. */
function nameDocument(request: FastifyRequest, { resolve }: TrustedDocuments): HubError | undefined {
  const carrier = request.method === 'GET' ? request.query : request.body;
  if (typeof carrier !== 'object' || carrier === null || Array.isArray(carrier)) return undefined;
  try {
    const named = resolve(carrier as Record<string, unknown>);
    if (named === carrier) return undefined;
    request[request.method === 'GET' ? 'query' : 'body'] = named;
    // the parameters of a GET are read from its address
    if (request.method === 'GET') request.raw.url = `/graphql?${new URLSearchParams(named as Record<string, string>)}`;
    return undefined;
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
}

/** The operation's text wherever the request carries it; whether it is well-formed is Apollo's to say. */
function queryOf({ body, query }: FastifyRequest): string {
  const carrier = (body ?? query) as { query?: unknown } | undefined;
  return typeof carrier?.query === 'string' ? carrier.query : '';
}

/** What pages of the listed origins may send and read. No cookies: the hub knows none. */
const corsRules = {
  methods: ['GET', 'POST'],
  allowedHeaders: [
    'content-type',
    'authorization',
    'x-api-key',
    'apollo-require-preflight',
    'last-event-id',
    'x-request-id',
  ],
  exposedHeaders: ['retry-after', 'www-authenticate', 'x-request-id'],
  maxAge: 600,
  strictPreflight: true,
};

const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** The caller's own id, when it is one, so that a request can be followed through several services. */
function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

interface Answering {
  request: FastifyRequest;
  reply: FastifyReply;
  settings: Settings['gateway'];
  log: Log;
}

/** Whatever goes wrong before GraphQL begins is answered in GraphQL's shape, so that clients need one way to read it. */
function answerError(error: FastifyError, { request, reply, settings, log }: Answering): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status === 413) {
    const advice = 'Send values as variables, split the operation, or raise gateway.maxBody.';
    const message = `Expected a request body of at most ${settings.maxBody} bytes (gateway.maxBody). ${advice}`;
    return reply.code(413).send(errorBody('REQUEST_TOO_LARGE', message));
  }
  if (status < 500) {
    const expected =
      'Expected JSON such as {"query": "{ customers(first: 1) { totalCount } }"} with content-type application/json';
    return reply.code(status).send(errorBody('BAD_REQUEST', `${expected}: ${error.message}`));
  }
  log.error({ err: error, requestId: request.id }, 'A request failed');
  return reply.code(500).send(errorBody('INTERNAL', internalMessage(request.id), { requestId: request.id }));
}
