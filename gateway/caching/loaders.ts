import DataLoader from 'dataloader';
import { refuseCancelled } from '../execution/cancelled.ts';
import type { Awaitable } from '../maybe-promise.ts';
import type { Dependencies } from './cache-tags.ts';
import type { KeptRecords } from './entity-cache.ts';
import type { Reads } from './read-tracker.ts';

/** Reads what belongs to each key; keys with nothing are left out. */
type ReadByKeys<V> = (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;

/** One request's loaders: what many fields ask for by key becomes one read, and is read once. */
export interface Loaders {
  /**
   * What belongs to the key, or undefined; at once where it was read before. `name` tells reads apart: it must name
   * everything but the key. What is read with its dependencies is kept for the next requests; without, it keeps the
   * answer from being kept.
   */
  load<V>(name: string, key: string, read: ReadByKeys<V>, dependencies?: Dependencies): Awaitable<V | undefined>;
  /** Keeps what another read came upon, so that it is not read again. */
  keep<V>(name: string, key: string, value: V): void;
}

/** Keys of one statement: below the placeholder limits of all databases, also where they occur three times. */
const MAX_KEYS = 5_000;

interface LoadersDependencies {
  reads: Reads;
  /** Records that earlier requests of equal rights have read. */
  records?: KeptRecords | undefined;
  /** What every read depends on besides its own dependencies. */
  always?: readonly string[];
  /** Aborted when nothing more is to be read. */
  signal: AbortSignal;
}

export function createLoaders({ reads, records, always = [], signal }: LoadersDependencies): Loaders {
  const loaders = new Map<string, DataLoader<string, unknown>>();
  const kept = new Map<string, Map<string, unknown>>();

  return { load, keep };

  function load<V>(
    name: string,
    key: string,
    read: ReadByKeys<V>,
    dependencies?: Dependencies,
  ): Awaitable<V | undefined> {
    const known = kept.get(name);
    if (known?.has(key)) return known.get(key) as V;
    const found = dependencies && records?.get(name, key);
    if (found) {
      reads.note(found.tags);
      return found.value as V | undefined;
    }
    let loader = loaders.get(name);
    if (!loader) {
      loader = new DataLoader((keys) => readAll(name, keys, read, dependencies), { maxBatchSize: MAX_KEYS });
      loaders.set(name, loader);
    }
    return loader.load(key) as Promise<V | undefined>;
  }

  async function readAll(
    name: string,
    keys: readonly string[],
    read: ReadByKeys<unknown>,
    dependencies: Dependencies | undefined,
  ): Promise<unknown[]> {
    refuseCancelled(signal);
    if (!dependencies) reads.noteUntold();
    const keepRecord = records?.begin();
    const found = await read(keys);
    return keys.map((key) => {
      const value = found.get(key);
      if (dependencies) {
        const tags = [...dependencies(key, value), ...always];
        reads.note(tags);
        keepRecord?.(name, key, value, tags);
      }
      return value;
    });
  }

  function keep<V>(name: string, key: string, value: V): void {
    const known = kept.get(name) ?? new Map<string, unknown>();
    known.set(key, value);
    kept.set(name, known);
  }
}
