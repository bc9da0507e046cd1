import type { Extent, RecordBucket, RecordChecksums } from '../../cache/sync/checksum-store.ts';
import type { StoredRow } from '../../cache/sync/sync-store.ts';
import type { SourceSettings } from '../../config/settings/settings.ts';
import { type Entity, isEntity } from '../../schema/records.ts';
import type { Sides } from './record-state.ts';

const IN_A_BUCKET = 256;

/** Streams of one system whose records become rows of the same tables, and those tables. */
interface Neighbours {
  streams: string[];
  entities: Entity[];
}

/**
 * Whether the canonical rows in the cache are still those that were written, told by its database alone: what was
 * noted of the rows of each record against the rows as they are.
 */
export function createRowsSide({ request, checksums }: Sides) {
  const { system, stream } = request;
  const { streams, entities } = neighboursOf(request.source, stream);
  const others = streams.filter((one) => one !== stream);

  return {
    /** What the rows of the stream's own records sum up to in each bucket. */
    async buckets(extent: Extent): Promise<Map<string, bigint>> {
      const [rows, ...noted] = await Promise.all([
        checksums.rowBuckets({ system, entities, ...extent }),
        ...others.map((one) => checksums.recordBuckets({ system, stream: one, mappingHash: '', ...extent })),
      ]);
      // Rows that another stream has made are taken off by what was noted of them.
      for (const buckets of noted) {
        for (const [bucket, one] of buckets) rows.set(bucket, (rows.get(bucket) ?? 0n) ^ one.noted);
      }
      return rows;
    },
    /** By the id of their record. */
    records: (buckets: readonly string[]) => checksums.rowsIn({ system, entities, buckets }),
  };
}

export const noRecords: RecordBucket = { records: 0, checksum: 0n, noted: 0n, unsure: 0 };

/** What was noted of a bucket is what its rows are. */
export function bucketHangsTogether({ noted, unsure }: RecordBucket, rows: bigint | undefined): boolean {
  return unsure === 0 && noted === (rows ?? 0n);
}

export function recordHangsTogether({ noted, unsure }: RecordChecksums, rows: bigint | undefined): boolean {
  return !unsure && noted === (rows ?? 0n);
}

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

function neighboursOf({ streams }: SourceSettings, stream: string): Neighbours {
  const entitiesOf = (name: string) => (streams[name]?.records ?? []).map(({ entity }) => entity).filter(isEntity);
  const found = new Set([stream]);
  const entities = new Set(entitiesOf(stream));
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const name of Object.keys(streams)) {
      if (!entitiesOf(name).some((entity) => entities.has(entity))) continue;
      found.add(name);
      for (const entity of entitiesOf(name)) entities.add(entity);
    }
  }
  return { streams: [...found], entities: [...entities] };
}
