import type { FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, type ExecutionResult, GraphQLError, getOperationAST, OperationTypeNode } from 'graphql';
import pLimit from 'p-limit';
import { HubError } from '../../config/errors.ts';
import type { Log } from '../../config/observability/log.ts';
import type { Settings } from '../../config/settings/settings.ts';
import { anybody, type Viewer } from '../access/viewer.ts';
import type { Graph, LiveChanges } from '../graph.ts';
import type { AnswerOperation } from '../http/answer-operation.ts';
import { errorBody, maskErrors } from '../http/format-error.ts';
import { isPlain, type PlainBody } from '../http/quick-answer.ts';
import type { Metrics } from '../metrics/create-metrics.ts';
import { type LiveEvent, liveEvents } from './live-events.ts';
import { readLiveOperation } from './live-operation.ts';
import { sendEvents } from './send-events.ts';
import { tooSlow } from './watch-changes.ts';

interface EventStreamDependencies<Context extends object> {
  graph: Graph<Context>;
  answer: AnswerOperation<Context>;
  settings: Settings['gateway'];
  log: Log;
  metrics?: Metrics | undefined;
}

/** GraphQL over server-sent events, for requests that ask for it. */
export interface EventStream {
  /** Answers a request that wants events, and only then true. `viewer` says anew who asks. */
  answers(request: FastifyRequest, reply: FastifyReply, viewer: () => Promise<Viewer>): Promise<boolean>;
  /** Ends all streams; clients come again, here or elsewhere. */
  close(): void;
}

interface Asked {
  document: DocumentNode;
  variables: Record<string, unknown>;
  operationName: string | undefined;
  requestId: string;
  viewer: () => Promise<Viewer>;
}

/** Events that are worked out at the same time: a page of a sync may change what every subscription watches. */
const AT_ONCE = 8;

/**
 * Answers by the GraphQL over SSE protocol, "distinct connections mode": a POST that accepts text/event-stream gets the
 * answers to its operation as `next` events and then `complete`. What is wrong with an operation is an event too.
 */
