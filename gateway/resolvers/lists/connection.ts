import { type JoinedOrdering, orderColumn } from '../../../cache/records/record-list.ts';
import { recordStats, recordStatsOfCustomers, type StatsGroup } from '../../../cache/records/record-stats.ts';
import type { PageRequest, RecordPage, RecordStore } from '../../../cache/records/record-store.ts';
import type { Ordering, Position } from '../../../cache/sql/keyset.ts';
import type { DecodedRow } from '../../../cache/sql/row-codec.ts';
import { HubError } from '../../../config/errors.ts';
import type { FieldKind } from '../../../schema/fields.ts';
import type { Entity } from '../../../schema/records.ts';
import { DATE_PATTERN, INSTANT_PATTERN } from '../../../schema/time.ts';
import { may } from '../../access/viewer.ts';
import { entityTag, onKey } from '../../caching/cache-tags.ts';
import type { GraphContext } from '../../context.ts';
import { type Awaitable, goOn } from '../../maybe-promise.ts';
import { once } from '../once.ts';
import type { Stores } from '../stores.ts';
import type { FieldResolver } from '../subschema.ts';
import { decodeCursor, encodeCursor, isId } from './cursor.ts';
import { filterOf, pageSize } from './page-arguments.ts';
import { keepRecords, type RecordSource, recordById } from './records.ts';

/** One page of a list, read when a field asks for it, and the questions on the whole list. */
export interface Connection<Node = object> {
  page(): Awaitable<{ nodes: Node[]; hasNextPage: boolean }>;
  hasPreviousPage: boolean;
  cursorOf(node: Node): string;
  count(): Promise<number>;
  stats?(groupBy: readonly string[]): Promise<StatsGroup[]>;
}

interface ListArguments {
  filter?: Record<string, unknown> | null;
  orderBy?: string | null;
  first?: number | null;
  after?: string | null;
}

/** A resolver for a list of all records that fit the filter. */
export function recordConnection(field: string, storeOf: (stores: Stores) => RecordStore): FieldResolver {
  return (_source: unknown, args: ListArguments, context: GraphContext): Awaitable<Connection<DecodedRow>> => {
    const store = storeOf(context.stores);
    return goOn(readArguments(field, store, args, context), (list) => {
      const { request } = list;
      if (isDerived(store, request)) context.reads.noteUntold();
      else context.reads.note([entityTag(store.list.entity), entityTag('customer')]);
      const page = once(() => store.page(request));
      return {
        ...connectionOf(list, page, store, context),
        count: once(() => store.count(request)),
        stats(groupBy) {
          return recordStats(context.stores.sql, store, { ...request, groupBy });
        },
      };
    });
  };
}

/** A resolver for a customer's list: the lists of all customers of a level are read at once. */
export function customerConnection(field: string, storeOf: (stores: Stores) => RecordStore): FieldResolver {
  return (customer: RecordSource, args: ListArguments, context: GraphContext): Awaitable<Connection<DecodedRow>> => {
    const store = storeOf(context.stores);
    return goOn(readArguments(field, store, args, context), (list) => {
      const { columns, ...asked } = list.request;
      const request = { ...asked, columns };
      const { loaders, stores } = context;
      const pageName = `${field}:page${context.columns.named(store.list.entity)}:${JSON.stringify(asked)}`;
      const told = isDerived(store, request) ? undefined : onKey;
      const page = once(() =>
        goOn(
          loaders.load(pageName, customer.id, (ids) => store.pagesOfCustomers(ids, request), told),
          (read) => read ?? emptyPage,
        ),
      );
      return {
        ...connectionOf(list, page, store, context),
        async count() {
          const name = `${field}:count:${JSON.stringify([request.filter, request.today])}`;
          return (await loaders.load(name, customer.id, (ids) => store.countsOfCustomers(ids, request), told)) ?? 0;
        },
        async stats(groupBy: readonly string[]) {
          const name = `${field}:stats:${JSON.stringify([request.filter, request.today, groupBy])}`;
          const read = (ids: readonly string[]) =>
            recordStatsOfCustomers(stores.sql, store, ids, { ...request, groupBy });
          return (await loaders.load(name, customer.id, read, told)) ?? [];
        },
      };
    });
  };
}

/** By something that the change log does not tell of. */
function isDerived({ list }: RecordStore, { filter, orderBy }: PageRequest): boolean {
  const { derived } = list;
  if (!derived) return false;
  return derived.has(orderBy) || Object.entries(filter).some(([name, value]) => value != null && derived.has(name));
}

const emptyPage: RecordPage = { rows: [], hasNextPage: false };

