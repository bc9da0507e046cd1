import type { StoredKey, StreamName, SyncStore } from '../../cache/sync/sync-store.ts';

const PAGE = 5_000;

/** The live records of a stream in the cache, a page of them at a time. */
export function knownKeys(store: SyncStore, name: StreamName): AsyncGenerator<StoredKey[]> {
  return paged(name, store.keysOf);
}

/** The records of a stream in quarantine, a page of them at a time. */
export function quarantinedKeys(store: SyncStore, name: StreamName): AsyncGenerator<{ id: string; key: string }[]> {
  return paged(name, store.quarantinedKeys);
}

async function* paged<T extends { id: string }>(
  { system, stream }: StreamName,
  read: (request: StreamName & { after: string | null; first: number }) => Promise<T[]>,
): AsyncGenerator<T[]> {
  let after: string | null = null;
  for (;;) {
    const page: T[] = await read({ system, stream, after, first: PAGE });
    yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? null;
  }
}
