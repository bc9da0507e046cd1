import { defends } from '../../config/defences.ts';
import type { KeyPage } from '../connector.ts';
import { recordsOfItems } from '../damaged-record.ts';
import { after, allOf, type Bound } from './filter.ts';
import type { PullTarget } from './keyset-pull.ts';

/**
 * All keys of an entity set, in key order. Complete when the source says there is no more and as many were seen as
 * it counts, before or after: rows that come and go meanwhile may make one of the two wrong.
 */
export async function* scanEntityKeys(target: PullTarget, signal: AbortSignal): AsyncGenerator<KeyPage> {
  const { service, reader, stream, resource, pageSize } = target;
  const before = await countOf(target, signal);
  const seen = new Set<string>();
  let position: Bound[] | null = null;
  let link: string | null = null;
  for (;;) {
    const query = {
      $filter: allOf([target.filter, position ? after(position) : undefined]),
      $orderby: reader.keyFields.join(','),
      $top: String(pageSize),
      $select: reader.selectKeys(),
    };
    const page = await service.page({ stream, resource, query, pageSize, link }, signal);
    const records = recordsOfItems(page.items, reader.recordOf).filter(({ key }) => !seen.has(key));
    for (const { key } of records) seen.add(key);
    const live = records.filter(({ deleted }) => !deleted);
    yield { keys: live.map(({ key, version }) => ({ key, version })) };
    if (page.nextLink === null && page.items.length < pageSize) break;
    if (records.length === 0 && page.items.length > 0) {
      throw service.protocolError(`${stream}: expected the next page of keys, got the same one again`, stream);
    }
    const last = page.items.at(-1);
    position = last ? reader.positionOf(last.data, null) : position;
    link = last ? null : page.nextLink;
  }
  const countedAfter = await countOf(target, signal);
  const counted = before === null || countedAfter === null ? null : Math.min(before, countedAfter);
  if (counted !== null && seen.size < counted && defends('complete scan')) {
    const message = `${stream}: expected at least ${counted} keys, got ${seen.size}: the scan is not complete and counts for nothing`;
    throw service.protocolError(message, stream);
  }
  yield { keys: [], evidence: { total: counted, came: seen.size, doubt: null } };
}

/** How many entities the source counts; null where it does not count. */
export async function countOf(target: Omit<PullTarget, 'reader'>, signal: AbortSignal): Promise<number | null> {
  const { service, stream, resource, filter } = target;
  const inline = service.version === 2 ? { $inlinecount: 'allpages' } : { $count: 'true' };
  return (
    await service.page({ stream, resource, query: { $top: '1', $filter: filter, ...inline }, pageSize: 1 }, signal)
  ).count;
}
