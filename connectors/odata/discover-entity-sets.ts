import { HubError } from '../../config/errors.ts';
import type { DiscoveredStream } from '../connector.ts';
import type { EntitySet } from './metadata.ts';
import { countEntities } from './paging/count-entities.ts';
import type { OdataService } from './service.ts';

/** Services of hundreds of entity sets exist; the first ones are counted, the rest only named. */
const MAX_COUNTED = 40;

/** The entity sets of `$metadata`, as streams that could be configured. */
export async function discoverEntitySets(service: OdataService, signal: AbortSignal): Promise<DiscoveredStream[]> {
  const discovered: DiscoveredStream[] = [];
  for (const set of (await service.entitySets(signal)).values()) {
    discovered.push({
      resource: set.name,
      fields: Object.fromEntries(Object.entries(set.properties).map(([name, { type }]) => [name, type])),
      key: set.key,
      cursorCandidates: Object.entries(set.properties)
        .filter(looksLikeStamp)
        .map(([name]) => name),
      count: discovered.length < MAX_COUNTED ? await counted(service, set, signal) : null,
    });
  }
  return discovered;
}

function looksLikeStamp([name, { type }]: [string, { type: string }]): boolean {
  return /^Edm\.Date/.test(type) && /chang|modif|updat|stamp/i.test(name);
}

async function counted(service: OdataService, { name }: EntitySet, signal: AbortSignal): Promise<number | null> {
  try {
    return await countEntities({ service, stream: name, resource: name }, undefined, signal);
  } catch (error) {
    // A set that may not be listed is still there.
    if (error instanceof HubError && error.code !== 'SOURCE_UNREACHABLE') return null;
    throw error;
  }
}
