import { defends } from '../../config/defences.ts';
import type { Page } from '../connector.ts';
import { wholeAddress } from '../http/address.ts';
import { type ListAnswer, type Parameters, type RestList, readList } from './api.ts';
import type { RestPaging } from './settings.ts';
import { nextOfLinkHeader, readText } from './wire.ts';

type Linked = Extract<RestPaging, { type: 'cursor' | 'link' | 'none' }>;

/** Reads a list whose answers name the next page, by a cursor or by its address. */
export async function* linkedPages(
  list: RestList,
  paging: Linked,
  resume: string | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const seen = new Set<string>();
  let next = resume;
  do {
    const answer = await readLinked(list, paging, next, signal);
    next = nextOf(list, paging, answer);
    if (next !== null && seen.has(next) && defends('loop detection')) {
      throw list.api.protocolError(`${list.stream}: expected a new next page, got ${next} twice`, list.stream);
    }
    if (next !== null) seen.add(next);
    const evidence = next === null ? { evidence: { total: null, doubt: null } } : {};
    yield { records: answer.records, next, ...evidence };
  } while (next !== null);
}

function readLinked(list: RestList, paging: Linked, next: string | null, signal: AbortSignal): Promise<ListAnswer> {
  if (paging.type === 'none') return readList(list, list.query, signal);
  const size: Parameters = paging.sizeParam === undefined ? [] : [[paging.sizeParam, String(list.pageSize)]];
  if (next === null) return readList(list, [...list.query, ...size], signal);
  if (paging.type === 'link') return readList(list, { link: next }, signal);
  return readList(list, [...list.query, ...size, [paging.cursorParam, next]], signal);
}

function nextOf(list: RestList, paging: Linked, { answer }: ListAnswer): string | null {
  const { api, stream } = list;
  if (paging.type === 'none') return null;
  if (paging.type === 'cursor') return api.read(answer, stream, (body) => readText(body, paging.nextPath));
  const { nextPath } = paging;
  const link = nextPath
    ? api.read(answer, stream, (body) => readText(body, nextPath))
    : nextOfLinkHeader(answer.headers.link);
  return link === null ? null : api.read(answer, stream, () => wholeAddress(answer.url, link));
}
