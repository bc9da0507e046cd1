import { sourceRecordId } from '../../cache/sync/source-record-id.ts';
import { textChecksum } from '../../schema/checksum.ts';
import { spreadOf } from '../../schema/ids.ts';
import type { Sides } from './record-state.ts';

/** Records a bucket should hold: so many may have to be asked for by key when one of them was not seen. */
const IN_A_BUCKET = 64;

/** A few records of the cache, not all of which were seen exactly once. */
interface OpenBucket {
  /** Keys of live records of the cache. */
  keys: string[];
  /** The one record of the bucket that was not seen; all others were, once. */
  only: boolean;
  /** How many more records the bucket has than were seen. */
  unseen: number;
  /** Forgets what was agreed on in this bucket: its records are all looked at again. */
  recount(): void;
}

export interface SeenKeys {
  /** A live record of the cache that the source lists too, and the digest on which both agree; null where they do not. */
  add(key: string, digest: bigint | null): void;
  /** Counts a record of an open bucket on which both sides agree after all. */
  agree(key: string, digest: bigint): void;
  /** What both sides agree on, each record counted once; after the open buckets have been gone through. */
  agreed(): { records: number; checksum: bigint };
  open(): AsyncGenerator<OpenBucket>;
}

interface Bucket {
  seen: number;
  ids: bigint;
  records: number;
  checksum: bigint;
}

/**
 * Remembers which records of the cache were seen in the source, in a few numbers and not in a list: a count and a
 * checksum over their ids a bucket. Where these do not fit what the cache has, the records of the bucket are looked at
 * one by one: one of them was not seen, or came twice.
 */
export async function createSeenKeys({ request, checksums }: Sides): Promise<SeenKeys> {
  const { system, stream } = request;
  const extent = await checksums.extent({ system, stream, inABucket: IN_A_BUCKET });
  const buckets = new Map<string, Bucket>();
  const idOf = (key: string) => sourceRecordId({ system, stream, key });

  function bucketOf(name: string): Bucket {
    const known = buckets.get(name);
    if (known) return known;
    const bucket = { seen: 0, ids: 0n, records: 0, checksum: 0n };
    buckets.set(name, bucket);
    return bucket;
  }

  function agreeIn(bucket: Bucket, digest: bigint): void {
    bucket.records += 1;
    bucket.checksum ^= digest;
  }

  return {
    add(key, digest) {
      const id = idOf(key);
      const bucket = bucketOf(spreadOf(id, extent.digits));
      bucket.seen += 1;
      bucket.ids ^= textChecksum(id);
      if (digest !== null) agreeIn(bucket, digest);
    },
    agree: (key, digest) => agreeIn(bucketOf(spreadOf(idOf(key), extent.digits)), digest),
    agreed() {
      const sum = { records: 0, checksum: 0n };
      for (const { records, checksum } of buckets.values()) {
        sum.records += records;
        sum.checksum ^= checksum;
      }
      return sum;
    },
    async *open() {
      const stored = await checksums.idBuckets({ system, stream, ...extent });
      for (const name of new Set([...stored.keys(), ...buckets.keys()])) {
        const bucket = bucketOf(name);
        const { records, checksum } = stored.get(name) ?? { records: 0, checksum: 0n };
        const rest = checksum ^ bucket.ids;
        const unseen = records - bucket.seen;
        if (rest === 0n && unseen === 0) continue;
        const there = (await checksums.recordsIn({ system, stream, mappingHash: '', buckets: [name] })).filter(
          ({ live }) => live,
        );
        // Where one record was not seen, what is left is its own checksum.
        const only = unseen === 1 ? there.find(({ id }) => textChecksum(id) === rest) : undefined;
        yield {
          keys: (only ? [only] : there).map(({ key }) => key),
          only: only !== undefined,
          unseen,
          recount: () => Object.assign(bucket, { records: 0, checksum: 0n }),
        };
      }
    },
  };
}
