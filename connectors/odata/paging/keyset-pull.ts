import { z } from 'zod';
import { defends } from '../../../config/defences.ts';
import type { Page, PullRequest, SourceRecord } from '../../connector.ts';
import { isCutLength } from '../../cut-length.ts';
import { readResume } from '../../read-resume.ts';
import { settleTally, type Tally } from '../../settle-tally.ts';
import { pageAfter } from '../check-paging.ts';
import type { EntityReader } from '../entity-reader.ts';
import { after, allOf, atOrAfter, type Bound, isNotNull, isNull } from '../filter.ts';
import type { ServicePage } from '../service.ts';
import { type RecordTarget, wholeRecords } from '../whole-records.ts';
import { countEntities } from './count-entities.ts';
import { expectExactStamp } from './stamp-precision.ts';
import { StampTies } from './stamp-ties.ts';

export interface PullTarget extends RecordTarget {
  filter: string | undefined;
  /** Whether the source is asked how many entities it has. */
  counted: boolean;
}

/** Where a pass stands: in which part of the stream, and after which record of it. */
interface Place {
  part: number;
  after: Bound[] | null;
  /**
   * How many records after that one were already read. v2 tells stamps to the millisecond and keeps them finer, so
   * that "after this record" can begin with the record itself: then its millisecond is read on by counting.
   */
  skip: number;
  /** Of this part. */
  tally: Tally;
  /** Of the parts before, which are through. */
  through: Tally & { doubt: string | null };
  /**
   * Keys that came with the stamp of `after`, so that none is counted twice where stamps are finer than they are
   * shown. null: too many to note down.
   */
  ties: string[] | null;
  /** Records may have been counted twice, so that `came` says nothing. */
  inexact: boolean;
}

const tallyText = z.strictObject({ total: z.int().min(0).nullable(), came: z.int().min(0) });

const placeText: z.ZodType<Place> = z.strictObject({
  part: z.int().min(0),
  after: z.array(z.strictObject({ field: z.string(), literal: z.string() })).nullable(),
  skip: z.int().min(0),
  tally: tallyText,
  through: tallyText.extend({ doubt: z.string().nullable() }),
  ties: z.array(z.string()).nullable(),
  inexact: z.boolean(),
});

/** Pages without records but with a next link that are followed in a row. */
const MAX_EMPTY_PAGES = 100;

/** One part of a stream: the records whose stamp is in one field, or (null) those that have none. */
export interface Part {
  stampField: string | null;
  conditions: string[];
}

/**
 * Reads a stream in the order (stamp, key), each page by what lies after the last record of the page before, so
 * that rows that come, go and change meanwhile push no other row out of sight. A stamp that is null until the first
 * change orders nothing: records without come first, then those of the next stamp, and the preferred stamp last,
 * where a record turns up again when it changes during the pass.
 *
 * A short page without a next link is no end by itself, since some servers cut their pages without a word. A part has
 * ended when as many records came as the source counts, or when nothing lies after the last one.
 */
export async function* pullKeyset(target: PullTarget, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
  const { reader } = target;
  const parts = partsOf(reader, request.since);
  let place = request.resume === null ? startOf(0, nothing) : readResume(placeText, request.resume, target);
  let ties = new StampTies(place.after?.[0]?.literal, place.ties);
  let link: string | null = null;
  let before = '';
  let empty = 0;
  let isProbed = request.resume !== null;
  for (let part = parts[place.part]; part; part = parts[place.part]) {
    const { items, nextLink, count } = await readPage(target, part, place, link, signal);
    const records = await wholeRecords(target, items, signal);
    checkOrder(target, records, part);
    const places = items.map(({ data }) => reader.positionOf(data, part.stampField));
    const marks = places.map((one) => one && JSON.stringify(one));
    const page: ReadPage = { items, records, places, marks, nextLink, count };
    const known = JSON.stringify([records.map(({ key }) => key), records.length === 0 ? nextLink : null]);
    const isStuck = leadsNowhere(target, known, before, page);
    const isAgain = records.length > 0 && (isStuck || known === before);
    before = isAgain ? `${known} again` : known;
    // The page before in full: it was handed on a moment ago.
    const news = isAgain ? [] : records;
    empty = records.length === 0 ? empty + 1 : 0;
    if (empty > MAX_EMPTY_PAGES && defends('bound of empty pages')) throw tooManyEmptyPages(target);

    const now = isStuck ? place : withCount(place, page, ties);
    if (!isStuck && isMore(target, now, page)) {
      place = placeAfter(target, part, now, page, ties);
      if (!isProbed && place.after && part.stampField !== null) {
        isProbed = true;
        await probeStamp(target, part, place, signal);
      }
      yield { records: news, next: JSON.stringify(place) };
      link = records.length === 0 ? nextLink : null;
      continue;
    }
    const isCut = isStuck && isCutLength(records.length, [target.pageSize]);
    const through = await throughWith(target, part, now, isCut, signal);
    place = startOf(place.part + 1, through);
    ties = new StampTies(undefined, []);
    link = null;
    before = '';
    if (parts[place.part] === undefined) yield { records: news, next: null, evidence: through };
    else yield { records: news, next: JSON.stringify(place) };
  }
}

