import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import type { Page } from '../connector.ts';
import { readResume } from '../read-resume.ts';
import { type RestList, readList } from './api.ts';
import { tailKey, tooLively } from './numbered-pages.ts';
import type { RestPaging } from './settings.ts';
import { readText } from './wire.ts';

type Offset = Extract<RestPaging, { type: 'offset' }>;

/** How far a pass has come, with how the pages before ended. */
const placeText = z.strictObject({
  end: z.int().min(0),
  tails: z.array(z.strictObject({ end: z.int(), tail: z.string() })),
});
type Place = z.infer<typeof placeText>;

const MAX_TAILS = 8;
const MAX_STEPS_BACK = 50;

/**
 * Reads a list by offsets. Each page begins with the last record of the page before; when that is not there, records
 * moved up meanwhile and the pass steps back a page. Records then come twice, and none is skipped.
 */
export async function* offsetPages(
  list: RestList,
  paging: Offset,
  resume: string | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  let place: Place = resume === null ? { end: 0, tails: [] } : readResume(placeText, resume, list);
  let stepsLeft = MAX_STEPS_BACK;
  for (;;) {
    const tail = place.tails.at(-1);
    const from = tail ? place.end - 1 : place.end;
    const { records, total } = await readFrom(list, paging, from, list.pageSize + (tail ? 1 : 0), signal);
    const isMoved = tail && (!records[0] || tailKey(records[0]) !== tail.tail);
    if (isMoved && defends('moved pages')) {
      stepsLeft -= 1;
      if (stepsLeft < 0) throw tooLively(list);
      const tails = place.tails.slice(0, -1);
      place = { end: tails.at(-1)?.end ?? 0, tails };
      continue;
    }
    const fresh = tail ? records.slice(1) : records;
    const end = place.end + fresh.length;
    const last = fresh.at(-1);
    const isLast = last === undefined || (total !== null && end >= total);
    place = { end, tails: last ? [...place.tails, { end, tail: tailKey(last) }].slice(-MAX_TAILS) : place.tails };
    if (isLast) {
      yield { records: fresh, next: null, evidence: { total: null, doubt: null } };
      return;
    }
    yield { records: fresh, next: JSON.stringify(place) };
  }
}

async function readFrom(list: RestList, paging: Offset, from: number, size: number, signal: AbortSignal) {
  const { offsetParam, sizeParam, totalPath } = paging;
  const query = [...list.query, [sizeParam, String(size)], [offsetParam, String(from)]] as const;
  const { records, answer } = await readList(list, query, signal);
  const total =
    totalPath === undefined ? null : list.api.read(answer, list.stream, (body) => readText(body, totalPath));
  return { records, total: total === null ? null : Number(total) };
}
