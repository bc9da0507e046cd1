import { type DocumentNode, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import type { Log } from '../../config/observability/log.ts';
import { inSpan } from '../../config/observability/tracing.ts';
import type { Settings } from '../../config/settings/settings.ts';
import type { Graph } from '../graph.ts';
import type { Metrics } from '../metrics/create-metrics.ts';
import { withDeadline } from './deadline.ts';
import { maskErrors } from './format-error.ts';

/** One operation of one HTTP request. */
interface AskedOperation<Context extends object> {
  document: DocumentNode;
  variables: Record<string, unknown> | undefined;
  operationName: string | null | undefined;
  context: Context;
  requestId: string;
  /** Of the context's signal: aborted when the deadline is over. */
  cancellation: AbortController;
  showCost?: boolean;
}

export type AnswerOperation<Context extends object> = (asked: AskedOperation<Context>) => Promise<ExecutionResult>;

interface AnswerDependencies<Context extends object> {
  graph: Graph<Context>;
  settings: Settings['gateway'];
  log: Log;
  metrics?: Metrics | undefined;
}

/** Runs one operation on the graph within the deadline, its errors masked. What is late is cancelled. */
export function createAnswerOperation<Context extends object>({
  graph,
  settings,
  log,
  metrics,
}: AnswerDependencies<Context>): AnswerOperation<Context> {
  return (asked) =>
    inSpan(
      nameOf(asked),
      { kind: 'server', attributes: { 'customer360.request_id': asked.requestId } },
      async (span) => {
        const result = await answer(asked);
        const [error] = result.errors ?? [];
        if (error) span?.setAttribute('error.type', String(error.extensions?.code ?? 'INTERNAL'));
        return result;
      },
    );

  async function answer({
    document,
    variables,
    operationName,
    context,
    requestId,
    cancellation,
    showCost = false,
  }: AskedOperation<Context>): Promise<ExecutionResult> {
    const begun = performance.now();
    const running = graph.execute({
      document,
      ...(variables && { variables }),
      ...(operationName && { operationName }),
      context,
      requestId,
      showCost,
    });
    const { data, errors, extensions } = await withDeadline(
      running.catch((error: unknown) => failed(error)),
      settings.timeout,
      () => {
        cancellation.abort();
        return failed(tooSlow(settings.timeout));
      },
    );
    metrics?.operation((performance.now() - begun) / 1_000, errors && errors.length > 0 ? 'error' : 'ok');
    return {
      // no data at all (variables that do not fit) is told from data that failed (null)
      ...(data !== undefined && { data }),
      ...(errors && errors.length > 0 && { errors: maskErrors(errors, requestId, log) }),
      ...(extensions && { extensions }),
    };
  }
}

/** `query CustomerPage`: as the semantic conventions name the span of an operation. */
function nameOf({ document, operationName }: Pick<AskedOperation<object>, 'document' | 'operationName'>): string {
  const operation = getOperationAST(document, operationName);
  return [operation?.operation ?? 'operation', operation?.name?.value].filter(Boolean).join(' ');
}

function failed(error: unknown): ExecutionResult {
  const wrapped =
    error instanceof GraphQLError
      ? error
      : new GraphQLError('failed', { originalError: error instanceof Error ? error : new Error(String(error)) });
  return { data: null, errors: [wrapped] };
}

function tooSlow(timeout: number): GraphQLError {
  const message = `The operation took longer than ${timeout / 1000} s (gateway.timeout). Ask for less at once.`;
  return new GraphQLError(message, { extensions: { code: 'REQUEST_TIMEOUT' } });
}
