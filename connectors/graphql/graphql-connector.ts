import { stringify } from 'lossless-json';
import { defends } from '../../config/defences.ts';
import { type ErrorCode, HubError } from '../../config/errors.ts';
import type { JsonObject, JsonValue } from '../../schema/json.ts';
import type { Connector, CreateConnector, Page, PullRequest, SourceRecord } from '../connector.ts';
import { type ReadItem, recordsAskedFor, recordsOfItems, withKeylessDoubt } from '../damaged-record.ts';
import { checkStreams } from '../http/check-streams.ts';
import { discoverLists } from '../http/discover-lists.ts';
import { createHttpClient } from '../http/http-client.ts';
import type { FoundList, ListPlace } from '../json/list-place.ts';
import { compileSourceRecord } from '../mapping/source-record.ts';
import { compileStampText } from '../mapping/stamp-text.ts';
import { streamOf } from '../stream-of.ts';
import { graphqlRefusal } from './refusal.ts';
import { type GraphqlSettings, type GraphqlStream, variablesOf } from './settings.ts';
import { failureOf, placesOf, readConnection, readNodes } from './wire.ts';

type Variables = Readonly<Record<string, unknown>>;

interface Question {
  query: string;
  variables: Variables;
  /** Where the answer has its records. */
  records: ListPlace;
}

/** Keys asked for at once: what servers with a limit on them take. */
const KEYS_AT_ONCE = 100;

/** Reads the connections of another system's GraphQL endpoint. */
export const createGraphqlConnector: CreateConnector<GraphqlSettings> = ({ system, settings, notices }) => {
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

  async function ask<T>(
    name: string,
    question: Question,
    read: (list: FoundList | null, body: JsonValue) => T,
    signal: AbortSignal,
  ): Promise<T> {
    const answer = await post(name, question, signal);
    const body = answer.json();
    const failure = failureOf(body);
    if (failure !== null) {
      // Made for its words, in which no secret is left.
      const { message } = http.protocolError(`${name}: expected an answer, got ${failure.message}`, name);
      throw new HubError(codes[failure.code ?? ''] ?? 'SOURCE_PROTOCOL', message, { source: system, stream: name });
    }
    try {
      return read(answer.list(), body);
    } catch (error) {
      throw http.protocolError(`${name}: ${error instanceof Error ? error.message : 'unreadable answer'}`, name);
    }
  }

  function pull(name: string, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
    return withKeylessDoubt(pages(name, request, signal));
  }

  async function* pages(name: string, { since, resume }: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
    const stream = streamOf(system, settings.streams, name);
    const recordOf = compileSourceRecord(stream);
    const first = stream.pageSize ?? settings.pageSize;
    const declared = onlyDeclared(stream.query);
    const changed = since === null ? {} : sinceVariable(stream, since);
    const seen = new Set<string>();
    let after = resume;
    for (;;) {
      const variables = declared({ ...stream.variables, ...changed, first, after });
      const question = { query: stream.query, variables, records: placesOf(stream.resource) };
      const read = (list: FoundList | null, body: JsonValue) => readConnection(list, body, stream.resource);
      const { items, endCursor, doubt } = await ask(name, question, read, signal);
      const records = recordsOf(items, recordOf, name);
      if (endCursor === null) {
        yield { records, next: null, evidence: { total: null, doubt } };
        return;
      }
      yield { records, next: endCursor };
      if (seen.has(endCursor) && defends('loop detection')) {
        throw http.protocolError(`${name}: expected a new endCursor, got ${endCursor} twice`, name);
      }
      seen.add(endCursor);
      after = endCursor;
    }
  }

  function recordsOf(items: readonly ReadItem[], recordOf: (data: JsonObject) => SourceRecord, name: string) {
    try {
      return recordsOfItems(items, recordOf);
    } catch (error) {
      throw http.protocolError(`${name}: ${error instanceof Error ? error.message : 'unreadable record'}`, name);
    }
  }

  async function now(signal: AbortSignal): Promise<string | null> {
    const answer = await post('', { query: '{ __typename }', variables: {}, records: { lists: [] } }, signal);
    answer.json();
    return answer.date;
  }

  return {
    pull,
    now,
    check: (signal) =>
      checkStreams(
        {
          streams: settings.streams,
          now,
          async readSome(name) {
            for await (const { records } of pull(name, { since: null, resume: null }, signal)) return records;
            return [];
          },
          readsUnstamped: (name) => streamOf(system, settings.streams, name).since === undefined,
          async askSince(name, since) {
            for await (const _ of pull(name, { since, resume: null }, signal)) return;
          },
        },
        signal,
      ),
    discover: (signal) => discoverLists(settings.streams, (name) => pull(name, { since: null, resume: null }, signal)),
    asksByKey: (name) => streamOf(system, settings.streams, name).byKey !== undefined,
    async readByKeys(name, keys, signal) {
      const stream = streamOf(system, settings.streams, name);
      const { byKey } = stream;
      const wanted = new Set(keys);
      const found: SourceRecord[] = [];
      if (wanted.size === 0) return found;
      if (byKey === undefined) {
        for await (const { records } of pull(name, { since: null, resume: null }, signal)) found.push(...records);
      } else {
        const recordOf = compileSourceRecord(stream);
        for (let i = 0; i < keys.length; i += KEYS_AT_ONCE) {
          const some = keys.slice(i, i + KEYS_AT_ONCE);
          const records = { lists: [`data.${byKey.resource}`] };
          const question = { query: byKey.query, variables: { [byKey.variable]: some }, records };
          const read = (list: FoundList | null) => readNodes(list, byKey.resource);
          const items = await ask(name, question, read, signal);
          found.push(...recordsAskedFor(recordsOf(items, recordOf, name), some));
        }
      }
      return found.filter(({ key }) => wanted.has(key));
    },
    async *scanKeys(name, signal) {
      for await (const { records, evidence } of pull(name, { since: null, resume: null }, signal)) {
        const keys = records.filter(({ deleted }) => !deleted).map(({ key, version }) => ({ key, version }));
        yield { keys, ...(evidence ? { evidence } : {}) };
      }
    },
    async close() {
      http.close();
    },
  } satisfies Connector;
};

/** What servers commonly call these, in `extensions.code`. */
const codes: Record<string, ErrorCode> = {
  UNAUTHENTICATED: 'SOURCE_UNAUTHORIZED',
  FORBIDDEN: 'SOURCE_FORBIDDEN',
  ACCESS_DENIED: 'SOURCE_FORBIDDEN',
  THROTTLED: 'SOURCE_RATE_LIMITED',
};

function sinceVariable({ since, cursor }: GraphqlStream, version: string): Variables {
  if (!since || !cursor) return {};
  const text = compileStampText({
    type: cursor.type,
    format: since.format ?? cursor.format,
    zone: since.zone ?? cursor.zone,
  });
  return { [since.variable]: text(version) };
}

/** A plain list is asked for without a page; strict servers refuse variables that a query does not declare. */
function onlyDeclared(query: string): (variables: Variables) => Variables {
  const names = variablesOf(query);
  return (variables) => Object.fromEntries(Object.entries(variables).filter(([name]) => new Set(names).has(name)));
}
