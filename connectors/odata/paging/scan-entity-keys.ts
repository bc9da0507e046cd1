import { defends } from '../../../config/defences.ts';
import type { KeyPage, KeyVersion, ReadEvidence, SourceRecord } from '../../connector.ts';
import { isCutLength } from '../../cut-length.ts';
import { recordsOfItems } from '../../damaged-record.ts';
import { settleTally } from '../../settle-tally.ts';
import { pageAfter } from '../check-paging.ts';
import { after, allOf, type Bound } from '../filter.ts';
import type { ServicePage } from '../service.ts';
import { countEntities } from './count-entities.ts';
import type { PullTarget } from './keyset-pull.ts';
import { linkedPages } from './link-pull.ts';

/**
 * All keys of an entity set, in key order. A short page without a next link is no end by itself: the scan ends where
 * nothing lies after the last key, or as many were seen as the source counts.
 */
export async function* scanEntityKeys(target: PullTarget, signal: AbortSignal): AsyncGenerator<KeyPage> {
  const { service, reader, stream, resource, pageSize, counted: isCounted } = target;
  const counted = isCounted ? await countEntities(target, target.filter, signal) : null;
  const seen = new Set<string>();
  let position: Bound[] | null = null;
  let link: string | null = null;
  let isEndKnown = true;
  for (let empty = 0; empty <= MAX_EMPTY_PAGES; ) {
    const query: Record<string, string | undefined> = {
      $filter: allOf([target.filter, position ? after(position) : undefined]),
      $orderby: reader.keyFields.join(','),
      $top: String(pageSize),
      $select: reader.selectKeys(),
    };
    const request = { stream, resource, query, pageSize, link };
    const page: ServicePage = position
      ? await pageAfter(service, request, signal)
      : await service.page(request, signal);
    const { items, nextLink } = page;
    const records = recordsOfItems(items, reader.recordOf).filter(({ key }) => !seen.has(key));
    for (const { key } of records) seen.add(key);
    yield { keys: liveOf(records) };
    const isShort = nextLink === null && items.length < pageSize;
    if (nextLink === null && items.length === 0) break;
    if (isShort && counted !== null && seen.size >= counted) break;
    if (records.length === 0 && items.length > 0) {
      // A source that gives all it has, whatever it is asked, gives its short page again.
      isEndKnown = !isCutLength(items.length, [pageSize]);
      if (isShort) break;
      throw service.protocolError(`${stream}: expected the next page of keys, got the same one again`, stream);
    }
    const last = items.at(-1);
    position = last ? reader.positionOf(last.data, null) : position;
    link = last ? null : nextLink;
    empty = last ? 0 : empty + 1;
    if (empty > MAX_EMPTY_PAGES) throw service.protocolError(`${stream}: ${tooManyEmptyPages}`, stream);
  }
  const evidence = await scanEvidence(target, { counted, came: seen.size, isEndKnown }, signal);
  yield { keys: [], evidence };
}

/** As `scanEntityKeys`, by the source's own next links: for sources that cannot compare keys. */
export async function* scanEntityLinks(target: PullTarget, signal: AbortSignal): AsyncGenerator<KeyPage> {
  const { reader } = target;
  const counted = target.counted ? await countEntities(target, target.filter, signal) : null;
  const question = {
    filter: target.filter,
    orderBy: reader.keyFields.join(','),
    select: reader.selectKeys(),
    expand: undefined,
  };
  const seen = new Set<string>();
  for await (const { page, evidence } of linkedPages({ ...target, counted: false }, question, null, signal)) {
    const records = recordsOfItems(page.items, reader.recordOf).filter(({ key }) => !seen.has(key));
    for (const { key } of records) seen.add(key);
    yield { keys: liveOf(records) };
    if (evidence === null) continue;
    const { doubt, ...found } = await scanEvidence(target, { counted, came: seen.size, isEndKnown: true }, signal);
    yield { keys: [], evidence: { ...found, doubt: counted === null ? evidence.doubt : doubt } };
  }
}

function liveOf(records: readonly SourceRecord[]): KeyVersion[] {
  return records.filter(({ deleted }) => !deleted).map(({ key, version }) => ({ key, version }));
}

interface Scanned {
  counted: number | null;
  came: number;
  isEndKnown: boolean;
}

/** Throws where the source counts more keys than came, before and after. */
async function scanEvidence(
  target: PullTarget,
  { counted, came, isEndKnown }: Scanned,
  signal: AbortSignal,
): Promise<ReadEvidence> {
  const { service, stream } = target;
  if (counted === null) return { total: null, came, doubt: isEndKnown ? null : givenAgain };
  const evidence = await settleTally({ total: counted, came }, () => countEntities(target, target.filter, signal));
  const { total } = evidence;
  if (total !== null && came < total && defends('complete scan')) {
    const message = `${stream}: expected at least ${total} keys, got ${came}: the scan is not complete and counts for nothing`;
    throw service.protocolError(message, stream);
  }
  return evidence;
}

const MAX_EMPTY_PAGES = 100;
const tooManyEmptyPages = `expected keys or an end, got ${MAX_EMPTY_PAGES} pages in a row without keys and with a next link`;
const givenAgain =
  'the source gave its last page again when it was asked for the keys after it, and it has a round number of keys or as many as were asked for';