interface ReadPage extends Pick<ServicePage, 'items' | 'nextLink' | 'count'> {
  records: SourceRecord[];
  /** Where each of them stands; null where one lacks a stamp or a part of its key. */
  places: (Bound[] | null)[];
  /** The same as text, to compare. */
  marks: (string | null)[];
}

const nothing: Place['through'] = { total: 0, came: 0, doubt: null };

function startOf(part: number, through: Place['through']): Place {
  return { part, after: null, skip: 0, tally: { total: null, came: 0 }, through, ties: [], inexact: false };
}

function isMore({ pageSize }: PullTarget, { tally }: Place, { records, nextLink }: ReadPage): boolean {
  if (nextLink !== null || records.length >= pageSize) return true;
  return records.length > 0 && (tally.total === null || tally.came < tally.total);
}

/** The place with the records of the page counted, none of them twice. */
function withCount(place: Place, page: ReadPage, ties: StampTies): Place {
  const { records, count } = page;
  const total = place.after === null ? (place.tally.total ?? count) : place.tally.total;
  const fresh = records.filter(({ key }) => !ties.has(key)).length;
  const isAgain = place.skip > 0 || comesAgain(page, place);
  const inexact = place.inexact || (isAgain && !ties.isComplete);
  return { ...place, inexact, tally: { total, came: place.tally.came + fresh } };
}

function placeAfter(target: PullTarget, part: Part, place: Place, page: ReadPage, ties: StampTies): Place {
  const { service, reader, stream } = target;
  const { items, records, places, marks } = page;
  if (records.length === 0) return place;
  if (items.some(({ damage }, i) => places[i] === null && !damage)) {
    const fields = reader.orderOf(part.stampField).join(', ');
    throw service.protocolError(`${stream}: expected every record to have ${fields}, got one without`, stream);
  }
  const last = places.findLastIndex((one) => one !== null);
  const to = places[last];
  // Damaged records whose place cannot be read are passed by counting.
  if (!to) return { ...place, skip: place.skip + records.length };
  const stamp = to[0]?.literal ?? '';
  const isSameStamp = stamp === place.after?.[0]?.literal;
  const isAgain = records.some(({ key }) => ties.has(key)) || comesAgain(page, place);
  const tied = records.filter((_, i) => places[i]?.[0]?.literal === stamp).map(({ key }) => key);
  const wasReached = ties.reach(stamp, tied, marks[last] ?? '');
  const isFiner = place.skip > 0 || isAgain || wasReached;
  if (isFiner && isSameStamp && defends('finer stamps')) {
    return { ...place, skip: place.skip + records.length, ties: ties.noted() };
  }
  return { ...place, after: to, skip: records.length - 1 - last, ties: ties.noted() };
}

/** What is known when a part has ended, with the parts before it. */
async function throughWith(
  target: PullTarget,
  part: Part,
  { tally, through, inexact }: Place,
  isCut: boolean,
  signal: AbortSignal,
): Promise<Place['through']> {
  if (isCut && tally.total === null) return { ...through, total: null, doubt: through.doubt ?? givesItAgain };
  if (inexact) return { ...through, total: null, doubt: through.doubt ?? countedTwice };
  const { total, doubt } = await settleTally(tally, () => countEntities(target, filterOf(target, part), signal));
  return {
    total: through.total === null || total === null ? null : through.total + total,
    came: through.came + tally.came,
    doubt: through.doubt ?? doubt,
  };
}

