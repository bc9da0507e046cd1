import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import type { Page } from '../connector.ts';
import { wholeAddress } from '../http/address.ts';
import { textOf } from '../mapping/mismatch.ts';
import { compileRecordPath } from '../mapping/path.ts';
import { readResume } from '../read-resume.ts';
import type { Parameters } from './api.ts';
import { evidenceOf, further, looksCut, noProgress, type Progress, progressText } from './list-end.ts';
import { printOf, type RestList, type RestPage, readPage } from './read-page.ts';
import type { RestPaging } from './settings.ts';
import { nextOfLinkHeader, readText, valueAt } from './wire.ts';

type Linked = Extract<RestPaging, { type: 'cursor' | 'link' }>;

/** Where a pass stands: the cursor or address of the page to read, and how many empty pages came just before it. */
const placeText = z.strictObject({ next: z.string(), empty: z.int().min(0), progress: progressText });

/** A source that filters its pages after it has cut them may give some that are empty, but not for ever. */
const MAX_EMPTY = 50;
const MAX_REPEATS = 2;

/** Reads a list whose answers name the next page, by a cursor or by its address. */
export async function* linkedPages(
  list: RestList,
  paging: Linked,
  resume: string | null,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const start = resume === null ? null : readResume(placeText, resume, list);
  let asked = start?.next ?? null;
  let empty = start?.empty ?? 0;
  let progress: Progress = start?.progress ?? noProgress;
  const seen = new Set(asked === null ? [] : [asked]);
  let before = '';
  let repeats = 0;
  for (;;) {
    const page = await readLinked(list, paging, asked, signal);
    const { records } = page;
    progress = further(progress, page);
    const named = nextOf(list, paging, page);
    // What the source calls the next page although nothing follows: a place to ask again at some later time.
    const stands = named !== null && named === asked && records.length === 0 && defends('ends of lists');
    const next = page.more === false || stands ? null : named;
    if (next === null) {
      const doubt = stands ? standingCursor : doubtOfFirst(list, paging, page, progress, asked);
      yield { records, next: null, evidence: evidenceOf(list, paging, page, progress, doubt) };
      return;
    }
    if (seen.has(next) && defends('loop detection')) {
      throw list.api.protocolError(`${list.stream}: expected a new next page, got ${next} twice`, list.stream);
    }
    seen.add(next);
    const print = printOf(records);
    repeats = records.length > 0 && print === before ? repeats + 1 : 0;
    if (repeats >= MAX_REPEATS && defends('loop detection')) throw samePageAgain(list, paging);
    before = print;
    empty = records.length === 0 ? empty + 1 : 0;
    if (empty >= MAX_EMPTY && defends('bound of empty pages')) throw onlyEmptyPages(list, paging);
    yield { records, next: JSON.stringify({ next, empty, progress }) };
    asked = next;
  }
}

const standingCursor =
  'the source named the same next page again beside an empty one, and did not say that it is the last';

function readLinked(list: RestList, paging: Linked, asked: string | null, signal: AbortSignal): Promise<RestPage> {
  const size: Parameters = paging.sizeParam === undefined ? [] : [[paging.sizeParam, String(list.pageSize)]];
  if (asked === null) return readPage(list, paging, { by: [...list.query, ...size] }, signal);
  if (paging.type === 'link') return readPage(list, paging, { by: { link: asked } }, signal);
  return readPage(list, paging, { by: [...list.query, ...size, [paging.cursorParam, asked]] }, signal);
}

function nextOf(list: RestList, paging: Linked, page: RestPage): string | null {
  const { api, stream } = list;
  const { answer, form, records } = page;
  if (form === 'beyond the end') return null;
  if (paging.type === 'cursor' && paging.nextField !== undefined) {
    const last = records.at(-1);
    if (last === undefined) return null;
    const next = textOf(compileRecordPath(paging.nextField)(last.data));
    if (next !== null || page.more === false) return next;
    throw api.protocolError(
      `${stream}: expected the next cursor in \`${paging.nextField}\` of the last record, got none; check \`nextField\``,
      stream,
    );
  }
  const { nextPath } = paging;
  const next = nextPath
    ? api.read(answer, stream, (body) => readText(body, nextPath))
    : nextOfLinkHeader(answer.headers.link);
  if (next === null || paging.type === 'cursor') return next;
  return api.read(answer, stream, () => wholeAddress(answer.url, next));
}

/**
 * A last page that names no next one ends the list. Where it is the first as well and nothing shows that the source
 * names any, the settings may look in the wrong place: then a list that looks cut is in doubt.
 */
function doubtOfFirst(
  list: RestList,
  paging: Linked,
  { answer, form }: RestPage,
  { came }: Progress,
  asked: string | null,
): string | null {
  if (asked !== null || form !== 'list' || list.window !== 'all') return null;
  if (paging.sizeParam === undefined ? !looksCut(list, came) : !list.sizes.includes(came)) return null;
  if (paging.type === 'cursor' && paging.nextPath === undefined) return null;
  const { nextPath } = paging;
  if (nextPath === undefined) {
    if (answer.headers.link !== undefined) return null;
    return `${came} records came in one answer without a Link header, which is as many as a page may hold`;
  }
  if (list.api.read(answer, list.stream, (body) => valueAt(body, nextPath)) !== undefined) return null;
  return `${came} records came in one answer without \`${nextPath}\`, which is as many as a page may hold`;
}

function samePageAgain({ api, stream }: RestList, paging: Linked) {
  const ask = paging.type === 'cursor' ? `; is \`${paging.cursorParam}\` what the source calls its cursor?` : '';
  return api.protocolError(
    `${stream}: expected the next page, got the same one again and again, each with another next page${ask}`,
    stream,
  );
}

function onlyEmptyPages({ api, stream }: RestList, paging: Linked) {
  return api.protocolError(
    `${stream}: expected records or the end of the list, got ${MAX_EMPTY} empty pages one after the other, each with a ` +
      `next ${paging.type}. If the answer says which page is the last, name the field in \`paging\`: ` +
      '`stop: { hasMorePath: has_more }` or `stop: { endPath: end_of_stream }`',
    stream,
  );
}
