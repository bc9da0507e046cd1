import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import type { Page, SourceRecord } from '../connector.ts';
import { readResume } from '../read-resume.ts';
import { type GraphqlList, type ListPage, readListPage } from './read-list.ts';
import type { GraphqlPaging } from './settings.ts';

/** How far a pass has come, and how the pages before ended. */
const placeText = z.strictObject({
  end: z.int().min(0),
  tails: z.array(z.strictObject({ end: z.int().min(0), key: z.string() })),
  total: z.int().min(0).nullable(),
});
type Place = z.infer<typeof placeText>;

const MAX_TAILS = 20;
const MAX_STEPS_BACK = 20;

/**
 * Reads a list by offsets, and to its end: until nothing comes after the last record, or as many came as the server
 * says there are. Each page begins with the last record of the page before; where that is not there, records moved
 * meanwhile and the pass steps back a page. Records then come twice, and none is skipped.
 */
export async function* offsetPages(
  list: GraphqlList,
  paging: Extract<GraphqlPaging, { type: 'offset' }>,
  resume: string | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const { name } = list;
  // A page of one record has no room for the last record of the page before.
  const overlap = list.pageSize > 1 ? 1 : 0;
  let place: Place = resume === null ? nowhere : readResume(placeText, resume, { stream: name });
  let stepsLeft = MAX_STEPS_BACK;
  for (;;) {
    const tail = overlap === 0 ? undefined : place.tails.at(-1);
    const from = tail ? place.end - overlap : place.end;
    const asked = { [paging.variable]: from, [paging.sizeVariable]: list.pageSize };
    const page = await readListPage(list, asked, signal);
    const isMoved = tail !== undefined && page.records[0]?.key !== tail.key;
    if (isMoved && defends('moved pages')) {
      stepsLeft -= 1;
      if (stepsLeft < 0) throw neverInPlace(list, paging.variable);
      const tails = place.tails.slice(0, -1);
      place = { ...place, end: tails.at(-1)?.end ?? 0, tails };
      continue;
    }
    const records = tail ? page.records.slice(overlap) : page.records;
    const end = place.end + records.length;
    const total = place.total === null ? page.total : Math.min(place.total, page.total ?? place.total);
    place = { end, total, tails: [...place.tails, ...tailOf(records, end)].slice(-MAX_TAILS) };
    if (records.length === 0 || page.hasNext === false || (total !== null && end >= total)) {
      yield { records, next: null, evidence: { total: totalOf(list, page, place), came: end, doubt: null } };
      return;
    }
    yield { records, next: JSON.stringify(place) };
  }
}

const nowhere: Place = { end: 0, tails: [], total: null };

function tailOf(records: readonly SourceRecord[], end: number): Place['tails'] {
  const last = records.at(-1);
  return last ? [{ end, key: last.key }] : [];
}

/** Of what changed, some servers tell how many there are without the filter: nothing came after the last record. */
function totalOf({ isWindow }: GraphqlList, { records }: ListPage, { total, end }: Place): number | null {
  const isOther = isWindow && total !== null && end < total && records.length <= 1;
  return isOther ? null : total;
}

function neverInPlace({ api, name }: GraphqlList, variable: string) {
  return api.protocolError(
    `${name}: expected each page to begin with the last record of the page before, got another one ${MAX_STEPS_BACK} times; ` +
      `does the query hand $${variable} to the list, and is the list in a fixed order, by stamp and key?`,
    name,
  );
}