const givesItAgain =
  'the source gave its last page again when it was asked for what comes after it, and it has a round number of records or as many as were asked for';
const countedTwice =
  'the source keeps its stamps finer than it shows them, and how many records came more than once is not known';

/**
 * Without a count nobody would notice records that are skipped because the source shows their stamps rounded up: once
 * a pass, the first record that it is read on after is looked for.
 */
async function probeStamp(
  target: PullTarget,
  { stampField }: Part,
  { after: place, tally }: Place,
  signal: AbortSignal,
) {
  const [stamp] = place ?? [];
  if (!stamp || tally.total !== null || !defends('exact stamps')) return;
  const key = place?.slice(-target.reader.keyFields.length) ?? [];
  // Of a date and a time apart, the date alone is no stamp.
  if (target.reader.orderOf(stampField).length === 1 + key.length) await expectExactStamp(target, stamp, key, signal);
}

/** The parts of a stream, in the order they are read. */
export function partsOf(reader: EntityReader, since: string | null): Part[] {
  const { stampFields } = reader;
  if (stampFields.length === 0) return [{ stampField: null, conditions: [] }];
  const parts: Part[] = [];
  for (const [index, field] of stampFields.entries()) {
    const without = stampFields.slice(0, index).map(isNull);
    const from = since === null ? null : atOrAfter(reader.positionAt(since, field));
    const own = from ?? (reader.isNullable(field) ? isNotNull(field) : null);
    parts.unshift({ stampField: field, conditions: [...without, ...(own ? [own] : [])] });
    if (!reader.isNullable(field)) return parts;
  }
  return defends('null sweep') ? [{ stampField: null, conditions: stampFields.map(isNull) }, ...parts] : parts;
}

function filterOf({ filter }: PullTarget, { conditions }: Part): string | undefined {
  return allOf([filter, ...conditions]);
}

function readPage(target: PullTarget, part: Part, place: Place, link: string | null, signal: AbortSignal) {
  const { service, reader, stream, resource, expand, pageSize } = target;
  const query = {
    $filter: allOf([target.filter, ...part.conditions, place.after ? after(place.after) : undefined]),
    $orderby: reader.orderOf(part.stampField).join(','),
    $top: String(pageSize),
    $skip: place.skip === 0 ? undefined : String(place.skip),
    $select: reader.select(),
    $expand: expand,
  };
  const counted = target.counted && place.after === null;
  const request = { stream, resource, query, pageSize, link, counted };
  return place.after === null ? service.page(request, signal) : pageAfter(service, request, signal);
}

/** A source that does not order would make the pass jump over records. */
function checkOrder({ service, stream }: PullTarget, records: SourceRecord[], part: Part): void {
  if (part.stampField === null) return;
  let before = '';
  for (const { key, version } of records) {
    if (version === null) continue;
    if (version < before) {
      throw service.protocolError(
        `${stream}: expected records in the order of ${part.stampField}, got ${key} (${version}) after ${before}; ` +
          'set `paging: links` if the source cannot order',
        stream,
      );
    }
    before = version;
  }
}

/** Whether the record after which the page was asked for is on it. */
function comesAgain({ marks }: ReadPage, { after: place }: Place): boolean {
  return place !== null && marks.includes(JSON.stringify(place));
}

/**
 * A page may come twice (`Place.skip`), and no third time. Whether it does so where it is short, so that it may be all
 * there is, from a source that does not look at what it is asked; throws where there must be more.
 */
function leadsNowhere(target: PullTarget, known: string, before: string, { records, nextLink }: ReadPage): boolean {
  if (!defends('loop detection')) return false;
  const isThird = before === `${known} again`;
  if (isThird && nextLink === null && records.length < target.pageSize) return true;
  if (!isThird && !(records.length === 0 && nextLink !== null && before === known)) return false;
  throw target.service.protocolError(
    `${target.stream}: expected the next page to lead on, got the same one again; is \`key\` the entity's whole key, and ` +
      'does the source filter by it? `paging: links` is for sources that do not',
    target.stream,
  );
}

function tooManyEmptyPages({ service, stream }: PullTarget): Error {
  const message = `${stream}: expected records or an end, got ${MAX_EMPTY_PAGES} pages in a row without records and with a next link`;
  return service.protocolError(message, stream);
}
