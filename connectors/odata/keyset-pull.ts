import { z } from 'zod';
import { defends } from '../../config/defences.ts';
import type { Page, PullRequest, SourceRecord } from '../connector.ts';
import { recordsOfItems } from '../damaged-record.ts';
import { readResume } from '../read-resume.ts';
import type { EntityReader } from './entity-reader.ts';
import { after, allOf, atOrAfter, type Bound, isNotNull, isNull } from './filter.ts';
import type { OdataService, ServicePage } from './service.ts';

export interface PullTarget {
  service: OdataService;
  reader: EntityReader;
  stream: string;
  resource: string;
  filter: string | undefined;
  expand: string | undefined;
  pageSize: number;
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
}

const placeText: z.ZodType<Place> = z.strictObject({
  part: z.int().min(0),
  after: z.array(z.strictObject({ field: z.string(), literal: z.string() })).nullable(),
  skip: z.int().min(0),
});

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
 */
export async function* pullKeyset(target: PullTarget, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
  const { reader } = target;
  const parts = partsOf(reader, request.since);
  let place: Place = request.resume === null ? start(0) : readResume(placeText, request.resume, target);
  let link: string | null = null;
  let before = '';
  for (let part = parts[place.part]; part; part = parts[place.part]) {
    const page = await readPage(target, part, place, link, signal);
    const records = recordsOfItems(page.items, reader.recordOf);
    checkOrder(target, records, part);
    before = leadingOn(target, before, page, records);
    const isMore = page.nextLink !== null || page.items.length >= target.pageSize;
    const next: Place = isMore ? placeAfter(target, part, place, page) : start(place.part + 1);
    const isLast = parts[next.part] === undefined;
    if (isLast) yield { records, next: null, evidence: { total: null, doubt: null } };
    else yield { records, next: JSON.stringify(next) };
    link = isMore && page.items.length === 0 ? page.nextLink : null;
    place = next;
  }
}

function start(part: number): Place {
  return { part, after: null, skip: 0 };
}

function placeAfter({ service, reader, stream }: PullTarget, part: Part, place: Place, page: ServicePage): Place {
  const { items } = page;
  const positions = items.map(({ data }) => reader.positionOf(data, part.stampField));
  const last = positions.findLastIndex((position) => position !== null);
  if (items.some(({ damage }, index) => positions[index] === null && !damage)) {
    const fields = reader.orderOf(part.stampField).join(', ');
    throw service.protocolError(`${stream}: expected every record to have ${fields}, got one without`, stream);
  }
  const reached = positions[last];
  // Damaged records whose place cannot be read are passed by counting.
  if (!reached) return { ...place, skip: place.skip + items.length };
  const isFiner = place.skip > 0 || positions.some((position) => isSame(position, place.after));
  const isSameStamp = reached[0]?.literal === place.after?.[0]?.literal;
  if (isFiner && isSameStamp && defends('finer stamps')) return { ...place, skip: place.skip + items.length };
  return { part: place.part, after: reached, skip: items.length - 1 - last };
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
  return service.page({ stream, resource, query, pageSize, link }, signal);
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

function isSame(a: Bound[] | null, b: Bound[] | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What a page is known by; a page may come twice (`Place.skip`), and no third time. */
function leadingOn(
  { service, stream }: PullTarget,
  before: string,
  page: ServicePage,
  records: SourceRecord[],
): string {
  const known = JSON.stringify([records.map(({ key }) => key), records.length === 0 ? page.nextLink : null]);
  const isLost = records.length === 0 && page.nextLink !== null && before === known;
  if ((isLost || before === `${known} again`) && defends('loop detection')) {
    throw service.protocolError(
      `${stream}: expected the next page to lead on, got the same one again; is \`key\` the entity's whole key, and does ` +
        'the source filter by it? `paging: links` is for sources that do not',
      stream,
    );
  }
  return known === before && records.length > 0 ? `${known} again` : known;
}