export function createEventStream<Context extends object>({
  graph,
  answer,
  settings,
  log,
  metrics,
}: EventStreamDependencies<Context>): EventStream {
  const { heartbeat, slowAfter } = settings.subscriptions;
  const streams = new Set<AbortController>();
  const places = createPlaces(settings.subscriptions);
  const inTurn = pLimit(AT_ONCE);

  return {
    answers,
    close() {
      for (const stream of streams) stream.abort();
    },
  };

  async function answers(
    { method, body, headers, id: requestId, ip }: FastifyRequest,
    reply: FastifyReply,
    viewer: () => Promise<Viewer>,
  ): Promise<boolean> {
    const accept = headers.accept ?? '';
    if (method !== 'POST' || !/\btext\/event-stream\b/i.test(accept) || !isAsked(body)) return false;
    const prepared = graph.read?.(body.query);
    if (!prepared) return false;
    const operationName = body.operationName ?? undefined;
    const live = 'document' in prepared && isSubscription(prepared.document, operationName) ? graph.changes : undefined;
    // many clients name all they understand: what need not be a stream is answered as JSON
    if (!live && /\bjson\b|\*\/\*/i.test(accept)) return false;
    const stream = new AbortController();
    const { signal } = stream;
    reply.raw.once('close', () => stream.abort());
    if ('errors' in prepared) {
      await send(reply, [{ result: { errors: prepared.errors } }], requestId, signal);
      return true;
    }
    const asked = { document: prepared.document, variables: body.variables ?? {}, operationName, requestId, viewer };
    if (!live) {
      await send(reply, once(asked, signal), requestId, signal);
      return true;
    }
    const caller = await viewer();
    const place = places.take(caller === anybody ? ip : caller.name);
    if ('full' in place) {
      reply.header('retry-after', Math.ceil(heartbeat / 1_000));
      reply.code(place.status).send(errorBody('SUBSCRIPTIONS_FULL', place.full));
      return true;
    }
    metrics?.subscriptions(places.taken());
    streams.add(stream);
    try {
      await send(reply, subscription(asked, { live, after: headers['last-event-id'], signal }), requestId, signal);
    } finally {
      streams.delete(stream);
      place.leave();
      metrics?.subscriptions(places.taken());
    }
    return true;
  }

  /** A query or mutation. */
  async function* once({ viewer, ...asked }: Asked, signal: AbortSignal): AsyncGenerator<LiveEvent> {
    yield { result: await run(asked, await viewer(), signal) };
  }

  async function* subscription(
    { document, variables, operationName, requestId, viewer }: Asked,
    { live, after, signal }: { live: LiveChanges; after: string | string[] | undefined; signal: AbortSignal },
  ): AsyncGenerator<LiveEvent> {
    const operation = readLiveOperation(graph.localSchema, document, { variables, operationName });
    const context = graph.createContext(await viewer());
    const refusal = graph.refusal?.({ document: operation.query, variables, context });
    if (refusal) throw refusal;
    const ask: Parameters<typeof liveEvents>[0]['ask'] = (question, who) =>
      inTurn(() => run({ ...question, operationName: undefined, requestId }, who, signal));
    yield* liveEvents({ operation, changes: live, after: positionOf(after), viewer, ask, heartbeat, signal });
  }

  /** One answer, within the deadline of a request; given up when the stream ends. */
  async function run(asked: Omit<Asked, 'viewer'>, viewer: Viewer, signal: AbortSignal): Promise<ExecutionResult> {
    const cancellation = new AbortController();
    const cancel = () => cancellation.abort();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await answer({ ...asked, context: graph.createContext(viewer, cancellation.signal), cancellation });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async function send(
    reply: FastifyReply,
    events: AsyncIterable<LiveEvent> | LiveEvent[],
    requestId: string,
    signal: AbortSignal,
  ): Promise<void> {
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      // with the stream ends its connection: a server that stops would wait for the client to use it again
      connection: 'close',
      // a proxy that waits for a full buffer would hold events back
      'x-accel-buffering': 'no',
    });
    reply.raw.flushHeaders();
    await sendEvents(reply.raw, {
      events: masked(events, requestId, signal),
      slowAfter,
      tooSlow: () => shown(failed(tooSlow(`one was not taken for ${slowAfter / 1_000} s`)), requestId),
      signal,
    });
  }

  async function* masked(
    events: AsyncIterable<LiveEvent> | LiveEvent[],
    requestId: string,
    signal: AbortSignal,
  ): AsyncGenerator<LiveEvent> {
    try {
      for await (const event of events) {
        yield event.result ? { ...event, result: shown(event.result, requestId, event.position) } : event;
      }
    } catch (error) {
      if (!signal.aborted) yield { result: shown(failed(error), requestId) };
    }
  }

  /** Clients that cannot see the id of an event find the position in the answer. */
  function shown({ errors, extensions, ...result }: ExecutionResult, requestId: string, position?: number) {
    return {
      ...(errors && { errors: maskErrors(errors, requestId, log).map(withoutHints) }),
      ...result,
      ...((extensions || position !== undefined) && { extensions: { ...extensions, position } }),
    };
  }

  /** graphql-js suggests names: no more than asking for the schema is that for everybody. */
  function withoutHints(error: GraphQLError): GraphQLError {
    if (settings.introspection) return error;
    const { nodes = null, path = null, extensions } = error;
    return new GraphQLError(error.message.replace(/ ?Did you mean.*\?/s, ''), { nodes, path, extensions });
  }
}

function failed(error: unknown): ExecutionResult {
  if (error instanceof GraphQLError) return { errors: [error] };
  return {
    errors: [new GraphQLError('failed', { originalError: error instanceof Error ? error : new Error(String(error)) })],
  };
}

function isSubscription(document: DocumentNode, operationName: string | undefined): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
}

/** A body as GraphQL over HTTP has it; anything else is left to those who say what is wrong with it. */
function isAsked(body: unknown): body is PlainBody {
  if (typeof body !== 'object' || body === null) return false;
  const { extensions, ...others } = body as Record<string, unknown>;
  return isPlain(others);
}

function positionOf(lastEventId: string | string[] | undefined): number | undefined {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  const position = Number(lastEventId);
  if (Number.isSafeInteger(position) && position >= 0) return position;
  throw new HubError(
    'BAD_USER_INPUT',
    'Expected Last-Event-ID to be the id of an event of this hub, a whole number. Leave it out to begin with the next change.',
  );
}

/** Who holds how many of the places there are. */
function createPlaces({ max, perViewer }: Settings['gateway']['subscriptions']) {
  const held = new Map<string, number>();
  let taken = 0;

  return { taken: () => taken, take };

  function take(name: string): { leave(): void } | { full: string; status: number } {
    const own = held.get(name) ?? 0;
    if (own >= perViewer) {
      const full = `Expected at most ${perViewer} open subscriptions of this caller (gateway.subscriptions.perViewer). End one first.`;
      return { full, status: 429 };
    }
    if (taken >= max) {
      const full = `Expected at most ${max} open subscriptions here (gateway.subscriptions.max). Come again, or ask another process.`;
      return { full, status: 503 };
    }
    held.set(name, own + 1);
    taken += 1;
    return {
      leave() {
        taken -= 1;
        const left = (held.get(name) ?? 1) - 1;
        if (left > 0) held.set(name, left);
        else held.delete(name);
      },
    };
  }
}
