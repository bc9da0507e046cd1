import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import type { ReadEvidence } from '../connector.ts';
import { isCutLength } from '../cut-length.ts';
import type { Paging, RestList, RestPage } from './read-page.ts';
import type { RestPaging } from './settings.ts';

const count = z.int().min(0).nullable();
const sign = z.strictObject({ at: z.string(), value: z.int().min(0) }).nullable();

/** What is known of a list by the pages read so far. It is part of a place, so that it outlives an interruption. */
export const progressText = z.strictObject({
  /** Records that came, those that were read again counted once. */
  came: z.int().min(0),
  /** Pages that held records. */
  pages: z.int().min(0),
  /** How many records the source said there are when it first said so. */
  first: count,
  /** The totals that were last told: where the settings say, and in well-known places. */
  records: count,
  allPages: count,
  signedRecords: sign,
  signedPages: sign,
});
export type Progress = z.infer<typeof progressText>;

export const noProgress: Progress = {
  came: 0,
  pages: 0,
  first: null,
  records: null,
  allPages: null,
  signedRecords: null,
  signedPages: null,
};

/** After another page, of which `came` records were new. */
export function further(progress: Progress, { records, total, signs }: RestPage, came = records.length): Progress {
  return {
    came: progress.came + came,
    pages: progress.pages + (records.length > 0 ? 1 : 0),
    first: progress.first ?? total.records,
    records: total.records ?? progress.records,
    allPages: total.pages ?? progress.allPages,
    signedRecords: signs.records ?? progress.signedRecords,
    signedPages: signs.pages ?? progress.signedPages,
  };
}

/** Before the last page, of which `came` records were new. */
export function without(progress: Progress, came: number): Progress {
  return { ...progress, came: Math.max(0, progress.came - came), pages: Math.max(0, progress.pages - 1) };
}

/** Whether as many records came as the settings let the answer say there are. */
export function isWhole({ total }: RestPage, { came }: Progress): boolean {
  return total.records !== null && came >= total.records;
}

/**
 * What the end of a list proves. `progress` includes the last page; `doubt` is why the way it ended may be a cut. Throws
 * SOURCE_PROTOCOL where the source itself says that there is more: the settings do not tell how to read it.
 */
export function evidenceOf(
  list: RestList,
  paging: Paging,
  last: RestPage,
  progress: Progress,
  doubt: string | null,
): ReadEvidence {
  const { came, first, records, allPages, signedRecords } = progress;
  if (defends('further pages')) refuseFurtherPages(list, paging, last, progress);
  if (records !== null && first !== null) {
    // Rows go while a list is read, but hardly half of them: then one of the two answers was wrong.
    if (came < first && records < first / 2) {
      return { total: null, came, doubt: `the source said ${first} records at first and ${records} at the end` };
    }
    return { total: Math.min(first, records), came, doubt: null };
  }
  // A total in pages that is the number of records is one in records.
  const isCounted = signedRecords?.value === came || (allPages === came && came > 0);
  if (isCounted) return { total: came, came, doubt: null };
  const isSaid = last.more === false && last.form === 'list';
  const open = isSaid ? null : (doubt ?? (last.form === 'no list' ? leftOut(list, paging) : null));
  return { total: null, came, doubt: defends('doubt of lists') ? open : null };
}

/** Whether a list of so many records looks like one that was cut: a full page, or a round number. */
export function looksCut({ sizes }: RestList, came: number): boolean {
  return isCutLength(came, sizes);
}

/**
 * Why a status that the settings do not name may not be the end: the only page before may have been full, though it
 * held fewer records than were asked for.
 */
export function doubtOfStatus({ answer, form }: RestPage, { stop }: RestPaging, pages: number): string | null {
  const { status } = answer;
  if (form !== 'beyond the end' || status < 400 || stop.status.includes(status) || pages > 1) return null;
  return `the source refused its second page with status ${status}; \`stop: { status: [${status}] }\` in \`paging\` says that this is the end`;
}

