import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import type { Page } from '../connector.ts';
import { readResume } from '../read-resume.ts';
import { doubtOfStatus, evidenceOf, further, isWhole, noProgress, progressText, without } from './list-end.ts';
import { type RestList, type RestPage, readPage, tailKey } from './read-page.ts';
import { endByRepeatedPage, standsStill, tooLively } from './repeated-page.ts';
import type { RestPaging } from './settings.ts';

type Offset = Extract<RestPaging, { type: 'offset' }>;

/** How far a pass has come, with how the pages before ended. */
const placeText = z.strictObject({
  end: z.int().min(0),
  /** Most records of a page. */
  size: z.int().min(0),
  /** Pages do not overlap: the source does not count from any place in the list. */
  isAligned: z.boolean(),
  tails: z.array(z.strictObject({ from: z.int(), count: z.int().min(1), tail: z.string() })),
  progress: progressText,
});
type Place = z.infer<typeof placeText>;

const MAX_TAILS = 8;
const MAX_STEPS_BACK = 50;

/**
 * Reads a list by offsets. Each page begins with the last record of the page before; when that is not there, records
 * moved up meanwhile and the pass steps back a page. Records then come twice, and none is skipped. A source that
 * cannot begin a page there, and pages of one record, are read page after page, each followed by another look at
 * the one before. No request is for more than a page.
 */
export async function* offsetPages(
  list: RestList,
  paging: Offset,
  resume: string | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  let place: Place = resume === null ? start(list) : readResume(placeText, resume, list);
  let stepsLeft = MAX_STEPS_BACK;
  const read = (from: number) => readFrom(list, paging, place, from, signal);
  for (;;) {
    const { end, size, isAligned, tails, progress: until } = place;
    const tail = tails.at(-1);
    const from = tail && !isAligned ? end - 1 : end;
    const page = await read(from);
    const [head] = page.records;
    let fresh = page.records;
    if (tail && head && !isAligned && tailKey(head) === tail.tail) fresh = page.records.slice(1);
    else if (tail) {
      // Here the page does not begin where the one before ended. Has the list moved, or is this how the source pages?
      const before = await read(tail.from);
      const last = before.records.at(-1);
      if ((!last || tailKey(last) !== tail.tail) && defends('moved pages')) {
        stepsLeft -= 1;
        if (stepsLeft < 0) throw tooLively(list);
        place = { ...place, end: end - tail.count, tails: tails.slice(0, -1), progress: without(until, tail.count) };
        continue;
      }
      if (!isAligned && page.form === 'list' && defends('moved pages')) {
        place = { ...place, isAligned: true };
        continue;
      }
      const known = new Set(before.records.map(tailKey));
      fresh = page.records.filter((record) => !known.has(tailKey(record)));
      if (fresh.length === 0 && page.records.length > 0) {
        // A source that counts in whole pages answers with the last one until the next whole page.
        const endsBeforeEmpty = page.records.length < size;
        const after = () => read(tail.from + size);
        const repeated = { page, pages: until.pages, size, progress: until, after, endsBeforeEmpty };
        const stopped = await endByRepeatedPage(paging, repeated);
        if (stopped !== null) {
          const nothing = { ...page, records: [] };
          const progress = further(until, nothing);
          yield { records: [], next: null, evidence: evidenceOf(list, paging, nothing, progress, stopped.doubt) };
          return;
        }
        if (defends('loop detection')) throw standsStill(list, paging.offsetParam);
        fresh = page.records;
      }
    }
    const progress = further(until, page, fresh.length);
    const last = fresh.at(-1);
    if (last === undefined || isLast(page, progress)) {
      const ended = { ...page, records: fresh };
      yield {
        records: fresh,
        next: null,
        evidence: evidenceOf(list, paging, ended, progress, doubtOfStatus(page, paging, until.pages)),
      };
      return;
    }
    const next = { from, count: fresh.length, tail: tailKey(last) };
    place = {
      end: end + fresh.length,
      size: Math.max(size, page.records.length),
      isAligned,
      tails: [...tails, next].slice(-MAX_TAILS),
      progress,
    };
    yield { records: fresh, next: JSON.stringify(place) };
  }
}

function start({ pageSize }: RestList): Place {
  return { end: 0, size: 0, isAligned: pageSize === 1, tails: [], progress: noProgress };
}

/** Whether the source says that this is the last page. One that says that more follows is not, whatever the totals are. */
function isLast(page: RestPage, progress: Place['progress']): boolean {
  if (page.more !== null) return !page.more;
  const { pages } = page.total;
  return (
    page.signs.next === null && ((pages !== null && pages > 0 && progress.pages >= pages) || isWhole(page, progress))
  );
}

function readFrom(
  list: RestList,
  paging: Offset,
  { tails, size }: Place,
  from: number,
  signal: AbortSignal,
): Promise<RestPage> {
  const { offsetParam, sizeParam } = paging;
  const by = [...list.query, [sizeParam, String(list.pageSize)], [offsetParam, String(from)]] as const;
  const isShort = (tails.at(-1)?.count ?? 0) < Math.max(size, tails.length > 1 ? 0 : list.pageSize) - 1;
  const request = from === 0 ? { by } : ({ by, after: isShort ? 'short page' : 'full page' } as const);
  return readPage(list, paging, request, signal);
}
