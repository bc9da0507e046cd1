import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import type { Page } from '../connector.ts';
import { readResume } from '../read-resume.ts';
import type { Parameters } from './api.ts';
import {
  doubtOfStatus,
  evidenceOf,
  further,
  isWhole,
  noProgress,
  type Progress,
  progressText,
  without,
} from './list-end.ts';
import { printOf, type RestList, type RestPage, readPage, tailKey } from './read-page.ts';
import { endByRepeatedPage, standsStill, tooLively } from './repeated-page.ts';
import type { RestPaging } from './settings.ts';

type Numbered = Extract<RestPaging, { type: 'page' }>;

/** Where a pass stands: the page to read, how many records a full page has, and how the pages before ended. */
const placeText = z.strictObject({
  page: z.int().min(0),
  size: z.int().min(0),
  tails: z.array(z.strictObject({ tail: z.string(), count: z.int().min(1) })),
  progress: progressText,
});
type Place = z.infer<typeof placeText>;

const MAX_TAILS = 8;
const MAX_STEPS_BACK = 50;

/**
 * Reads a list by page numbers. When a record before the current page goes (deleted, or changed and sorted to the
 * end), all later ones move up, and one slips from the next page onto the one already read. So after each page the
 * one before is read once more: if its last record is another one, the pass steps back a page. Records then come twice,
 * and none is skipped.
 */
export async function* numberedPages(
  list: RestList,
  paging: Numbered,
  resume: string | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  let place: Place =
    resume === null ? { page: 0, size: 0, tails: [], progress: noProgress } : readResume(placeText, resume, list);
  let stepsLeft = MAX_STEPS_BACK;
  let wentOn = false;
  for (;;) {
    const { tails, size, page: index } = place;
    const page = await readNumbered(list, paging, place, index, signal);
    const tail = tails.at(-1);
    if (tail !== undefined) {
      const before = await readNumbered(list, paging, place, index - 1, signal);
      if (tailOf(before) !== tail.tail && defends('moved pages')) {
        stepsLeft -= 1;
        if (stepsLeft < 0) throw tooLively(list);
        place = { ...place, page: index - 1, tails: tails.slice(0, -1), progress: without(place.progress, tail.count) };
        continue;
      }
      if (page.records.length > 0 && printOf(page.records) === printOf(before.records)) {
        const after = () => readNumbered(list, paging, place, index + 1, signal);
        const repeated = { page, pages: index, size, progress: place.progress, after, endsBeforeEmpty: false };
        const end = wentOn ? null : await endByRepeatedPage(paging, repeated);
        if (end !== null) {
          const nothing = { ...page, records: [] };
          const progress = further(place.progress, nothing);
          yield { records: [], next: null, evidence: evidenceOf(list, paging, nothing, progress, end.doubt) };
          return;
        }
        if (defends('loop detection')) throw standsStill(list, paging.pageParam);
        wentOn = true;
      }
    }
    const { records } = page;
    const progress = further(place.progress, page);
    const last = records.at(-1);
    if (last === undefined || isLast(page, index, progress)) {
      yield {
        records,
        next: null,
        evidence: evidenceOf(list, paging, page, progress, doubtOfStatus(page, paging, index)),
      };
      return;
    }
    place = {
      page: index + 1,
      size: Math.max(size, records.length),
      tails: [...tails, { tail: tailKey(last), count: records.length }].slice(-MAX_TAILS),
      progress,
    };
    yield { records, next: JSON.stringify(place) };
  }
}

/** Whether the source says that this is the last page. One that says that more follows is not, whatever the totals are. */
function isLast(page: RestPage, index: number, progress: Progress): boolean {
  if (page.more !== null) return !page.more;
  const { pages } = page.total;
  return page.signs.next === null && ((pages !== null && pages > 0 && index + 1 >= pages) || isWhole(page, progress));
}

function readNumbered(
  list: RestList,
  { pageParam, sizeParam, first, ...paging }: Numbered,
  { tails, size }: Place,
  page: number,
  signal: AbortSignal,
): Promise<RestPage> {
  const sized: Parameters = sizeParam === undefined ? [] : [[sizeParam, String(list.pageSize)]];
  const by = [...list.query, ...sized, [pageParam, String(first + page)]] as const;
  const full = Math.max(size, sizeParam === undefined ? 0 : list.pageSize);
  const after = (tails.at(-1)?.count ?? 0) < (page === 1 ? full : size) ? 'short page' : 'full page';
  const request = page === 0 ? { by } : ({ by, after } as const);
  return readPage(list, { pageParam, sizeParam, first, ...paging }, request, signal);
}

function tailOf({ records }: RestPage): string | undefined {
  const last = records.at(-1);
  return last && tailKey(last);
}
