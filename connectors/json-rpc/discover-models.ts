import { HubError } from '../../config/errors.ts';
import type { DiscoveredStream } from '../connector.ts';
import type { RpcDialect } from './rpc-dialect.ts';

/** The models this login may read, with their fields. Models it may not are left out. */
export async function discoverModels(dialect: RpcDialect, signal: AbortSignal): Promise<DiscoveredStream[]> {
  const found: DiscoveredStream[] = [];
  for (const { name } of await dialect.models(signal)) {
    const fields = await unlessForbidden(() => dialect.fieldsOf(name, signal));
    if (!fields) continue;
    const cursorCandidates = ['write_date', 'create_date'].filter((field) => field in fields);
    found.push({ resource: name, fields, key: ['id'], cursorCandidates, count: null });
  }
  return found;
}

async function unlessForbidden<T>(attempt: () => Promise<T>): Promise<T | null> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof HubError && ['SOURCE_FORBIDDEN', 'SOURCE_NOT_FOUND', 'SOURCE_PROTOCOL'].includes(error.code))
      return null;
    throw error;
  }
}
