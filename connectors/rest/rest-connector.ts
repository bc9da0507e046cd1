import pLimit from 'p-limit';
import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { Connector, CreateConnector, Page, PullRequest, SourceRecord } from '../connector.ts';
import { recordOfItem, recordsAskedFor, withKeylessDoubt } from '../damaged-record.ts';
import { anyStream } from '../http/any-stream.ts';
import { checkStreams } from '../http/check-streams.ts';
import { discoverLists } from '../http/discover-lists.ts';
import { compileSourceRecord } from '../mapping/source-record.ts';
import { compileStampText } from '../mapping/stamp-text.ts';
import { streamOf } from '../stream-of.ts';
import { createRestApi, type Parameters } from './api.ts';
import { linkedPages } from './linked-pages.ts';
import { numberedPages } from './numbered-pages.ts';
import { offsetPages } from './offset-pages.ts';
import { readInTurn } from './read-in-turn.ts';
import type { Paging, RestList } from './read-page.ts';
import type { RestSettings, RestStream } from './settings.ts';
import { singleAnswer } from './single-answer.ts';
import { compileWholeRecords } from './whole-records.ts';
import { readItem } from './wire.ts';

const everything: PullRequest = { since: null, resume: null };

/** How many single records are asked for at once. */
const PARALLEL_READS = 4;

