import type { ChangeFollower, Droppable } from './change-follower.ts';
import { createTaggedCache } from './tagged-cache.ts';

/** What was read of the database, decoded, for all requests of viewers with the same rights. */
export interface KeptRecords {
  get(name: string, key: string): { readonly value: unknown; readonly tags: readonly string[] } | undefined;
  /** Begins a read: what it brings is kept unless something was dropped meanwhile. */
  begin(): (name: string, key: string, value: unknown, tags: readonly string[]) => void;
}

export interface RecordCache extends Droppable {
  /** The part for viewers with these rights: no other part's records are ever seen in it. */
  of(rights: string): KeptRecords;
  size(): { entries: number; bytes: number };
}

interface RecordCacheDependencies {
  maxBytes: number;
  /** Says whether what is kept may be used. */
  epoch: ChangeFollower['epoch'];
}

/** Decoded records in the process, by what they were asked for by; dropped by the change log, bounded by bytes. */
export function createRecordCache({ maxBytes, epoch }: RecordCacheDependencies): RecordCache {
  const kept = createTaggedCache<unknown>(maxBytes);
  return {
    drop: kept.drop,
    clear: kept.clear,
    size: kept.size,
    of(rights) {
      const keyOf = (name: string, key: string) => `${rights}\n${name}\n${key}`;
      return {
        get: (name, key) => (epoch() === undefined ? undefined : kept.get(keyOf(name, key))),
        begin() {
          const begun = epoch();
          return (name, key, value, tags) => {
            if (begun === undefined || begun !== epoch()) return;
            kept.set(keyOf(name, key), value, bytesOf(value), tags);
          };
        },
      };
    },
  };
}

/** About what a decoded value takes in memory. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + 8 + bytesOf(each), 32);
  if (typeof value !== 'object' || value === null) return 8;
  let bytes = 48;
  for (const each of Object.values(value)) bytes += 8 + bytesOf(each);
  return bytes;
}
