import { readErased } from '../../cache/access/erasure-store.ts';
import { sourceRecordId } from '../../cache/sync/source-record-id.ts';
import type { StreamSettings } from '../../config/settings/settings.ts';
import { compileMapping, type Mapping } from '../../connectors/mapping/compile-mapping.ts';
import { withoutErased } from '../../connectors/mapping/without-erased.ts';
import type { StreamRequest } from './sync-run.ts';

/** The mapping of a stream as every job uses it: nobody who was erased comes back through it. */
export async function mappingOf(
  { cache, system, stream }: Pick<StreamRequest, 'cache' | 'system' | 'stream'>,
  settings: StreamSettings,
): Promise<Mapping> {
  const mapping = compileMapping({ system, streamName: stream, stream: settings });
  const isErased = await readErased(cache);
  return withoutErased(mapping, { isErased, recordIdOf: (key) => sourceRecordId({ system, stream, key }) });
}
