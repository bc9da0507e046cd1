import { type DocumentNode, type ExecutionResult, parse } from 'graphql';
import { HubError } from '../../config/errors.ts';
import type { Viewer } from '../access/viewer.ts';
import type { LiveChanges } from '../graph.ts';
import type { LiveOperation, Watched } from './live-operation.ts';
import { type Waiting, watchChanges } from './watch-changes.ts';

/** One event as it goes out: an answer, or only the position, as a sign of life. */
export interface LiveEvent {
  /** All changes through this sequence have been told: the client's Last-Event-ID when it comes again. */
  position?: number;
  result?: ExecutionResult;
}

interface LiveRequest {
  operation: LiveOperation;
  changes: LiveChanges;
  /** The client's Last-Event-ID. */
  after: number | undefined;
  /** Who asks, looked at anew. Throws where the login no longer holds. */
  viewer(): Promise<Viewer>;
  ask(
    question: { document: DocumentNode; variables: Record<string, unknown> },
    viewer: Viewer,
  ): Promise<ExecutionResult>;
  /** Milliseconds. */
  heartbeat: number;
  /** The client went away, or the process ends. */
  signal: AbortSignal;
}

/**
 * The events of one subscription, until it ends: with the record it watches or with an answer that could not be given
 * at all. Throws where the login no longer holds and where what changed is no longer known. What changes while the reader is busy waits, each record once.
 */
export async function* liveEvents(request: LiveRequest): AsyncGenerator<LiveEvent> {
  const waiting = await watchChanges({ ...request, watched: request.operation.watched });
  try {
    yield* eventsOf(waiting, request);
  } finally {
    waiting.stop();
  }
}

async function* eventsOf(waiting: Waiting, request: LiveRequest): AsyncGenerator<LiveEvent> {
  const { operation, after, viewer, heartbeat, signal } = request;
  const { watched, query, responseKey, variablesFor } = operation;
  const ofOne = watched.field === 'customerChanged' || 'order' in watched;
  let position = after ?? waiting.through();
  if ((await idNow(await viewer(), waiting, request)) === null) throw notFound(watched);
  yield { position };

  while (!signal.aborted) {
    await waiting.wait(heartbeat);
    if (signal.aborted) return;
    const asking = await viewer();
    const through = waiting.through();
    const taken = waiting.take();
    // before anything is read: what changes from now on under another id is noted too
    const now = taken.size > 0 ? await idNow(asking, waiting, request) : null;
    const orders = now !== null && !ofOne ? await request.changes.ordersOf(now, taken) : { there: [], gone: [] };
    const changed = ofOne ? [...taken.keys()] : orders.there;
    for (const id of orders.gone)
      yield { position, result: { data: { [responseKey]: null }, extensions: { gone: id } } };
    for (const [index, id] of changed.entries()) {
      const result = await request.ask({ document: query, variables: variablesFor(id) }, asking);
      const there = result.data?.[responseKey] != null;
      // an order that went to somebody else meanwhile, or may not be seen
      if (!there && !result.errors && !ofOne) continue;
      const failed = !there && result.errors !== undefined;
      // what could not be answered is told when the client comes again
      if (!failed && index === changed.length - 1) position = Math.max(position, through);
      yield { position, result };
      if (!there) return;
    }
    position = Math.max(position, through);
    if (taken.size > 0 && now === null) return;
    yield { position };
  }
}

const whichCustomer = parse('query Watched($id: ID!) { customer(id: $id) { id } }', { noLocation: true });
const whichOrder = parse('query Watched($id: ID!) { order(id: $id) { id } }', { noLocation: true });

/** The id of what is watched, null when the viewer does not see it. A merged customer is followed as who it is now. */
async function idNow(viewer: Viewer, waiting: Waiting, { operation, ask }: LiveRequest): Promise<string | null> {
  const { watched } = operation;
  const [document, id, field] =
    'order' in watched
      ? ([whichOrder, watched.order, 'order'] as const)
      : ([whichCustomer, watched.customer, 'customer'] as const);
  const { data, errors } = await ask({ document, variables: { id } }, viewer);
  if (errors?.[0]) throw errors[0];
  const found = data?.[field] as { id: string } | null | undefined;
  if (!found) return null;
  if ('customer' in watched) waiting.follow(found.id);
  return found.id;
}

function notFound(watched: Watched): HubError {
  const what = 'order' in watched ? `order ${watched.order}` : `customer ${watched.customer}`;
  return new HubError('NOT_FOUND', `Expected the ${what}, but there is none that this login sees.`);
}
