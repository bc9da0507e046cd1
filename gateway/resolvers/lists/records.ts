import { readChildren, readOfCustomers } from '../../../cache/records/child-records.ts';
import { readByIds, readLongTexts } from '../../../cache/records/record-store.ts';
import type { Visible } from '../../../cache/records/visible.ts';
import type { DecodedRow } from '../../../cache/sql/row-codec.ts';
import type { Entity } from '../../../schema/records.ts';
import { onChildren, onKey, onRecord } from '../../caching/cache-tags.ts';
import type { GraphContext } from '../../context.ts';
import { type Awaitable, goOn } from '../../maybe-promise.ts';
import { customerOfParty } from '../customer/customers.ts';
import type { FieldResolver } from '../subschema.ts';

/** A record as resolvers pass it on: the id at least, the row where it has been read anyway. */
export type RecordSource = { id: string } & Partial<DecodedRow>;

/** The record with this id, or null. */
export function recordById(
  entity: Entity,
  id: unknown,
  { columns, loaders, stores }: GraphContext,
): Awaitable<DecodedRow | null> {
  if (typeof id !== 'string') return null;
  const row = loaders.load(
    `record:${entity}${columns.named(entity)}`,
    id,
    (ids) => readByIds(stores.sql, entity, ids, stores.visible, columns.of(entity)),
    onRecord(entity),
  );
  return goOn(row, (known) => known ?? null);
}

/** A resolver for a long text of a record: rows are read without. */
export function longText(entity: Entity, field: string): FieldResolver {
  return ({ id }: RecordSource, _args: unknown, { loaders, stores }: GraphContext) => {
    const read = (ids: readonly string[]) => readLongTexts(stores.sql, entity, field, ids, stores.visible);
    return loaders.load(`text:${entity}.${field}`, id, read, onRecord(entity));
  };
}

/** Keeps rows that were read by other ways than their ids, so that they are not read again. */
export function keepRecords(
  entity: Entity,
  rows: readonly DecodedRow[],
  { columns, loaders }: GraphContext,
): DecodedRow[] {
  const name = `record:${entity}${columns.named(entity)}`;
  for (const row of rows) loaders.keep(name, row.id, row);
  return [...rows];
}

/** All records of an entity whose field names this one: the lines of an order. */
function children(
  entity: Entity,
  field: string,
  id: string,
  context: GraphContext,
  orderBy: readonly string[] = [],
): Awaitable<readonly DecodedRow[]> {
  return childrenSeen(entity, field, id, context, orderBy, context.stores.visible);
}

/** The same with records that the viewer may not see: to work something out, never to be shown. */
export function everyChild(
  entity: Entity,
  field: string,
  id: string,
  context: GraphContext,
  orderBy: readonly string[] = [],
): Awaitable<readonly DecodedRow[]> {
  return childrenSeen(entity, field, id, context, orderBy, null);
}

function childrenSeen(
  entity: Entity,
  field: string,
  id: string,
  { columns, loaders, stores }: GraphContext,
  orderBy: readonly string[],
  visible: Visible,
): Awaitable<readonly DecodedRow[]> {
  const all = visible === stores.visible ? '' : 'all ';
  const rows = loaders.load(
    `${all}children:${entity}.${field}${columns.named(entity)}`,
    id,
    (ids) => readChildren(stores.sql, entity, field, ids, orderBy, visible, columns.of(entity)),
    onChildren(entity, field),
  );
  return goOn(rows, (known) => known ?? []);
}

/** A resolver for the record that a field of the source names. */
export function referenced(entity: Entity, field: string): FieldResolver {
  return (source: RecordSource, _args: unknown, context: GraphContext) => recordById(entity, source[field], context);
}

/** A resolver for the records whose field names the source. */
export function referencing(entity: Entity, field: string, ...orderBy: string[]): FieldResolver {
  return (source: RecordSource, _args: unknown, context: GraphContext) =>
    children(entity, field, source.id, context, orderBy);
}

/** A resolver for all records of a customer's parties. For lists that stay short. */
export function ofCustomer(entity: Entity, ...orderBy: string[]): FieldResolver {
  return (source: RecordSource, _args: unknown, { columns, loaders, stores }: GraphContext) => {
    const read = (ids: readonly string[]) => readOfCustomers(stores.sql, entity, ids, orderBy, columns.of(entity));
    return goOn(
      loaders.load(`customer:${entity}${columns.named(entity)}`, source.id, read, onKey),
      (rows) => rows ?? [],
    );
  };
}

/** A resolver for the customer whose party the source names. */
export const customerOfRecord: FieldResolver = (source: RecordSource, _args: unknown, context: GraphContext) =>
  customerOfParty(source.partyId as string | null, context);
