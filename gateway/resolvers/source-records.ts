import type { SourceRecordRow } from '../../cache/sync/source-record-store.ts';
import { readRaw } from '../../customer-360/read-raw.ts';
import type { Entity } from '../../schema/records.ts';
import type { GraphContext } from '../context.ts';
import type { RecordSource } from './lists/records.ts';
import type { FieldResolver, Resolvers } from './subschema.ts';

/** The source record a canonical row was made of, and what it was made to. */
export async function sourceRecordOf(row: RecordSource, entity: Entity, { loaders, stores }: GraphContext) {
  if (!row.originId) return null;
  const record = await loaders.load('source-record', row.originId, stores.sourceRecords.byIds);
  return record ? { ...record, entity, key: row.sourceKey } : null;
}

export function sourceRecordField(entity: Entity): FieldResolver {
  return (source: RecordSource, _args: unknown, context: GraphContext) => sourceRecordOf(source, entity, context);
}

/** null where the viewer may see only some of the customers that the record tells of. */
async function rawOf({ id, raw }: SourceRecordRow, _args: unknown, { loaders, stores }: GraphContext) {
  if (!stores.visible) return readRaw(raw);
  const read = async (ids: readonly string[]) => {
    const shared = await stores.sourceRecords.sharedWithOthers(ids);
    return new Map(ids.map((each) => [each, shared.has(each)]));
  };
  return (await loaders.load('source-record:shared', id, read)) === false ? readRaw(raw) : null;
}

export const sourceRecordResolvers: Resolvers = {
  SourceRecord: { raw: rawOf },
};
