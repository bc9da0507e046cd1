import pLimit from 'p-limit';
import { HubError } from '../../config/errors.ts';
import type { Connector, CreateConnector, Page, PullRequest, SourceRecord } from '../connector.ts';
import { recordOfItem, recordsAskedFor, withKeylessDoubt } from '../damaged-record.ts';
import { anyStream } from '../http/any-stream.ts';
import { checkStreams } from '../http/check-streams.ts';
import { discoverLists } from '../http/discover-lists.ts';
import { compileSourceRecord } from '../mapping/source-record.ts';
import { compileStampText } from '../mapping/stamp-text.ts';
import { streamOf } from '../stream-of.ts';
import { createRestApi, type Parameters, type RestList } from './api.ts';
import { linkedPages } from './linked-pages.ts';
import { numberedPages } from './numbered-pages.ts';
import { offsetPages } from './offset-pages.ts';
import type { RestPaging, RestSettings, RestStream } from './settings.ts';
import { readItem } from './wire.ts';

/** How many single records are asked for at once. */
const PARALLEL_READS = 4;

/** Reads lists of a JSON API. */
export const createRestConnector: CreateConnector<RestSettings> = ({ system, settings, notices }) => {
  const api = createRestApi(system, settings, notices);

  function listOf(name: string, stream: RestStream, extra: Parameters): RestList {
    const fixed = Object.entries(stream.params).map(([param, value]) => [param, String(value)] as const);
    return {
      api,
      stream: name,
      path: stream.resource,
      query: [...fixed, ...extra],
      itemsPath: stream.itemsPath ?? settings.itemsPath,
      pageSize: stream.pageSize ?? settings.pageSize,
      recordOf: compileSourceRecord(stream),
    };
  }

  function pull(name: string, { since, resume }: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
    const stream = streamOf(system, settings.streams, name);
    const list = listOf(name, stream, since === null ? [] : sinceParameters(stream, since));
    return withKeylessDoubt(pagesOf(list, stream.paging ?? settings.paging, resume, signal));
  }

  async function readAll(name: string, extra: Parameters, signal: AbortSignal): Promise<SourceRecord[]> {
    const stream = streamOf(system, settings.streams, name);
    const records: SourceRecord[] = [];
    for await (const page of pagesOf(listOf(name, stream, extra), stream.paging ?? settings.paging, null, signal)) {
      records.push(...page.records);
    }
    return records;
  }

  async function readSingle(
    name: string,
    key: string,
    { path, itemPath }: { path: string; itemPath: string },
    signal: AbortSignal,
  ): Promise<SourceRecord[]> {
    const stream = streamOf(system, settings.streams, name);
    const address = path.replaceAll('{key}', encodeURIComponent(key));
    const records = { lists: [], record: itemPath };
    try {
      const answer = await api.get({ stream: name, asked: { path: address, query: [] }, records }, signal);
      const item = api.read(answer, name, (body) => readItem(answer.list(), body, itemPath));
      return item ? [recordOfItem(item, compileSourceRecord(stream), key)] : [];
    } catch (error) {
      if (error instanceof HubError && missing.has(error.code)) return [];
      throw error;
    }
  }

  async function readSome(name: string, signal: AbortSignal): Promise<SourceRecord[]> {
    for await (const { records } of pull(name, { since: null, resume: null }, signal)) return records;
    return [];
  }

  function now(signal: AbortSignal): Promise<string | null> {
    return anyStream(Object.keys(settings.streams), async (name) => {
      const stream = streamOf(system, settings.streams, name);
      const paging = stream.paging ?? settings.paging;
      const size: Parameters = 'sizeParam' in paging && paging.sizeParam ? [[paging.sizeParam, '1']] : [];
      const { path, query, itemsPath } = listOf(name, stream, size);
      const records = { lists: [itemsPath] };
      return (await api.get({ stream: name, asked: { path, query }, records }, signal)).date;
    });
  }

  return {
    pull,
    now,
    check: (signal) =>
      checkStreams(
        {
          streams: settings.streams,
          now,
          readSome,
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
      const { byKey } = streamOf(system, settings.streams, name);
      if (keys.length === 0) return [];
      if (byKey === undefined) {
        const wanted = new Set(keys);
        return (await readAll(name, [], signal)).filter(({ key }) => wanted.has(key));
      }
      if ('path' in byKey) {
        const limit = pLimit(PARALLEL_READS);
        const reads = keys.map((key) => limit(() => readSingle(name, key, byKey, signal)));
        return (await Promise.all(reads)).flat();
      }
      const records: SourceRecord[] = [];
      for (const chunk of chunksOf(keys)) {
        const found = await readAll(name, [[byKey.param, chunk.join(byKey.separator)]], signal);
        records.push(...recordsAskedFor(found, chunk));
      }
      return records;
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

const missing = new Set(['SOURCE_NOT_FOUND', 'SOURCE_CURSOR_EXPIRED']);

function sinceParameters({ since, cursor }: RestStream, version: string): Parameters {
  if (!since || !cursor) return [];
  const text = compileStampText({
    type: cursor.type,
    format: since.format ?? cursor.format,
    zone: since.zone ?? cursor.zone,
  });
  return [[since.param, text(version)]];
}

function pagesOf(list: RestList, paging: RestPaging, resume: string | null, signal: AbortSignal): AsyncGenerator<Page> {
  switch (paging.type) {
    case 'page':
      return numberedPages(list, paging, resume, signal);
    case 'offset':
      return offsetPages(list, paging, resume, signal);
    default:
      return linkedPages(list, paging, resume, signal);
  }
}

/** Addresses over two thousand characters are cut or refused on the way. */
const MAX_KEYS_LENGTH = 1_200;

function* chunksOf(keys: readonly string[]): Generator<string[]> {
  let chunk: string[] = [];
  let length = 0;
  for (const key of keys) {
    const size = encodeURIComponent(key).length + 3;
    if (chunk.length > 0 && length + size > MAX_KEYS_LENGTH) {
      yield chunk;
      chunk = [];
      length = 0;
    }
    chunk.push(key);
    length += size;
  }
  if (chunk.length > 0) yield chunk;
}
