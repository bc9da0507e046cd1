import { HubError } from '../../config/errors.ts';
import type { CheckResult, SourceRecord } from '../connector.ts';
import { after, allOf } from './filter.ts';
import type { PullTarget } from './paging/keyset-pull.ts';
import type { OdataService, ServicePage } from './service.ts';

const linksAdvice = 'If the source cannot compare keys, as with GUIDs, set `paging: links` for this stream';

/** Asks for what lies after a record, as every page but the first is asked for. */
export async function checkPaging(
  target: PullTarget,
  records: readonly SourceRecord[],
  signal: AbortSignal,
): Promise<CheckResult> {
  const { service, reader, stream, resource, filter } = target;
  const probe = `${stream}: paging`;
  const place = records.map(({ data }) => reader.positionOf(data, null)).find((one) => one !== null);
  if (!place) return { probe, ok: true, detail: 'no record whose next one could be asked for' };
  const query = {
    $filter: allOf([filter, after(place)]),
    $orderby: reader.keyFields.join(','),
    $top: '1',
    $select: reader.selectKeys(),
  };
  try {
    await service.page({ stream, resource, query, pageSize: 1 }, signal);
    return { probe, ok: true, detail: 'the source gives what lies after a key' };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const advice = error.code === 'SOURCE_PROTOCOL' ? ` ${linksAdvice}` : '';
    return { probe, ok: false, detail: `${error.code}: ${error.message}${advice}` };
  }
}

/** A page after a place. A refusal says what to do, since only the first page is asked for without a place. */
export async function pageAfter(
  service: OdataService,
  request: Parameters<OdataService['page']>[0],
  signal: AbortSignal,
): Promise<ServicePage> {
  try {
    return await service.page(request, signal);
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'SOURCE_PROTOCOL') throw error;
    throw new HubError('SOURCE_PROTOCOL', `${error.message} ${linksAdvice}.`, {
      source: error.source ?? '',
      stream: request.stream,
      cause: error,
    });
  }
}