interface ReadList {
  request: PageRequest;
  tag: string;
  orderingField: string;
}

function readArguments(
  field: string,
  { list }: RecordStore,
  args: ListArguments,
  context: GraphContext,
): Awaitable<ReadList> {
  const orderBy = args.orderBy ?? defaultOrder(list.orderings);
  const ordering: Ordering | JoinedOrdering = list.orderings[orderBy] ?? { field: 'id', direction: 'ASC' };
  const orderingField = ordering.field;
  const tag = `${field}(orderBy: ${orderBy})`;
  const { kind } = orderColumn(list.entity, ordering);
  const place = { entity: list.entity, orderingField, tag, kind };
  return goOn(filterOf(args.filter, context), (filter) =>
    goOn(args.after == null ? null : placeOf(args.after, place, context), (after) => ({
      request: {
        filter: { ...filter, ...impliedBy(ordering, args.filter) },
        today: context.today,
        zone: context.zone,
        orderBy,
        first: pageSize(args.first, context),
        after,
        columns: context.columns.of(list.entity),
      },
      tag,
      orderingField,
    })),
  );
}

/** Where the page before ended. */
function placeOf(
  after: string,
  { entity, orderingField, tag, kind }: { entity: Entity; orderingField: string; tag: string; kind: FieldKind },
  context: GraphContext,
): Awaitable<Position> {
  if (!hidesNames(orderingField, context)) return positionOf(after, tag, kind);
  const id = idOf(after, tag);
  return goOn(recordById(entity, id, context), (row) =>
    row ? { value: row[orderingField] as string | null, id } : gonePlace(tag),
  );
}

/** An order by something that not all have is a filter too, so that counts and sums are of what is listed. */
function impliedBy(ordering: Ordering | JoinedOrdering, filter: ListArguments['filter']): Record<string, unknown> {
  return 'implies' in ordering ? { [ordering.implies]: filter?.[ordering.implies] ?? {} } : {};
}

/** An explicit `orderBy: null` means what leaving it out means for most lists: newest first, or by name. */
function defaultOrder(orderings: Readonly<Record<string, object>>): string {
  const names = Object.keys(orderings);
  return names.find((name) => /(_AT|_ON|_DATE)_DESC$/.test(name)) ?? names[0] ?? '';
}

/** The place a cursor of `tag` stands for; its value must be one that the list can be ordered by. */
export function positionOf(cursor: string, tag: string, kind: FieldKind) {
  const [value = null, id] = decodeCursor(
    cursor,
    tag,
    (values) => values.length === 2 && isValueOf(kind, values[0]) && isId(values[1]),
  );
  return { value, id: String(id) };
}

/**
 * A cursor says where a page ended, so one of a list by name would tell the names that are masked: for viewers without
 * `pii:read` it says the id alone, and the name is looked up.
 */
export function hidesNames(orderingField: string, { viewer }: GraphContext): boolean {
  return orderingField === 'displayName' && !may(viewer, 'pii:read');
}

/** The id in a cursor that says no more. */
export function idOf(cursor: string, tag: string): string {
  return String(decodeCursor(cursor, tag, (values) => values.length === 1 && isId(values[0]))[0]);
}

/** Throws CURSOR_INVALID for a place whose record is no longer there. */
export function gonePlace(tag: string): never {
  throw new HubError(
    'CURSOR_INVALID',
    `The record that the cursor of ${tag} names is no longer there. Begin again without \`after\`.`,
  );
}

function isValueOf(kind: FieldKind, value: string | null | undefined): boolean {
  if (value === null) return true;
  if (value === undefined) return false;
  if (kind.type === 'date') return DATE_PATTERN.test(value);
  if (kind.type === 'decimal') return /^-?\d{1,15}(\.\d{1,4})?$/.test(value);
  if (kind.type === 'integer') return /^-?\d{1,15}$/.test(value);
  return kind.type === 'instant' ? INSTANT_PATTERN.test(value) : true;
}

function connectionOf(
  { request, tag, orderingField }: ReadList,
  read: () => Awaitable<RecordPage>,
  { list }: RecordStore,
  context: GraphContext,
) {
  return {
    page: once(() =>
      goOn(read(), ({ rows, hasNextPage }) => ({ nodes: keepRecords(list.entity, rows, context), hasNextPage })),
    ),
    hasPreviousPage: request.after !== null,
    cursorOf(row: DecodedRow) {
      const value = hidesNames(orderingField, context) ? [] : [(row[orderingField] as string | null) ?? null];
      return encodeCursor(tag, [...value, row.id]);
    },
  };
}
