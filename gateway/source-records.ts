import type { SourceRecordRow } from '../cache/source-record-store.ts';
import { readRaw } from '../customer-360/read-raw.ts';
import type { Entity } from '../schema/records.ts';
import type { GraphContext } from './context.ts';
import type { RecordSource } from './records.ts';
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

export const sourceRecordResolvers: Resolvers = {
  SourceRecord: { raw: (source: SourceRecordRow) => readRaw(source.raw) },
};
