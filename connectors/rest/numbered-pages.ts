import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import type { Page, SourceRecord } from '../connector.ts';
import { readResume } from '../read-resume.ts';
import { type Parameters, type RestList, readList } from './api.ts';
import type { RestPaging } from './settings.ts';
import { readText } from './wire.ts';

type Numbered = Extract<RestPaging, { type: 'page' }>;

/** Where a pass stands: the page to read, how many records a full page has, and how the pages before ended. */
const placeText = z.strictObject({ page: z.int().min(0), size: z.int().min(0), tails: z.array(z.string()) });
type Place = z.infer<typeof placeText>;

const MAX_TAILS = 8;
const MAX_STEPS_BACK = 50;
/** A page may well come a second time, when as many records as it holds were put before it. */
const MAX_REPEATS = 2;

/**
 * Reads a list by page numbers. When a record before the current page goes (deleted, or changed and sorted to the
 * end), all later ones move up, and one slips from the next page onto the one already read. So after each page the
 * last record of the page before is looked up again: if it is no longer the last, the pass steps back a page.
 * Records then come twice, and none is skipped.
 */
export async function* numberedPages(
  list: RestList,
  paging: Numbered,
  resume: string | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  let place: Place = resume === null ? { page: 0, size: 0, tails: [] } : readResume(placeText, resume, list);
  let stepsLeft = MAX_STEPS_BACK;
  let isProbed = paging.sizeParam !== undefined;
  let before = '';
  let repeats = 0;
  for (;;) {
    const { records, pages } = await readNumbered(list, paging, place.page, list.pageSize, signal);
    const known = JSON.stringify(records.map(tailKey));
    repeats = records.length > 0 && known === before ? repeats + 1 : 0;
    if (repeats >= MAX_REPEATS && defends('loop detection')) throw standsStill(list, paging);
    before = known;
    const tail = place.tails.at(-1);
    if (tail !== undefined) {
      const seen = await tailOf(list, paging, place, isProbed, tail, signal);
      if (seen === 'moved' && defends('moved pages')) {
        stepsLeft -= 1;
        if (stepsLeft < 0) throw tooLively(list);
        place = { ...place, page: place.page - 1, tails: place.tails.slice(0, -1) };
        continue;
      }
      // A source that answers one-record pages in its own way is asked for whole pages from now on.
      if (seen === 'found by whole page') isProbed = false;
    }
    const last = records.at(-1);
    const isLast = last === undefined || (pages !== null && place.page + 1 >= pages);
    if (last) {
      const tails = [...place.tails, tailKey(last)].slice(-MAX_TAILS);
      place = { page: place.page + 1, size: Math.max(place.size, records.length), tails };
    }
    if (isLast) {
      yield { records, next: null, evidence: { total: null, doubt: null } };
      return;
    }
    yield { records, next: JSON.stringify(place) };
  }
}

async function tailOf(
  list: RestList,
  paging: Numbered,
  place: Place,
  isProbed: boolean,
  tail: string,
  signal: AbortSignal,
) {
  if (isProbed) {
    const probe = await readNumbered(list, paging, place.page * place.size - 1, 1, signal);
    if (tailOfPage(probe.records) === tail) return 'found' as const;
  }
  const before = await readNumbered(list, paging, place.page - 1, list.pageSize, signal);
  return tailOfPage(before.records) === tail ? ('found by whole page' as const) : ('moved' as const);
}

async function readNumbered(list: RestList, paging: Numbered, page: number, size: number, signal: AbortSignal) {
  const { pageParam, sizeParam, first, totalPath } = paging;
  const sized: Parameters = sizeParam === undefined ? [] : [[sizeParam, String(size)]];
  const { records, answer } = await readList(
    list,
    [...list.query, ...sized, [pageParam, String(first + page)]],
    signal,
  );
  const pages =
    totalPath === undefined ? null : list.api.read(answer, list.stream, (body) => readText(body, totalPath));
  return { records, pages: pages === null ? null : Number(pages) };
}

function tailOfPage(records: SourceRecord[]): string | undefined {
  const last = records.at(-1);
  return last && tailKey(last);
}

/** With its version: a record that changed may have come to the same place again by accident. */
export function tailKey({ key, version }: SourceRecord): string {
  return `${version ?? ''} ${key}`;
}

function standsStill({ api, stream }: RestList, { pageParam }: Numbered) {
  return api.protocolError(
    `${stream}: expected the next page, got the same one again; is \`${pageParam}\` what the source calls the page number?`,
    stream,
  );
}

export function tooLively({ api, stream }: RestList) {
  return api.protocolError(
    `${stream}: expected pages that stay the same while they are read, got other ones again and again; give the list a ` +
      'fixed order by `params` (such as sort: modified,id)',
    stream,
  );
}
