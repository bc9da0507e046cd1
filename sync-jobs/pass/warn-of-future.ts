import { contentHash } from '../../cache/sync/content-hash.ts';
import type { SyncStore } from '../../cache/sync/sync-store.ts';
import type { SourceRecord } from '../../connectors/connector.ts';
import type { StreamRequest } from './sync-run.ts';

/**
 * One line for records whose change stamp was brought down to the source's clock: somebody should correct them.
 * They are read again by every pass, so only those are named that the cache does not have yet.
 */
export async function warnOfFuture(
  store: SyncStore,
  { system, stream, log }: Pick<StreamRequest, 'system' | 'stream' | 'log'>,
  given: readonly SourceRecord[],
  plausible: readonly SourceRecord[],
): Promise<void> {
  const capped = given.filter((record, index) => record !== plausible[index]);
  if (capped.length === 0) return;
  const stored = await store.recordsByKeys({ system, stream, keys: capped.map(({ key }) => key) });
  const known = new Map(stored.map((record) => [record.key, record.contentHash]));
  const news = capped.filter(({ key, data }) => known.get(key) !== contentHash(data));
  const [first] = news;
  if (!first) return;
  log.warn(
    { source: system, stream, records: news.length },
    `${system}/${stream}: record ${first.key} carries the change stamp ${first.version}, which is after the source's own clock` +
      `${news.length > 1 ? `, and so do ${news.length - 1} more` : ''}. Correct it there; until then it is read by every pass.`,
  );
}
