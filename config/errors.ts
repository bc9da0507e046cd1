/**
 * The error catalogue: every error the hub raises on purpose has a code here, and docs/errors.md explains each
 * (a test compares the two). Messages say what was expected, what came, and what to do.
 */
export const errorCatalogue = {
  // settings
  SETTINGS_NOT_FOUND: 'The settings file does not exist or cannot be read.',
  SETTINGS_INVALID: 'The settings file is not valid; the message names line and field.',
  SECRET_MISSING: 'The settings name an environment variable that is not set.',
  // sources
  SOURCE_UNREACHABLE: 'The source did not answer: connection refused, reset, name not found or timed out.',
  SOURCE_UNAUTHORIZED: 'The source refused the login.',
  SOURCE_FORBIDDEN: 'The login may not read this stream.',
  SOURCE_RATE_LIMITED: 'The source asked to be called less often for longer than a pass may wait.',
  SOURCE_PROTOCOL: 'The source answered something that is not what its protocol promises.',
  SOURCE_NOT_FOUND: 'The source does not know this stream, table, model or path.',
  SOURCE_CURSOR_EXPIRED: 'The source no longer accepts the cursor; the next pass reads the stream in full.',
  SOURCE_BREAKER_OPEN: 'The source failed repeatedly and is left alone until its breaker closes.',
  // sync
  STREAM_UNKNOWN: 'No stream of that name is configured.',
  STREAM_BUSY: 'Another process is syncing this stream.',
  LEASE_LOST: 'Another process took over this stream while a page was being written; nothing was written.',
  SOURCE_INCOMPLETE: 'Fewer records came than the source says it has; the read does not count.',
  SOURCE_SHRUNK: 'Far fewer records than the cache knows were found in the source; nothing was deleted.',
  RECORD_INVALID: 'A record does not fit the canonical model and went to quarantine.',
  QUARANTINE_THRESHOLD: 'Too many records of one pass did not fit; the checkpoint was held.',
  SCHEMA_DRIFT:
    'The records of a stream have another shape than before, and its `drift` setting does not let it through.',
  MAPPING_INVALID: 'A mapping names an entity or field that does not exist, or an option that does not fit it.',
  // verify
  VERIFY_DIFFERENT: 'The cache differs from the source.',
  // cache
  CACHE_UNREACHABLE: 'The cache database did not answer.',
  CACHE_UNUSABLE: "The cache database answers, but its settings or the login's rights do not let the hub work with it.",
  CACHE_STATEMENT_TOO_LARGE: 'A single record or list is larger than the cache database takes in one statement.',
  CACHE_BUSY: 'Another program held locks in the cache database for longer than the hub waits.',
  CACHE_NOT_WRITABLE: 'The cache database can be read but takes no changes.',
  CACHE_SCHEMA_OLD: 'The cache database was made by another version.',
  // identity
  IDENTITY_CONFLICT: 'A decision about customers contradicts an earlier one.',
  IDENTITY_NOT_DECIDED: 'Nothing is decided there that could be withdrawn.',
  IDENTITY_NOT_MERGED: 'No merge of that customer is known or left to undo.',
  // services
  SERVICE_UNREACHABLE: 'A service that extends the graph did not answer in time, or not at all.',
  SERVICE_REFUSED: 'A service that extends the graph refused the login.',
  SERVICE_FAILED: 'A service that extends the graph answered with an error of its own.',
  SERVICE_ANSWER_INVALID: 'A service that extends the graph answered something that is not GraphQL.',
  SERVICE_SCHEMA_INVALID: 'The schema of a service does not fit into the graph; its last good one stays.',
  // graph
  BAD_REQUEST: 'The request is not a GraphQL request over HTTP.',
  GRAPHQL_PARSE_FAILED: 'The operation is not GraphQL; the message and its location say where reading stopped.',
  GRAPHQL_VALIDATION_FAILED: 'The operation names a field, argument or type that the graph does not have.',
  OPERATION_RESOLUTION_FAILURE: 'The request names no operation of its document, or the document has several.',
  BAD_USER_INPUT: 'An argument of the operation does not fit.',
  NOT_FOUND: 'Nothing has that id.',
  CURSOR_INVALID: 'The paging cursor was not made by this field.',
  PAGE_TOO_LARGE: 'More items were asked for than one page may hold.',
  REQUEST_TOO_LARGE: 'The request body is larger than the gateway accepts.',
  OPERATION_TOO_LARGE: 'The operation is deeper, wider or asks for more than the gateway allows.',
  FRESHNESS_NOT_REACHED: 'A system could not be brought up to the age that the operation asked for with `@freshness`.',
  RATE_LIMITED: 'The login or address asked, or tried to log in, more often than the gateway allows.',
  PERSISTED_QUERY_NOT_FOUND: 'The manifest of documents has none with that id.',
  PERSISTED_QUERY_NOT_SUPPORTED: 'The id of a document was sent, but the hub has no manifest of documents.',
  DOCUMENT_NOT_TRUSTED: 'Only documents of the manifest are answered, and this is none of them.',
  DOCUMENTS_INVALID: 'Operations of a front-end cannot be made into a manifest.',
  SUBSCRIPTIONS_FULL: 'As many subscriptions are open as the gateway allows.',
  SUBSCRIPTION_TOO_SLOW: 'The client took the events of its subscription too slowly and was let go.',
  CHANGES_MISSED: 'What changed since the given position is no longer known.',
  REQUEST_TIMEOUT: 'The operation took longer than the gateway allows.',
  REQUEST_CANCELLED: 'Nobody waits for the answer any more: the client has gone, or the deadline is over.',
  ADDRESS_IN_USE: 'The gateway cannot listen where the settings say.',
  UNAUTHENTICATED: 'Nobody knows who asks: no login came along, or one that does not hold.',
  FORBIDDEN: 'The login may not see what the operation asks for.',
  IDENTITY_PROVIDER_UNREACHABLE: 'The keys that logins are checked with could not be had.',
  INTERNAL: 'Something went wrong inside the hub; the log has the details under the same request id.',
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

export interface HubErrorDetails {
  /** The system concerned, as named in the settings. */
  source?: string;
  /** The stream concerned. */
  stream?: string;
  cause?: unknown;
}

/** An error of the catalogue. The message is for people: expected, got, next step. It never holds a secret. */
export class HubError extends Error {
  readonly code: ErrorCode;
  readonly source: string | undefined;
  readonly stream: string | undefined;

  constructor(code: ErrorCode, message: string, details: HubErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'HubError';
    this.code = code;
    this.source = details.source;
    this.stream = details.stream;
  }
}
