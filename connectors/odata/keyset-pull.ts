import type { Page, PullRequest, SourceRecord } from '../connector.ts';
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
}

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
  const place: Place = request.resume === null ? { part: 0, after: null } : JSON.parse(request.resume);
  for (let part = place.part; part < parts.length; part++) {
    const current = parts[part];
    if (!current) break;
    let position: Bound[] | null = part === place.part ? place.after : null;
    let link: string | null = null;
    const seenLinks = new Set<string>();
    for (;;) {
      const page: ServicePage = await readPage(target, current, position, link, signal);
      const records = page.items.map(reader.recordOf);
      checkOrder(target, records, current);
      const last = page.items.at(-1);
      const reached: Bound[] | null = last ? reader.positionOf(last, current.stampField) : position;
      if (last && !reached) throw noPosition(target, current);
      const more = page.nextLink !== null || page.items.length >= target.pageSize;
      const next: Place | null = more
        ? { part, after: reached }
        : part + 1 < parts.length
          ? { part: part + 1, after: null }
          : null;
      yield { records, next: next && JSON.stringify(next) };
      if (!more) break;
      link = stuck(position, reached) ? unseenLink(target, page, seenLinks) : null;
      position = reached;
    }
  }
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
  return [{ stampField: null, conditions: stampFields.map(isNull) }, ...parts];
}

function readPage(target: PullTarget, part: Part, position: Bound[] | null, link: string | null, signal: AbortSignal) {
  const { service, reader, stream, resource, expand, pageSize } = target;
  const query = {
    $filter: allOf([target.filter, ...part.conditions, position ? after(position) : undefined]),
    $orderby: reader.orderOf(part.stampField).join(','),
    $top: String(pageSize),
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

/**
 * v2 tells stamps to the millisecond and keeps them finer, so that "after this record" can be the same page again:
 * then the source's own next link leads on.
 */
function stuck(before: Bound[] | null, reached: Bound[] | null): boolean {
  return reached === null || JSON.stringify(before) === JSON.stringify(reached);
}

function unseenLink({ service, stream }: PullTarget, page: ServicePage, seen: Set<string>): string {
  const { nextLink } = page;
  if (nextLink === null || seen.has(nextLink)) {
    throw service.protocolError(
      `${stream}: expected the next page to lead on, got the same one again; is \`key\` the entity's whole key, and does ` +
        'the source filter by it? `paging: links` is for sources that do not',
      stream,
    );
  }
  seen.add(nextLink);
  return nextLink;
}

function noPosition({ service, reader, stream }: PullTarget, part: Part) {
  const fields = reader.orderOf(part.stampField).join(', ');
  return service.protocolError(`${stream}: expected every record to have ${fields}, got one without`, stream);
}
