import { HubError } from '../../../config/errors.ts';
import type { CheckResult, SourceRecord } from '../../connector.ts';
import { allOf, anyOfKeys, type Bound } from '../filter.ts';
import type { RecordTarget } from '../whole-records.ts';

type Side = 'eq' | 'lt' | 'gt';

/**
 * Whether a record is found by its own stamp and key: `eq` where the source filters by the stamp it shows; `lt` where
 * it shows a later one (rounded up: what shares the shown stamp is then skipped when it is read on from there); `gt`
 * where it shows an earlier one (cut off: the paginator then reads on by counting). null where it is found by none.
 */
async function sideOfStamp(
  { service, stream, resource }: RecordTarget,
  stamp: Bound,
  key: readonly Bound[],
  signal: AbortSignal,
): Promise<Side | null> {
  for (const side of ['eq', 'lt', 'gt'] as const) {
    const filter = allOf([`${stamp.field} ${side} ${stamp.literal}`, anyOfKeys([key])]);
    const query = { $top: '1', $filter: filter, $select: key.map(({ field }) => field).join(',') };
    if ((await service.page({ stream, resource, query, pageSize: 1 }, signal)).items.length > 0) return side;
  }
  return null;
}

/** Throws where reading on by this stamp would skip records that share it. */
export async function expectExactStamp(
  target: RecordTarget,
  stamp: Bound,
  key: readonly Bound[],
  signal: AbortSignal,
): Promise<void> {
  const { service, stream } = target;
  const side = await sideOfStamp(target, stamp, key, signal).catch((error: unknown) => {
    // A source that cannot be asked this way says nothing by it.
    if (error instanceof HubError && error.code === 'SOURCE_PROTOCOL') return null;
    throw error;
  });
  if (side !== 'lt') return;
  throw service.protocolError(`${stream}: ${roundedUp(stamp.field, key)}`, stream);
}

/**
 * Asks for one of these records by its own stamp and key: a source that shows its stamps rounder than it filters by them
 * may lose some of those that share one.
 */
export async function checkStamp(
  target: RecordTarget,
  stampField: string,
  records: readonly SourceRecord[],
  signal: AbortSignal,
): Promise<CheckResult> {
  const { reader, stream } = target;
  const probe = `${stream}: stamp`;
  const stamped = records.filter(({ version, isKeyless }) => version !== null && !isKeyless).slice(0, SAMPLES);
  try {
    for (const { key, data } of stamped) {
      const [stamp, ...keyParts] = reader.positionOf(data, stampField) ?? [];
      if (!stamp) continue;
      const side = await sideOfStamp(target, stamp, keyParts, signal);
      if (side === 'lt') return { probe, ok: false, detail: roundedUp(stampField, keyParts) };
      if (side === 'eq') return { probe, ok: true, detail: `${key} is found by the ${stampField} it shows` };
      if (side === 'gt')
        return { probe, ok: true, detail: `${key} shows its ${stampField} cut off: ${readByCounting}` };
    }
    if (stamped.length === 0) return { probe, ok: true, detail: `no record with a ${stampField} to look for` };
    const detail = `expected ${stamped[0]?.key} to be found by the ${stampField} it shows, got nothing: the source does not filter by what it shows. Set \`paging: links\` for this stream`;
    return { probe, ok: false, detail };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { probe, ok: false, detail: `${error.code}: ${error.message}` };
  }
}

/** Of several: one may change while it is looked for. */
const SAMPLES = 3;
const readByCounting = 'what shares a stamp is read on by counting, and some records come twice';

/** What to do about a source that rounds its stamps up. */
function roundedUp(field: string, key: readonly Bound[]): string {
  const name = key.map(({ literal }) => literal).join(', ');
  return (
    `expected records to be found by the ${field} they show, got ${name} with a later one than the source filters by: it ` +
    'rounds stamps up, and records of one stamp would be lost between two pages. Set `paging: links` for this stream'
  );
}
