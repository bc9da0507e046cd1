import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import { type ErrorCode, errorCatalogue, HubError } from '../../config/errors.ts';
import type { Log } from '../../config/observability/log.ts';

/** What graphql-js says when a variable that may be null is null where a value is needed. */
const argumentFault = /^Argument "\w+" (has invalid value|of required type|of non-null type)/;

/** And when the graph has no mutations or subscriptions at all, which validation lets pass. */
const operationFault = /^Schema is not configured to execute/;

/** An error as it leaves the hub, and what is to be logged of it, if anything. */
interface Judged {
  error: GraphQLError;
  unexpected?: unknown;
}

/**
 * Errors of one execution as they may leave the hub: those of the catalogue keep code, source and path; anything
 * else becomes INTERNAL under the request's id, and the log gets the details, one line an error however many fields
 * it hit.
 */
export function maskErrors(errors: readonly GraphQLError[], requestId: string, log: Log): GraphQLError[] {
  const logged = new Set<string>();
  return errors.map((error) => {
    const judged = judge(error, requestId);
    const message = judged.unexpected instanceof Error ? judged.unexpected.message : String(judged.unexpected);
    if (judged.unexpected !== undefined && !logged.has(message)) {
      logged.add(message);
      log.error({ err: judged.unexpected, requestId, path: error.path?.join('.') }, 'An operation failed');
    }
    return judged.error;
  });
}

function judge(error: GraphQLError, requestId: string): Judged {
  // a variable that does not fit its type: nothing was executed
  if (!error.path && error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION) {
    return { error: rewrite(error, error.message, { code: 'BAD_USER_INPUT' }) };
  }
  const root = rootOf(error);
  if (root instanceof HubError) {
    const { code, source, stream, message } = root;
    const ours = code.startsWith('CACHE_') || code === 'INTERNAL';
    const shown = rewrite(error, message, { code, ...(source && { source }), ...(stream && { stream }) });
    return ours ? { error: shown, unexpected: root } : { error: shown };
  }
  const code = error.extensions.code;
  if (isKnown(code)) return { error };
  if (root instanceof GraphQLError && argumentFault.test(error.message)) {
    return { error: rewrite(error, error.message, { code: 'BAD_USER_INPUT' }) };
  }
  if (root instanceof GraphQLError && operationFault.test(error.message)) {
    return { error: rewrite(error, `${error.message} Ask a query.`, { code: 'GRAPHQL_VALIDATION_FAILED' }) };
  }
  return { error: rewrite(error, internalMessage(requestId), { code: 'INTERNAL', requestId }), unexpected: root };
}

/** An error nobody foresaw, as it leaves the hub. */
export function internalMessage(requestId: string): string {
  return `Something went wrong inside the hub. The log has the details under request id ${requestId}.`;
}

/** A GraphQL-shaped answer body that is nothing but one error. */
export function errorBody(code: ErrorCode, message: string, extensions: Record<string, unknown> = {}) {
  return { errors: [{ message, extensions: { code, ...extensions } }] };
}

/**
 * Apollo's hook for errors it found itself (parsing, validation, the shape of the request). Those of execution have
 * been through `maskErrors` before.
 */
export function formatErrors(log: Log): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const limit = tooManyTokens.exec(formatted.message)?.[1];
    if (limit !== undefined) {
      const message = `Expected an operation of at most ${limit} tokens (gateway.maxTokens). Ask for less at once, or send values as variables.`;
      return { message, extensions: { code: 'REQUEST_TOO_LARGE' } };
    }
    if (isKnown(formatted.extensions?.code)) return formatted;
    log.error({ err: error instanceof GraphQLError ? rootOf(error) : error }, 'A request failed');
    return { message: 'Something went wrong inside the hub.', extensions: { code: 'INTERNAL' } };
  };
}

const tooManyTokens = /Document contains more tha[nt] (\d+) tokens/;

function isKnown(code: unknown): boolean {
  return typeof code === 'string' && Object.hasOwn(errorCatalogue, code);
}

function rootOf(error: GraphQLError): unknown {
  let root: unknown = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}

/** graphql-js copies `source` from what was thrown, and a HubError's is a system: locations come from the nodes alone. */
function rewrite(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(message, {
    ...(error.nodes && { nodes: error.nodes }),
    ...(error.path && { path: error.path }),
    extensions,
  });
}
