import type { ExecutionResult } from 'graphql';
import type { Viewer } from '../access/viewer.ts';
import type { FreshnessReader } from '../freshness/freshness.ts';
import type { Graph } from '../graph.ts';
import type { Metrics } from '../metrics/create-metrics.ts';
import type { AnswerOperation } from './answer-operation.ts';

/** A request as the way most take needs it. */
interface QuickRequest {
  method: string;
  headers: { accept?: string | undefined; authorization?: string | undefined; 'content-type'?: string | undefined };
  body: unknown;
  id: string;
}

/** The answer as JSON, or undefined for a request that Apollo Server is to look at. */
export type QuickAnswer = (
  request: QuickRequest,
  viewer: Viewer,
  /** Makes what is aborted when nobody waits for the answer any more: what is kept needs none. */
  cancelWhenGone: () => AbortController,
) => Promise<Buffer | undefined>;

interface QuickAnswerDependencies<Context extends object> {
  graph: Graph<Context>;
  answer: AnswerOperation<Context>;
  freshness: FreshnessReader;
  metrics?: Metrics | undefined;
}

/**
 * The short way of a plain POST of a valid operation, past what Apollo Server does for every request: an answer that
 * is kept goes out as it is, any other is executed and written. Everything that is not plain, and everything that is
 * wrong before execution, is left to Apollo Server, so that there is one place that says what is wrong with a request.
 */
export function createQuickAnswer<Context extends object>({
  graph,
  answer,
  freshness,
  metrics,
}: QuickAnswerDependencies<Context>): QuickAnswer {
  const freshnessEnd = rememberEnds();

  return async ({ method, headers, body, id }, viewer, cancelWhenGone) => {
    if (method !== 'POST' || !takesPlainJson(headers) || !isPlain(body)) return undefined;
    const document = graph.prepare?.(body.query);
    if (!document) return undefined;
    const operationName = body.operationName ?? undefined;
    const variables = body.variables ?? undefined;
    const place = graph.answerPlace?.({ document, operationName, variables, viewer });
    const found = place?.found ?? (place?.foundElsewhere && (await place.foundElsewhere()));
    if (found) {
      await found.noteRead(id);
      metrics?.operation(0, 'ok');
      return closed(found.text, viewer, found.extensions);
    }
    const cancellation = cancelWhenGone();
    const context = graph.createContext(viewer, cancellation.signal, headers.authorization);
    const result = await answer({ document, variables, operationName, context, requestId: id, cancellation });
    // nothing was executed: the variables do not fit, or there is no such operation
    if (result.data === undefined) return undefined;
    const text = Buffer.from(openText(result));
    if (!result.errors) place?.keep(text, context);
    return closed(text, viewer, result.extensions);
  };

  /** An answer is closed with the freshness of now, however long it has been kept. */
  async function closed(open: Buffer, viewer: Viewer, others?: object): Promise<Buffer> {
    return Buffer.concat([open, others ? endOf(others) : freshnessEnd(await freshness.extension(viewer))]);
  }
}

function endOf(extensions: object): Buffer {
  return Buffer.from(`,"extensions":${JSON.stringify(extensions)}}`);
}

/** Many answers a second end with the same states. */
function rememberEnds(): (freshness: object & { freshness?: object }) => Buffer {
  const known = new WeakMap<object, Buffer>();
  return (extension) => {
    const states = extension.freshness ?? extension;
    const end = known.get(states) ?? endOf(extension);
    known.set(states, end);
    return end;
  };
}

function openText({ data, errors }: ExecutionResult): string {
  return `${errors ? `{"errors":${JSON.stringify(errors)},` : '{'}"data":${JSON.stringify(data)}`;
}

/** JSON, which no page of another site can send unasked, and an answer in plain JSON. */
function takesPlainJson({ accept, 'content-type': type }: QuickRequest['headers']): boolean {
  if (!type || !/^application\/json(; ?charset=utf-8)?$/i.test(type)) return false;
  return !accept || accept === '*/*' || accept === 'application/json';
}

/** A request's body with nothing but an operation. */
export interface PlainBody {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

export function isPlain(body: unknown): body is PlainBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  for (const [name, value] of Object.entries(body)) {
    if (name === 'query' ? typeof value !== 'string' : value !== null && !isOptional(name, value)) return false;
  }
  return 'query' in body;
}

function isOptional(name: string, value: unknown): boolean {
  if (name === 'operationName') return typeof value === 'string';
  return name === 'variables' && typeof value === 'object' && !Array.isArray(value);
}
