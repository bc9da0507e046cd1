import { rowsBy } from '../../cache/sql/group-rows.ts';
import type { DriftEvent } from '../../cache/streams/drift-event.ts';
import type { StreamName } from '../../cache/sync/sync-store.ts';
import type { GraphContext } from '../context.ts';

/** How many are shown of all streams together; the log and the run history have had them all. */
const MOST = 500;

/** The changes of shape of one stream that wait for somebody. */
export async function openDrift({ system, stream }: StreamName, _args: unknown, { loaders, stores }: GraphContext) {
  const found = await loaders.load('open drift', 'all', async () => {
    return new Map([['all', await stores.drift.list({ first: MOST })]]);
  });
  return (found ?? []).filter((one) => one.system === system && one.stream === stream).map(shown);
}

/** The changes of shape that one run was the first to see. */
export async function driftOfRun({ id }: { id: string }, _args: unknown, { loaders, stores }: GraphContext) {
  const found = await loaders.load('drift by run', id, async (ids) => {
    return rowsBy(await stores.drift.ofRuns(ids), 'runId', shown);
  });
  return found ?? [];
}

/** The record that a change was first seen in: whose it is, is not known. */
export function driftKey({ key }: { key: string | null }, _args: unknown, { stores }: GraphContext): string | null {
  return stores.visible ? null : key;
}

/** The store's names under the graph's. */
function shown({ from, to, sourceKey, ...event }: DriftEvent) {
  return { ...event, fromTypes: from, toTypes: to, key: sourceKey };
}