/** Reads lists of a JSON API. */
export const createRestConnector: CreateConnector<RestSettings> = ({ system, settings, notices }) => {
  const api = createRestApi(system, settings, notices);

  const pagingOf = (stream: RestStream): Paging => stream.paging ?? settings.paging ?? null;

  function listOf(name: string, stream: RestStream, window: RestList['window'], extra: Parameters): RestList {
    const pageSize = stream.pageSize ?? settings.pageSize;
    const replaced = new Set(extra.map(([param]) => param));
    const own = Object.entries(stream.params).filter(([param]) => window !== 'changes' || !replaced.has(param));
    const fixed = own.map(([param, value]) => [param, String(value)] as const);
    return {
      api,
      stream: name,
      path: stream.resource,
      query: [...fixed, ...extra],
      itemsPath: stream.itemsPath ?? settings.itemsPath,
      pageSize,
      window,
      sizes: [pageSize, ...sizesIn(stream.params)],
      recordOf: compileSourceRecord(stream),
    };
  }

  async function* pull(name: string, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
    const whole = wholeRecordsOf(name);
    for await (const page of listPages(name, request, signal)) {
      yield { ...page, records: await whole(page.records, signal) };
    }
  }

  const wholeRecordsOf = (name: string) =>
    compileWholeRecords({ api, name, stream: streamOf(system, settings.streams, name) });

  /** The pages of a list, their records as they are in it. */
  function listPages(name: string, { since, resume }: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
    const stream = streamOf(system, settings.streams, name);
    const questions = since === null ? [] : sinceQuestions(stream, since);
    const lists = questions.map((question) => listOf(name, stream, 'changes', question));
    const windows = lists.length === 0 ? [listOf(name, stream, 'all', [])] : lists;
    const read = (list: RestList, from: string | null) => pagesOf(list, pagingOf(stream), from, signal);
    return withKeylessDoubt(readInTurn(windows, read, resume));
  }

  async function readAll(name: string, signal: AbortSignal): Promise<SourceRecord[]> {
    const records: SourceRecord[] = [];
    for await (const page of listPages(name, everything, signal)) records.push(...page.records);
    return records;
  }

  /** The records with some keys, of which there are no more than a page holds: even a source that cuts its lists shows all. */
  async function readChunk(
    name: string,
    by: Parameters,
    keys: readonly string[],
    signal: AbortSignal,
  ): Promise<SourceRecord[]> {
    const stream = streamOf(system, settings.streams, name);
    const records: SourceRecord[] = [];
    const missed = new Set(keys);
    for await (const page of pagesOf(listOf(name, stream, 'keys', by), pagingOf(stream), null, signal)) {
      records.push(...page.records);
      for (const { key } of page.records) missed.delete(key);
      if (missed.size === 0) break;
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
      if (answer.status === 204) return [];
      const item = api.read(answer, name, (body) => readItem(answer.list(), body, itemPath));
      return item ? [recordOfItem(item, compileSourceRecord(stream), key)] : [];
    } catch (error) {
      if (error instanceof HubError && missing.has(error.code)) return [];
      throw error;
    }
  }

  async function readKeys(name: string, keys: readonly string[], signal: AbortSignal): Promise<SourceRecord[]> {
    const stream = streamOf(system, settings.streams, name);
    const { byKey } = stream;
    if (byKey === undefined) {
      const wanted = new Set(keys);
      return (await readAll(name, signal)).filter(({ key }) => wanted.has(key));
    }
    if ('path' in byKey) {
      const limit = pLimit(PARALLEL_READS);
      const reads = keys.map((key) => limit(() => readSingle(name, key, byKey, signal)));
      return (await Promise.all(reads)).flat();
    }
    const records: SourceRecord[] = [];
    const atOnce = Math.min(stream.pageSize ?? settings.pageSize, ...sizesIn(stream.params));
    for (const chunk of chunksOf(keys, atOnce)) {
      const by: Parameters = [[byKey.param, chunk.join(byKey.separator)]];
      const found = await readChunk(name, by, chunk, signal);
      records.push(...recordsAskedFor(found, chunk));
    }
    return records;
  }

  async function readSome(name: string, signal: AbortSignal): Promise<SourceRecord[]> {
    for await (const { records } of listPages(name, everything, signal)) return records;
    return [];
  }

  function now(signal: AbortSignal): Promise<string | null> {
    return anyStream(Object.keys(settings.streams), async (name) => {
      const stream = streamOf(system, settings.streams, name);
      const { path, query, pageSize, itemsPath } = listOf(name, stream, 'all', []);
      const paging = pagingOf(stream);
      // Never another size than the settings have: some sources refuse it.
      const size: Parameters =
        paging && 'sizeParam' in paging && paging.sizeParam ? [[paging.sizeParam, String(pageSize)]] : [];
      const records = { lists: [itemsPath] };
      return (await api.get({ stream: name, asked: { path, query: [...query, ...size] }, records }, signal)).date;
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
          changesSince: (name, since) => listPages(name, { since, resume: null }, signal),
          asksForChanges: (name) => streamOf(system, settings.streams, name).since !== undefined,
        },
        signal,
      ),
    discover: (signal) => discoverLists(settings.streams, (name) => listPages(name, everything, signal)),
    asksByKey: (name) => streamOf(system, settings.streams, name).byKey !== undefined,
    async readByKeys(name, keys, signal) {
      if (keys.length === 0) return [];
      return wholeRecordsOf(name)(await readKeys(name, keys, signal), signal);
    },
    async *scanKeys(name, signal) {
      for await (const { records, evidence } of listPages(name, everything, signal)) {
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

/** The parameters of each question for what changed; none where the whole list is read. */
function sinceQuestions({ since, cursor }: RestStream, version: string): Parameters[] {
  if (!since || !cursor) return [];
  const questions = [since].flat();
  const asked = defends('every stamp') ? questions : questions.slice(0, 1);
  return asked.map(({ param, params, format = cursor.format, zone = cursor.zone }) => {
    const moment = compileStampText({ type: cursor.type, format, zone })(version);
    if (param !== undefined) return [[param, moment]];
    return Object.entries(params ?? {}).map(([name, text]) => [name, text.replaceAll('{since}', moment)]);
  });
}

function pagesOf(list: RestList, paging: Paging, resume: string | null, signal: AbortSignal): AsyncGenerator<Page> {
  if (paging === null || paging.type === 'none') return singleAnswer(list, paging, signal);
  switch (paging.type) {
    case 'page':
      return numberedPages(list, paging, resume, signal);
    case 'offset':
      return offsetPages(list, paging, resume, signal);
    default:
      return linkedPages(list, paging, resume, signal);
  }
}

/** What APIs call the size of a page. */
const sizeNames =
  /^(_?limit|_?per_?page|page_?size|size|_?count|\$?top|max|max_?results?|max_?records|rows|first|num|take|items_?per_?page|results_?per_?page|limit_page_length)$/i;

/** Sizes of a page that are asked for by fixed parameters, also as in `page[size]`. */
function sizesIn(params: RestStream['params']): number[] {
  return Object.entries(params).flatMap(([name, value]) => {
    const inner = /\[([^\]]+)\]$/.exec(name)?.[1] ?? name;
    const size = Number(value);
    return sizeNames.test(inner.replaceAll('-', '_')) && Number.isInteger(size) && size > 0 ? [size] : [];
  });
}

/** Addresses over two thousand characters are cut or refused on the way. */
const MAX_KEYS_LENGTH = 1_200;

function* chunksOf(keys: readonly string[], atOnce: number): Generator<string[]> {
  let chunk: string[] = [];
  let length = 0;
  for (const key of keys) {
    const size = encodeURIComponent(key).length + 3;
    if (chunk.length > 0 && (length + size > MAX_KEYS_LENGTH || chunk.length >= atOnce)) {
      yield chunk;
      chunk = [];
      length = 0;
    }
    chunk.push(key);
    length += size;
  }
  if (chunk.length > 0) yield chunk;
}
