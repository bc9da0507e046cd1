import { sourceRecordId } from '../cache/source-record-id.ts';
import { textChecksum } from '../schema/checksum.ts';
import { spreadOf } from '../schema/ids.ts';
import type { Sides } from './record-state.ts';

/** Records a bucket should hold: so many may have to be asked for by key when one of them was not seen. */
const IN_A_BUCKET = 64;

export interface SeenKeys {
  /** A live record of the cache that the source has too. */
  add(key: string): void;
  /** Keys of live records of the cache among which are all that were not added, a few at a time. */
  unseen(): AsyncGenerator<string[]>;
}

/**
 * Remembers which records of the cache were seen in the source, in a few numbers and not in a list: a checksum over
 * their ids a bucket. A record that was added twice is as if it had not been seen.
 */
export async function createSeenKeys({ request, checksums }: Sides): Promise<SeenKeys> {
  const { system, stream } = request;
  const extent = await checksums.extent({ system, stream, inABucket: IN_A_BUCKET });
  const seen = new Map<string, bigint>();
  return {
    add(key) {
      const id = sourceRecordId({ system, stream, key });
      const bucket = spreadOf(id, extent.digits);
      seen.set(bucket, (seen.get(bucket) ?? 0n) ^ textChecksum(id));
    },
    async *unseen() {
      const stored = await checksums.idBuckets({ system, stream, ...extent });
      for (const [bucket, sum] of stored) {
        const rest = sum ^ (seen.get(bucket) ?? 0n);
        if (rest === 0n) continue;
        const there = (await checksums.recordsIn({ system, stream, mappingHash: '', buckets: [bucket] })).filter(
          ({ live }) => live,
        );
        // Where one record was not seen, what is left is its own checksum.
        const only = there.find(({ id }) => textChecksum(id) === rest);
        yield (only ? [only] : there).map(({ key }) => key);
      }
    },
  };
}
