import { defends } from '../../../config/defences.ts';
import { HubError } from '../../../config/errors.ts';
import type { CheckResult, Page, PullRequest, SourceRecord } from '../../connector.ts';
import { readResume } from '../../read-resume.ts';
import { settleTally } from '../../settle-tally.ts';
import { removedKey } from '../removed-key.ts';
import type { ServicePage } from '../service.ts';
import { wholeRecords } from '../whole-records.ts';
import { countEntities } from './count-entities.ts';
import type { PullTarget } from './keyset-pull.ts';
import { type LinkPlace, linkPlace } from './link-pull.ts';
import { readEntitiesByKeys } from './read-by-keys.ts';

/**
 * Reads a stream by the account the source itself keeps of its changes (OData 4.0, 11.3): everything first, to the
 * delta link on the last page; then what that link tells, entities that are gone among it, to the next one.
 */
export async function* pullDeltas(target: PullTarget, request: PullRequest, signal: AbortSignal): AsyncGenerator<Page> {
  const { service, stream } = target;
  const seen = new Set<string>();
  let place = startOf(target, request);
  for (;;) {
    const page = await readPage(target, place?.link ?? null, signal);
    const records = [...(await changedRecords(target, page, signal)), ...removedRecords(target, page)];
    const total = place === null ? page.count : place.tally.total;
    const tally = { total, came: (place?.tally.came ?? 0) + records.length };
    const link = page.nextLink;
    if (link === null) {
      const delta = page.deltaLink === null ? {} : { delta: page.deltaLink };
      const evidence = await settleTally(tally, () => countEntities(target, target.filter, signal));
      yield { records, next: null, ...delta, evidence };
      return;
    }
    place = { link, tally };
    yield { records, next: JSON.stringify(place) };
    if (seen.has(link) && defends('loop detection'))
      throw service.protocolError(`${stream}: expected a new next link, got ${link} twice`, stream);
    seen.add(link);
  }
}

/** Where only what changed in a list is told, the record is read by its key, with the whole list. */
async function changedRecords(target: PullTarget, page: ServicePage, signal: AbortSignal): Promise<SourceRecord[]> {
  const records = await wholeRecords(target, page.items, signal);
  const isPartial = (i: number) => page.items[i]?.partial.some(({ changesOnly }) => changesOnly) ?? false;
  const partial = records.filter(({ isKeyless }, i) => !isKeyless && isPartial(i)).map(({ key }) => key);
  if (partial.length === 0) return records;
  const whole = new Map((await readEntitiesByKeys(target, partial, signal)).map((record) => [record.key, record]));
  return records.map((record, i) => (isPartial(i) ? (whole.get(record.key) ?? record) : record));
}

/** A read of changes has no total: how many there are no source says. */
function startOf(target: PullTarget, { resume, delta }: PullRequest): LinkPlace | null {
  if (resume !== null) return readResume(linkPlace, resume, target);
  return delta === undefined ? null : { link: delta, tally: { total: null, came: 0 } };
}

function removedRecords({ service, reader, stream }: PullTarget, { removed }: ServicePage): SourceRecord[] {
  return removed.map((entity) => {
    const key = removedKey(entity, reader.keyFields);
    if (key !== null) return { key, version: null, deleted: true, data: {} };
    const message = `${stream}: expected the key of an entity that is gone, got ${entity.id ?? 'none'}`;
    throw service.protocolError(message, stream);
  });
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
  const { service, reader, stream, resource, filter, expand, pageSize, counted } = target;
  const query = { $filter: filter, $select: reader.select(), $expand: expand };
  try {
    return await service.page({ stream, resource, query, pageSize, link, trackChanges: true, counted }, signal);
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
