import type { Connector, CreateConnector, Page, PullRequest, SourceRecord } from '../connector.ts';
import { recordsAskedFor, recordsOfItems, withKeylessDoubt } from '../damaged-record.ts';
import { checkStreams } from '../http/check-streams.ts';
import { discoverLists } from '../http/discover-lists.ts';
import { compileSourceRecord } from '../mapping/source-record.ts';
import { compileStampText } from '../mapping/stamp-text.ts';
import { streamOf } from '../stream-of.ts';
import { cursorPages } from './cursor-pages.ts';
import { createGraphqlApi, type Variables } from './graphql-api.ts';
import { compileNestedLists } from './nested-lists.ts';
import { offsetPages } from './offset-pages.ts';
import type { GraphqlList } from './read-list.ts';
import { type GraphqlSettings, type GraphqlStream, variablesOf } from './settings.ts';
import { readNodes } from './wire.ts';

/** Keys asked for at once: what servers with a limit on them take. */
const KEYS_AT_ONCE = 100;

/** Reads the lists of another system's GraphQL endpoint. */
export const createGraphqlConnector: CreateConnector<GraphqlSettings> = ({ system, settings, notices }) => {
  const api = createGraphqlApi(system, settings, notices);

  function listOf(name: string, since: string | null): GraphqlList {
    const stream = streamOf(system, settings.streams, name);
    const declared = new Set(variablesOf(stream.query));
    return {
      api,
      name,
      stream,
      pageSize: stream.pageSize ?? settings.pageSize,
      variables: { ...stream.variables, ...(since === null ? {} : sinceVariable(stream, since)) },
      isWindow: since !== null && stream.since !== undefined,
      recordOf: compileSourceRecord(stream),
      withoutParts: compileNestedLists(stream, stream.query, stream.resource),
      declares: (variable) => declared.has(variable),
    };
  }

  function pull(name: string, { since, resume }: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
    const list = listOf(name, since);
    const { paging } = list.stream;
    const pages =
      paging?.type === 'offset' ? offsetPages(list, paging, resume, signal) : cursorPages(list, paging, resume, signal);
    return withKeylessDoubt(pages);
  }

  async function readSomeKeys(name: string, keys: readonly string[], signal: AbortSignal): Promise<SourceRecord[]> {
    const { stream, recordOf } = listOf(name, null);
    const { byKey } = stream;
    if (byKey === undefined) return [];
    const withoutParts = compileNestedLists(stream, byKey.query, byKey.resource);
    const variables = { ...declaredIn(byKey.query, stream.variables), [byKey.variable]: keys };
    const question = { query: byKey.query, variables, records: { lists: [`data.${byKey.resource}`] } };
    return api.ask(
      name,
      question,
      (list) => recordsAskedFor(withoutParts(recordsOfItems(readNodes(list, byKey.resource), recordOf)), keys),
      signal,
    );
  }

  return {
    pull,
    now: (signal) => api.now(signal),
    check: (signal) =>
      checkStreams(
        {
          streams: settings.streams,
          now: (until) => api.now(until),
          async readSome(name) {
            for await (const { records } of pull(name, { since: null, resume: null }, signal)) return records;
            return [];
          },
          readsUnstamped: (name) => streamOf(system, settings.streams, name).since === undefined,
          changesSince: (name, since) => pull(name, { since, resume: null }, signal),
          asksForChanges: (name) => streamOf(system, settings.streams, name).since !== undefined,
        },
        signal,
      ),
    discover: (signal) => discoverLists(settings.streams, (name) => pull(name, { since: null, resume: null }, signal)),
    asksByKey: (name) => streamOf(system, settings.streams, name).byKey !== undefined,
    async readByKeys(name, keys, signal) {
      const { byKey } = streamOf(system, settings.streams, name);
      const wanted = new Set(keys);
      const found: SourceRecord[] = [];
      if (wanted.size === 0) return found;
      if (byKey === undefined) {
        for await (const { records } of pull(name, { since: null, resume: null }, signal)) found.push(...records);
      } else {
        const atOnce = Math.min(KEYS_AT_ONCE, listOf(name, null).pageSize);
        for (let i = 0; i < keys.length; i += atOnce) {
          found.push(...(await readSomeKeys(name, keys.slice(i, i + atOnce), signal)));
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
      api.close();
    },
  } satisfies Connector;
};

function sinceVariable({ since, cursor }: GraphqlStream, version: string): Variables {
  if (!since || !cursor) return {};
  const text = compileStampText({
    type: cursor.type,
    format: since.format ?? cursor.format,
    zone: since.zone ?? cursor.zone,
  });
  return { [since.variable]: withMoment(since.value ?? '{since}', text(version)) };
}

/** The value with the moment in each text that has a place for it. */
function withMoment(value: unknown, moment: string): unknown {
  if (typeof value === 'string') return value.replaceAll('{since}', moment);
  if (Array.isArray(value)) return value.map((inner) => withMoment(inner, moment));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withMoment(inner, moment)]));
}

/** Strict servers refuse variables that a query does not declare. */
function declaredIn(query: string, variables: Variables): Variables {
  const names = new Set(variablesOf(query));
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.has(name)));
}
