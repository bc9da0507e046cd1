import { z } from 'zod';
import { defends } from '../../../config/defences.ts';
import type { Page, PullRequest, ReadEvidence } from '../../connector.ts';
import { isCutLength } from '../../cut-length.ts';
import { readResume } from '../../read-resume.ts';
import { settleTally, type Tally } from '../../settle-tally.ts';
import { allOf } from '../filter.ts';
import type { ServicePage } from '../service.ts';
import { wholeRecords } from '../whole-records.ts';
import { countEntities } from './count-entities.ts';
import { type PullTarget, partsOf } from './keyset-pull.ts';

/** Where a read by links stands. */
export interface LinkPlace {
  link: string;
  tally: Tally;
}

export const linkPlace: z.ZodType<LinkPlace> = z.strictObject({
  link: z.string(),
  tally: z.strictObject({ total: z.int().min(0).nullable(), came: z.int().min(0) }),
});

/** Pages without records but with a next link that are followed in a row. */
const MAX_EMPTY_PAGES = 100;

/** Reads a stream by the next links the source gives, for sources that cannot filter by key. */
export async function* pullLinks(target: PullTarget, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
  const { reader } = target;
  const [preferred = null] = reader.stampFields;
  const question = {
    filter: allOf([target.filter, request.since === null ? undefined : anyPart(target, request.since)]),
    orderBy: reader.orderOf(preferred).join(','),
    select: reader.select(),
    expand: target.expand,
  };
  const place = request.resume === null ? null : readResume(linkPlace, request.resume, target);
  for await (const { page, next, evidence } of linkedPages(target, question, place, signal)) {
    const records = await wholeRecords(target, page.items, signal);
    yield { records, next: next && JSON.stringify(next), ...(evidence ? { evidence } : {}) };
  }
}

interface LinkQuestion {
  filter: string | undefined;
  orderBy: string;
  select: string | undefined;
  expand: string | undefined;
}

interface LinkedPage {
  page: ServicePage;
  next: LinkPlace | null;
  /** On the last page. */
  evidence: ReadEvidence | null;
}

/** The pages of a list, each by the next link of the one before. */
export async function* linkedPages(
  target: PullTarget,
  { filter, orderBy, select, expand }: LinkQuestion,
  start: LinkPlace | null,
  signal: AbortSignal,
): AsyncGenerator<LinkedPage> {
  const { service, reader, stream, resource, pageSize } = target;
  const query = { $filter: filter, $orderby: orderBy, $select: select, $expand: expand };
  const seen = new Set<string>();
  let place = start;
  let before = new Set<string>();
  let empty = 0;
  for (;;) {
    const link = place?.link ?? null;
    const page = await service.page({ stream, resource, query, pageSize, link, counted: target.counted }, signal);
    // Where rows move while a list is paged, the first of a page may be the last of the page before.
    const keys = new Set(page.items.map(({ data }) => JSON.stringify(reader.positionOf(data, null))));
    const fresh = page.items.length - [...keys].filter((key) => before.has(key)).length;
    before = keys;
    const tally = {
      total: smaller(place?.tally.total ?? null, page.count),
      came: (place?.tally.came ?? 0) + fresh,
    };
    if (page.nextLink === null) {
      const evidence = await settleTally(tally, () => countEntities(target, filter, signal));
      const isOnlyPage = place === null && tally.total === null && isCutLength(page.items.length, [pageSize]);
      yield {
        page,
        next: null,
        evidence: isOnlyPage ? { ...evidence, doubt: evidence.doubt ?? neverLinked } : evidence,
      };
      return;
    }
    place = { link: page.nextLink, tally };
    yield { page, next: place, evidence: null };
    empty = page.items.length === 0 ? empty + 1 : 0;
    if (empty > MAX_EMPTY_PAGES && defends('bound of empty pages')) {
      const message = `expected records or an end, got ${empty} pages in a row without records and with a next link`;
      throw service.protocolError(`${stream}: ${message}`, stream);
    }
    if (seen.has(place.link) && defends('loop detection'))
      throw service.protocolError(`${stream}: expected a new next link, got ${place.link} twice`, stream);
    seen.add(place.link);
  }
}

const neverLinked = 'the source gave one page of a round number of records, no next link and no count';

function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function anyPart({ reader }: PullTarget, since: string): string {
  return partsOf(reader, since)
    .map(({ conditions }) => `(${allOf(conditions)})`)
    .join(' or ');
}
