import type { StoredKey, StreamName, SyncStore } from '../cache/sync-store.ts';

const PAGE = 5_000;

/** The live records of a stream in the cache, a page of them at a time. */
export async function* knownKeys(store: SyncStore, { system, stream }: StreamName): AsyncGenerator<StoredKey[]> {
  let after: string | null = null;
  for (;;) {
    const page: StoredKey[] = await store.keysOf({ system, stream, after, first: PAGE });
    yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? null;
  }
}
