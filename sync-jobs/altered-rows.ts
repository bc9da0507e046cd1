import type { StoredRow } from '../cache/sync-store.ts';
import type { Sides } from './record-state.ts';
import { bucketHangsTogether, createRowsSide, noRecords, recordHangsTogether } from './rows-side.ts';

const IN_A_BUCKET = 256;

export interface AlteredRows {
  /** Keys of records whose rows are not those that were written. */
  altered: Set<string>;
  /** Rows that name a source record which there is not. */
  strays: StoredRow[];
}

/** What the cache's database alone can tell of the rows of a stream. */
export async function findAlteredRows(sides: Sides): Promise<AlteredRows> {
  const { checksums, mapping, request } = sides;
  const { system, stream } = request;
  const name = { system, stream, mappingHash: mapping.hash };
  const extent = await checksums.extent({ system, stream, inABucket: IN_A_BUCKET });
  const rowsSide = createRowsSide(sides);
  const [here, rows] = await Promise.all([checksums.recordBuckets({ ...name, ...extent }), rowsSide.buckets(extent)]);
  const found: AlteredRows = { altered: new Set(), strays: [] };
  for (const bucket of new Set([...here.keys(), ...rows.keys()])) {
    if (bucketHangsTogether(here.get(bucket) ?? noRecords, rows.get(bucket))) continue;
    const list = await checksums.recordsIn({ ...name, buckets: [bucket] });
    const now = await rowsSide.records([bucket]);
    found.strays.push(...(await strayRows(sides, now.keys())));
    for (const record of list) if (!recordHangsTogether(record, now.get(record.id))) found.altered.add(record.key);
  }
  return found;
}

/**
 * The rows made of source records which there are not. Rows and their record are written together, so that rows seen
 * first without a record seen later were put there by somebody else.
 */
export async function strayRows({ checksums, store }: Sides, originIds: Iterable<string>): Promise<StoredRow[]> {
  const unknown = await checksums.unknown([...originIds]);
  return unknown.length === 0 ? [] : await store.canonicalRowsOf(unknown);
}
