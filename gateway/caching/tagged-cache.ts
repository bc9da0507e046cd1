interface Entry<V> {
  value: V;
  bytes: number;
  tags: readonly string[];
  used: boolean;
}

/** Values by key, bounded by bytes, dropped by what they were made of. */
export interface TaggedCache<V> {
  get(key: string): { readonly value: V; readonly tags: readonly string[] } | undefined;
  /** Keeps a value of about so many bytes until one of its tags is dropped or room is needed. */
  set(key: string, value: V, bytes: number, tags: readonly string[]): void;
  /** Forgets every value that has the tag. */
  drop(tag: string): void;
  clear(): void;
  /** What it holds now. */
  size(): { entries: number; bytes: number };
}

/** What an entry costs besides its value: the entry itself, its key, its place in the index of tags. */
const OVERHEAD = 200;
const TAG_OVERHEAD = 60;

/** A value that would take more than this part of the room is not kept: it would push out too many others. */
const LARGEST_PART = 8;

export function createTaggedCache<V>(maxBytes: number): TaggedCache<V> {
  const entries = new Map<string, Entry<V>>();
  const keysByTag = new Map<string, Set<string>>();
  let held = 0;

  return { get, set, drop, clear, size: () => ({ entries: entries.size, bytes: held }) };

  function get(key: string) {
    const entry = entries.get(key);
    if (entry) entry.used = true;
    return entry;
  }

  function set(key: string, value: V, valueBytes: number, tags: readonly string[]): void {
    remove(key);
    const bytes = valueBytes + OVERHEAD + 2 * key.length + TAG_OVERHEAD * tags.length;
    if (bytes > maxBytes / LARGEST_PART) return;
    entries.set(key, { value, bytes, tags, used: false });
    held += bytes;
    for (const tag of tags) {
      const keys = keysByTag.get(tag);
      if (keys) keys.add(key);
      else keysByTag.set(tag, new Set([key]));
    }
    makeRoom();
  }

  /** The oldest goes first; one that was used since it came gets a second life. */
  function makeRoom(): void {
    for (const [key, entry] of entries) {
      if (held <= maxBytes) return;
      entries.delete(key);
      if (entry.used) {
        entry.used = false;
        entries.set(key, entry);
      } else {
        forget(key, entry);
      }
    }
  }

  function drop(tag: string): void {
    const keys = keysByTag.get(tag);
    if (keys) for (const key of [...keys]) remove(key);
  }

  function remove(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    forget(key, entry);
  }

  function forget(key: string, { bytes, tags }: Entry<V>): void {
    held -= bytes;
    for (const tag of tags) {
      const keys = keysByTag.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) keysByTag.delete(tag);
    }
  }

  function clear(): void {
    entries.clear();
    keysByTag.clear();
    held = 0;
  }
}
