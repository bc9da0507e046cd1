import type { SyncStore } from '../../cache/sync/sync-store.ts';
import { defends } from '../../config/defences.ts';
import type { StreamSettings } from '../../config/settings/settings.ts';
import type { SourceRecord } from '../../connectors/connector.ts';
import type { Mapping } from '../../connectors/mapping/compile-mapping.ts';
import { chunks } from '../pass/chunks.ts';
import { hubNow } from '../pass/end-run.ts';
import type { HeldLease } from '../pass/hold-lease.ts';
import type { Tally } from '../pass/run-counters.ts';
import type { StreamRequest } from '../pass/sync-run.ts';
import { latestPlausible, withPlausibleVersion } from '../pass/version-window.ts';

/** Records asked for and saved in one go; connectors cut it smaller where their protocol needs it. */
const CHUNK = 1_000;

export interface KeyedWork {
  store: SyncStore;
  held: HeldLease;
  request: StreamRequest;
  runId: string;
  settings: StreamSettings;
  mapping: Mapping;
  /** The source's clock. */
  clock: () => string;
  tally: Tally;
  /** Whatever the cache has of these records is not trusted: they are written anew (`SavePage.rewrite`). */
  rewrite: boolean;
}

/**
 * Tombstones for records that a scan missed and that are not there when asked for by key either; those that are
 * there after all are saved.
 */
export async function deleteMissing(work: KeyedWork, missing: readonly string[]): Promise<void> {
  for (const keys of chunks(missing, CHUNK)) {
    const found = defends('missed twice') ? await readByKeys(work, keys) : [];
    await save(work, found);
    const there = new Set(found.map(({ key }) => key));
    await bury(
      work,
      keys.filter((key) => !there.has(key)),
    );
  }
}

/** Removes rows that name source records which there are not. */
export async function removeStrays(work: KeyedWork, strays: readonly string[]): Promise<void> {
  const { store, held, runId, tally } = work;
  for (const some of chunks(strays, CHUNK)) {
    const request = { lease: held.lease, runId, keys: [], strays: some, rewrite: true, now: hubNow() };
    tally.deleted((await store.deleteMissing(request)).deleted);
  }
}

/** Reads records by key and saves them as a pass would. */
export async function readMissed(work: KeyedWork, keys: readonly string[]): Promise<void> {
  for (const some of chunks(keys, CHUNK)) await save(work, await readByKeys(work, some));
}

async function readByKeys({ request, held, clock, settings }: KeyedWork, keys: string[]): Promise<SourceRecord[]> {
  const records = await request.connector.readByKeys(request.stream, keys, held.signal);
  held.signal.throwIfAborted();
  return records.map((record) => withPlausibleVersion(record, clock(), settings.cursor));
}

async function save(work: KeyedWork, found: SourceRecord[]): Promise<void> {
  const { store, held, runId, settings, mapping, clock, tally, rewrite } = work;
  if (found.length === 0) return;
  const { lease } = held;
  const prepared = await store.preparePage(lease, await mapping.mapPage(found));
  const latestVersion = latestPlausible(clock(), settings.cursor);
  const how = { mappingHash: mapping.hash, checkpoint: null, rewrite, latestVersion };
  const page = { lease, runId, prepared, ...how, now: hubNow() };
  tally.page(await store.savePage(page), found.length);
}

async function bury({ store, held, runId, tally, rewrite }: KeyedWork, keys: readonly string[]): Promise<void> {
  if (keys.length === 0 || !defends('scan tombstones')) return;
  const { deleted } = await store.deleteMissing({ lease: held.lease, runId, keys, rewrite, now: hubNow() });
  tally.deleted(deleted);
}
