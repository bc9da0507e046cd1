import type { StreamName } from '../../../cache/sync/sync-store.ts';
import type { Entity } from '../../../schema/records.ts';
import { type RecordSource, recordById } from '../lists/records.ts';
import type { FieldResolver } from '../subschema.ts';

/**
 * A resolver for a record as its system has it at this moment: the same type with fresh values. All records of a stream
 * that an operation asks for are read at once; a source that does not answer costs these fields only. The answer is not
 * kept.
 */
export function liveField(entity: Entity): FieldResolver {
  return async (source: RecordSource, _args: unknown, context) => {
    const { live, loaders, signal, stores } = context;
    const row = await recordById(entity, source.id, context);
    const origin = row && (await loaders.load('source-record', String(row.originId), stores.sourceRecords.byIds));
    if (!origin || !live.isLive(origin)) return null;
    const { system, stream }: StreamName = origin;
    // a read without dependencies: neither it nor the answer is kept
    const read = (keys: readonly string[]) => live.read({ system, stream }, keys, signal);
    const found = await loaders.load(`live:${system}/${stream}`, origin.sourceKey, read);
    if (!found) return null;
    if (found instanceof Error) throw found;
    const now = found.find((each) => each.entity === entity && each.id === row.id);
    // who may be seen is decided by the cache: what has gone to somebody else since is for the next pass
    if (!now || (stores.visible && now.fields.partyId !== row.partyId)) return null;
    return { ...row, ...now.fields };
  };
}
