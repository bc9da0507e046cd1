import type { RecordChecksums } from '../../cache/sync/checksum-store.ts';
import { sourceRecordSalt } from '../../cache/sync/source-record-id.ts';
import type { BucketChecksum, StreamChecksums, Unable } from '../../connectors/connector.ts';
import { spreadOf } from '../../schema/ids.ts';
import { agree, createLook, type Look, lookAtKeys } from './comparison.ts';
import type { Sides } from './record-state.ts';
import { bucketHangsTogether, createRowsSide, noRecords, recordHangsTogether, strayRows } from './rows-side.ts';

/** Records a bucket should hold: so many are listed, with their checksums, when one of them differs. */
const IN_A_BUCKET = 1_024;
/** Records listed at once. */
const LISTED_AT_ONCE = 50_000;
/** Each list of the source goes over all of its rows: beyond that, reading them is cheaper. */
const MOST_LISTED = 250_000;

/**
 * Compares counts and checksums of both sides bucket by bucket, each computed by its own database: the source over its
 * rows, the cache over the raw records and over what the tables show of them. Only records whose checksums differ are
 * read. Says so where those are too many to be sought one by one.
 */
export async function lookAtChecksums(
  sides: Sides,
  source: StreamChecksums,
  onProgress: (compared: number) => void,
): Promise<Look | Unable> {
  const { checksums, mapping, request } = sides;
  const { system, stream } = request;
  const extent = await checksums.extent({ system, stream, inABucket: IN_A_BUCKET });
  const asked = { salt: sourceRecordSalt(request), digits: extent.digits };
  const rowsSide = createRowsSide(sides);
  const name = { system, stream, mappingHash: mapping.hash };
  const [there, here, rows] = await Promise.all([
    sumUp(source.buckets(asked)),
    checksums.recordBuckets({ ...name, ...extent }),
    rowsSide.buckets(extent),
  ]);

  const total = [...there.values()].reduce((sum, { records }) => sum + records, 0);
  const look = createLook('CHECKSUM', { status: 'COUNTED', reason: null, total, came: total });
  const differing = new Set<string>();
  const open: OpenBucket[] = [];
  for (const bucket of new Set([...there.keys(), ...here.keys(), ...rows.keys()])) {
    const [a, b] = [there.get(bucket) ?? noRecords, here.get(bucket) ?? noRecords];
    const same = a.records === b.records && a.checksum === b.checksum;
    if (!same) differing.add(bucket);
    if (same && bucketHangsTogether(b, rows.get(bucket))) agree(look, b.records, b.checksum);
    else open.push({ bucket, records: Math.max(a.records, b.records) });
  }
  const toList = open.reduce((sum, one) => sum + one.records, 0);
  if (toList > MOST_LISTED) return { unable: `${open.length} of ${16 ** extent.digits} parts of it differ` };
  onProgress(look.agreed.records);

  for (const buckets of groupsOf(open)) {
    const list = await checksums.recordsIn({ ...name, buckets });
    const rowsOfRecords = await rowsSide.records(buckets);
    const unlike = buckets.filter((bucket) => differing.has(bucket));
    const inSource = new Map<string, bigint>();
    if (unlike.length > 0) {
      for await (const part of source.records(asked, unlike)) {
        for (const { key, checksum } of part) inSource.set(key, checksum);
      }
    }
    look.strays.push(...(await strayRows(sides, rowsOfRecords.keys())));
    const suspects: string[] = [];
    for (const record of list) {
      const whole = recordHangsTogether(record, rowsOfRecords.get(record.id));
      const equal = !differing.has(spreadOf(record.id, asked.digits)) || isEqual(record, inSource.get(record.key));
      if (!whole || !equal) suspects.push(record.key);
      else if (record.live) agree(look, 1, record.checksum);
      inSource.delete(record.key);
    }
    await lookAtKeys(sides, look, [...suspects, ...inSource.keys()]);
    onProgress(look.agreed.records);
  }
  return look;
}

interface OpenBucket {
  bucket: string;
  records: number;
}

function isEqual({ live, checksum }: RecordChecksums, inSource: bigint | undefined): boolean {
  return live ? checksum === inSource : inSource === undefined;
}

async function sumUp(parts: AsyncIterable<BucketChecksum[]>): Promise<Map<string, Omit<BucketChecksum, 'bucket'>>> {
  const sums = new Map<string, Omit<BucketChecksum, 'bucket'>>();
  for await (const part of parts) {
    for (const { bucket, records, checksum } of part) {
      const before = sums.get(bucket);
      if (before) sums.set(bucket, { records: before.records + records, checksum: before.checksum ^ checksum });
      else sums.set(bucket, { records, checksum });
    }
  }
  return sums;
}

function* groupsOf(open: readonly OpenBucket[]): Generator<string[]> {
  let group: string[] = [];
  let size = 0;
  for (const { bucket, records } of open) {
    if (size > 0 && size + records > LISTED_AT_ONCE) {
      yield group;
      group = [];
      size = 0;
    }
    group.push(bucket);
    size += records;
  }
  if (group.length > 0) yield group;
}
