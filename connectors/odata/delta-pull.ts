import { defends } from '../../config/defences.ts';
import { HubError } from '../../config/errors.ts';
import type { CheckResult, Page, PullRequest } from '../connector.ts';
import { recordsOfItems } from '../damaged-record.ts';
import type { PullTarget } from './keyset-pull.ts';
import { removedKey } from './removed-key.ts';
import type { ServicePage } from './service.ts';

/**
 * Reads a stream by the account the source itself keeps of its changes (OData 4.0, 11.3): everything first, to the
 * delta link on the last page; then what that link tells, entities that are gone among it, to the next one.
 */
export async function* pullDeltas(target: PullTarget, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
  const { service, reader, stream } = target;
  const seen = new Set<string>();
  let link = request.resume ?? request.delta ?? null;
  for (;;) {
    const page = await readPage(target, link, signal);
    const removed = page.removed.map((entity) => {
      const key = removedKey(entity, reader.keyFields);
      if (key !== null) return { key, version: null, deleted: true, data: {} };
      const message = `${stream}: expected the key of an entity that is gone, got ${entity.id ?? 'none'}`;
      throw service.protocolError(message, stream);
    });
    const records = [...recordsOfItems(page.items, reader.recordOf), ...removed];
    link = page.nextLink;
    if (link === null) {
      const delta = page.deltaLink === null ? {} : { delta: page.deltaLink };
      yield { records, next: null, ...delta, evidence: { total: null, doubt: null } };
      return;
    }
    yield { records, next: link };
    if (seen.has(link) && defends('loop detection'))
      throw service.protocolError(`${stream}: expected a new next link, got ${link} twice`, stream);
    seen.add(link);
  }
}

/** Whether the source keeps track of the changes of this stream. */
export async function checkDeltas(target: PullTarget, signal: AbortSignal): Promise<CheckResult> {
  const probe = `${target.stream}: deltas`;
  try {
    const { tracksChanges, deltaLink } = await readPage(target, null, signal);
    if (tracksChanges || deltaLink !== null) return { probe, ok: true, detail: 'the source keeps track of changes' };
    const detail =
      'expected the source to keep track of changes, got an answer that does not say so; turn tracking on there, or leave deltas out';
    return { probe, ok: false, detail };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { probe, ok: false, detail: `${error.code}: ${error.message}` };
  }
}

/** Asked for without an order: sources that keep track of changes refuse one. */
async function readPage(target: PullTarget, link: string | null, signal: AbortSignal): Promise<ServicePage> {
  const { service, reader, stream, resource, filter, expand, pageSize } = target;
  const query = { $filter: filter, $select: reader.select(), $expand: expand };
  try {
    return await service.page({ stream, resource, query, pageSize, link, trackChanges: true }, signal);
  } catch (error) {
    if (link === null || !(error instanceof HubError) || !tellsExpiry(error)) throw error;
    throw new HubError('SOURCE_CURSOR_EXPIRED', error.message, { source: error.source ?? '', stream, cause: error });
  }
}

/** Not all say 410: some answer 400 or 404 with words. */
function tellsExpiry({ code, message }: HubError): boolean {
  const refused = code === 'SOURCE_PROTOCOL' || code === 'SOURCE_NOT_FOUND';
  return refused && /expired|re-?sync|full sync|delta ?token|version ?stamp/i.test(message);
}
