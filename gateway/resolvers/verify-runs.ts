import type { StreamName } from '../../cache/sync/sync-store.ts';
import type { GraphContext } from '../context.ts';
import { pageSize } from './lists/page-arguments.ts';

/** The last comparison of one stream with its source. */
export async function lastVerify({ system, stream }: StreamName, _args: unknown, { loaders, stores }: GraphContext) {
  const all = await loaders.load(
    'last verify',
    'all',
    async () => new Map([['all', await stores.verifyRuns.latest()]]),
  );
  return (all ?? []).find((run) => run.system === system && run.stream === stream) ?? null;
}

/** All comparisons of one stream, newest first. */
export function verifyRuns(
  _source: unknown,
  { system, stream, first }: StreamName & { first?: number | null },
  context: GraphContext,
) {
  return context.stores.verifyRuns.ofStream({ system, stream, first: pageSize(first, context) });
}
