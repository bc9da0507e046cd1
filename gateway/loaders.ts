import DataLoader from 'dataloader';

/** Reads what belongs to each key; keys with nothing are left out. */
type ReadByKeys<V> = (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;

/** One request's loaders: what many fields ask for by key becomes one read, and is read once. */
export interface Loaders {
  /** What belongs to the key, or undefined. `name` tells reads apart: it must name everything but the key. */
  load<V>(name: string, key: string, read: ReadByKeys<V>): Promise<V | undefined>;
  /** Keeps what another read came upon, so that it is not read again. */
  keep<V>(name: string, key: string, value: V): void;
}

/** Keys of one statement: below the placeholder limits of all databases, also where they occur three times. */
const MAX_KEYS = 5_000;

export function createLoaders(): Loaders {
  const loaders = new Map<string, DataLoader<string, unknown>>();
  const kept = new Map<string, Map<string, unknown>>();

  function load<V>(name: string, key: string, read: ReadByKeys<V>): Promise<V | undefined> {
    const known = kept.get(name);
    if (known?.has(key)) return Promise.resolve(known.get(key) as V);
    let loader = loaders.get(name);
    if (!loader) {
      loader = new DataLoader<string, unknown>(
        async (keys) => {
          const found = await read(keys);
          return keys.map((each) => found.get(each));
        },
        { maxBatchSize: MAX_KEYS },
      );
      loaders.set(name, loader);
    }
    return loader.load(key) as Promise<V | undefined>;
  }

  function keep<V>(name: string, key: string, value: V): void {
    const known = kept.get(name) ?? new Map<string, unknown>();
    known.set(key, value);
    kept.set(name, known);
  }

  return { load, keep };
}