function leftOut({ itemsPath }: RestList, paging: Paging): string | null {
  if (paging?.stop.missingList) return null;
  return `the last answer has no list in \`${itemsPath}\`; \`stop: { missingList: true }\` in \`paging\` says that this is the end`;
}

function refuseFurtherPages(list: RestList, paging: Paging, last: RestPage, progress: Progress): void {
  const { came, pages, records, allPages, signedRecords, signedPages } = progress;
  const { more, next } = last.signs;
  const fail = (at: string, saying: string, remedy: string): never => {
    const named = at.startsWith('header ') ? `the ${at}` : `\`${at}\``;
    const stop = `stop: { ignore: [${at.replace('header ', '')}] }`;
    const ignore = paging === null ? `paging: { type: none, ${stop} }` : stop;
    throw list.api.protocolError(
      `${list.stream}: expected the whole list, got ${came} records, and ${named} ${saying}. ${remedy} If ${named} is ` +
        `about something else, set \`${ignore}\`${paging === null ? '' : ' in `paging`'}.`,
      list.stream,
    );
  };
  const flag = paging?.stop.hasMorePath ?? paging?.stop.endPath;
  if (last.more === true) fail(more?.at ?? flag ?? 'the flag', 'says that there is more', remedyFor(null, paging));
  const isAllThere = (records !== null && came >= records) || (allPages !== null && pages >= allPages);
  // Many sources name a next page always: beside an empty page, and beside a flag that says the end, it says nothing.
  if (next !== null && last.more === null && last.records.length > 0 && !isAllThere) {
    fail(next.at, 'names a further page', remedyFor(next, paging));
  }
  if (list.window === 'keys') return;
  if (allPages !== null && allPages > pages && allPages > came) {
    const { totalPath, totalHeader } = paging ?? {};
    const unit = paging?.totalUnit === undefined ? ' If it counts records, set `totalUnit: records`.' : '';
    fail(
      totalPath ?? `header ${totalHeader}`,
      `says ${allPages} pages, of which ${pages} came`,
      `Check \`paging\`.${unit}`,
    );
  }
  // Of what changed, some sources tell how much there is without the filter: a paginator then knows its end better.
  const isOneAnswer = paging === null || paging.type === 'none';
  if (list.window === 'changes' && !(isOneAnswer && looksCut(list, came))) return;
  if (records === null && signedRecords !== null && signedRecords.value > came) {
    fail(signedRecords.at, `is ${signedRecords.value}`, remedyFor(null, paging));
  }
  if (allPages !== null || records !== null || signedRecords !== null || signedPages === null) return;
  if (signedPages.value > Math.max(pages, 1)) {
    const after = pages === 1 ? 'one page' : `${pages} pages`;
    fail(signedPages.at, `is ${signedPages.value}, and ${after} came`, remedyFor(null, paging));
  }
}

/** What to write in the settings. */
function remedyFor(next: RestPage['signs']['next'], paging: Paging): string {
  if (paging !== null && paging.type !== 'none') {
    return `Check \`paging\` of type ${paging.type}: is this how the source pages?${next ? ` Perhaps it is ${pagingFor(next)}.` : ''}`;
  }
  if (next) return `Set ${pagingFor(next)}.`;
  return 'Set `paging` to how the source pages, such as `{ type: page, pageParam: page, sizeParam: limit }` or `{ type: offset, offsetParam: offset, sizeParam: limit }`.';
}

function pagingFor({ at, value }: NonNullable<RestPage['signs']['next']>): string {
  if (at === 'header Link') return '`paging: { type: link }`';
  if (value === 'link') return `\`paging: { type: link, nextPath: ${pathOf(at)} }\``;
  if (value === 'cursor') return `\`paging: { type: cursor, cursorParam: …, nextPath: ${pathOf(at)} }\``;
  return '`paging: { type: page, pageParam: page }`';
}

/** Dots in the name of a field are escaped in a path. */
function pathOf(at: string): string {
  return at.replace(/@?odata\.nextLink$/, (name) => `"${name.replace('.', '\\.')}"`);
}
