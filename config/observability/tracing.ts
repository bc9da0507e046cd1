import {
  type Attributes,
  context,
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';

/*
 * Traces by the OpenTelemetry API. It does nothing until somebody starts an SDK in the process (docs/operations.md).
 * Attributes follow the semantic conventions where there are such; no values of statements, variables or records are
 * among them, and of errors only their code.
 */

const tracer = trace.getTracer('customer360');

interface SpanOptions {
  attributes?: Attributes;
  /** `client`: the time is somebody else's, such as a database's. */
  kind?: 'client' | 'internal' | 'server';
}

const kinds = { client: SpanKind.CLIENT, internal: SpanKind.INTERNAL, server: SpanKind.SERVER };

/** Does `work` within a span of this name; what it throws ends the span with its code. `span` is null while nobody traces. */
export async function inSpan<T>(
  name: string,
  { attributes = {}, kind = 'internal' }: SpanOptions,
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  const span = tracer.startSpan(name, { attributes, kind: kinds[kind] });
  if (!isSpanContextValid(span.spanContext())) return work(null);
  return context.with(trace.setSpan(context.active(), span), async () => {
    try {
      return await work(span);
    } catch (error) {
      span.setAttribute('error.type', codeOf(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Each step of an iteration within a span. */
export async function* eachInSpan<T>(name: string, options: SpanOptions, steps: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = steps[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await inSpan(name, options, () => iterator.next());
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/**
 * Does `work` as a part of the trace that a request's headers name (`traceparent`, W3C Trace Context), unless somebody
 * who instruments the HTTP server has begun a part of it already.
 */
export function inTraceOf<T>(headers: Record<string, unknown>, work: () => T): T {
  if (trace.getActiveSpan()) return work();
  return context.with(propagation.extract(context.active(), headers), work);
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'Error';
}
