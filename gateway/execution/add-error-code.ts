import { GraphQLError } from 'graphql';
import { HubError } from '../../config/errors.ts';

/** An error of execution with the code and source of the catalogue's error behind it, if there is one. */
export function coded(error: GraphQLError): GraphQLError {
  const cause = hubErrorOf(error);
  if (!cause) return error;
  const { code, source, stream } = cause;
  // not `error.source`: graphql-js copies it from what was thrown, and a HubError's names a system
  return new GraphQLError(cause.message, {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    originalError: cause,
    extensions: { code, ...(source && { source }), ...(stream && { stream }) },
  });
}

/** The catalogue's error at the root: stitching wraps errors as often as it delegates. */
function hubErrorOf(error: GraphQLError): HubError | undefined {
  let cause: unknown = error;
  while (cause instanceof GraphQLError) cause = cause.originalError;
  return cause instanceof HubError ? cause : undefined;
}
