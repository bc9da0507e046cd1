import { defends } from '../../config/defences.ts';
import type { Page, PullRequest } from '../connector.ts';
import { recordsOfItems } from '../damaged-record.ts';
import { allOf } from './filter.ts';
import { type PullTarget, partsOf } from './keyset-pull.ts';

/** Reads a stream by the next links the source gives, for sources that cannot filter by key. */
export async function* pullLinks(target: PullTarget, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
  const { service, reader, stream, resource, pageSize } = target;
  const [preferred = null] = reader.stampFields;
  const query = {
    $filter: allOf([target.filter, request.since === null ? undefined : anyPart(target, request.since)]),
    $orderby: reader.orderOf(preferred).join(','),
    $select: reader.select(),
    $expand: target.expand,
  };
  const seen = new Set<string>();
  let link = request.resume;
  for (;;) {
    const page = await service.page({ stream, resource, query, pageSize, link }, signal);
    link = page.nextLink;
    const records = recordsOfItems(page.items, reader.recordOf);
    if (link === null) {
      yield { records, next: null, evidence: { total: null, doubt: null } };
      return;
    }
    yield { records, next: link };
    if (seen.has(link) && defends('loop detection'))
      throw service.protocolError(`${stream}: expected a new next link, got ${link} twice`, stream);
    seen.add(link);
  }
}

function anyPart({ reader }: PullTarget, since: string): string {
  return partsOf(reader, since)
    .map(({ conditions }) => `(${allOf(conditions)})`)
    .join(' or ');
}
