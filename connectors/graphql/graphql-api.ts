import { stringify } from 'lossless-json';
import { type ErrorCode, HubError } from '../../config/errors.ts';
import type { JsonValue } from '../../schema/json.ts';
import { createHttpClient } from '../http/http-client.ts';
import type { FoundList, ListPlace } from '../json/list-place.ts';
import type { SourceNotices } from '../source-notices.ts';
import { graphqlRefusal } from './refusal.ts';
import type { GraphqlSettings } from './settings.ts';
import { failureOf } from './wire.ts';

export type Variables = Readonly<Record<string, unknown>>;

interface Question {
  query: string;
  variables: Variables;
  /** Where the answer has its records. */
  records: ListPlace;
}

/** One endpoint. An answer that holds errors counts for nothing, whatever data came with them. */
export interface GraphqlApi {
  ask<T>(
    stream: string,
    question: Question,
    read: (list: FoundList | null, body: JsonValue) => T,
    signal: AbortSignal,
  ): Promise<T>;
  /** The source's clock, whole seconds; null where it tells none. */
  now(signal: AbortSignal): Promise<string | null>;
  protocolError(message: string, stream: string): HubError;
  close(): void;
}

export function createGraphqlApi(system: string, settings: GraphqlSettings, notices?: SourceNotices): GraphqlApi {
  const { url, auth, timeout, rateLimit, headers, maxRecordBytes } = settings;
  const http = createHttpClient({
    system,
    auth,
    timeout,
    rateLimit,
    maxRecordBytes,
    notices,
    secrets: Object.values(headers),
  });

  async function post(stream: string, { query, variables, records }: Question, signal: AbortSignal) {
    const body = stringify({ query, variables }) ?? '';
    const own = { ...headers, 'content-type': 'application/json', accept: 'application/json' };
    // A query only reads: it may be sent again.
    const exchange = { url, method: 'POST', headers: own, body, idempotent: true, stream, records } as const;
    return http.request({ ...exchange, refusal: graphqlRefusal }, signal);
  }

  return {
    async ask(stream, question, read, signal) {
      const answer = await post(stream, question, signal);
      const body = answer.json();
      const failure = failureOf(body);
      if (failure !== null) {
        // Made for its words, in which no secret is left.
        const { message } = http.protocolError(`${stream}: expected an answer, got ${failure.message}`, stream);
        throw new HubError(codes[failure.code ?? ''] ?? 'SOURCE_PROTOCOL', message, { source: system, stream });
      }
      try {
        return read(answer.list(), body);
      } catch (error) {
        throw http.protocolError(`${stream}: ${error instanceof Error ? error.message : 'unreadable answer'}`, stream);
      }
    },
    async now(signal) {
      const answer = await post('', { query: '{ __typename }', variables: {}, records: { lists: [] } }, signal);
      answer.json();
      return answer.date;
    },
    protocolError: http.protocolError,
    close: http.close,
  };
}

/** What servers commonly call these, in `extensions.code`. */
const codes: Record<string, ErrorCode> = {
  UNAUTHENTICATED: 'SOURCE_UNAUTHORIZED',
  FORBIDDEN: 'SOURCE_FORBIDDEN',
  ACCESS_DENIED: 'SOURCE_FORBIDDEN',
  THROTTLED: 'SOURCE_RATE_LIMITED',
};
