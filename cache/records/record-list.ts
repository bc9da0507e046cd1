import type { FieldKind } from '../../schema/fields.ts';
import type { Entity } from '../../schema/records.ts';
import type { Dialect } from '../schema/columns.ts';
import { columnName, fieldsOf, rowColumns } from '../schema/tables.ts';
import { among, asciiOnly, type Condition, within } from '../sql/condition.ts';
import type { Ordering } from '../sql/keyset.ts';
import { encodeValue } from '../sql/row-codec.ts';

/*
 * What a list of canonical records can be filtered, ordered, grouped and summed by: one `RecordList` an entity,
 * declared in its store and read by `createRecordStore`. The table is always called `t`.
 */

export interface FilterContext {
  dialect: Dialect;
  /** The business date of the question. */
  today: string;
  /** The zone that it is of; UTC when left out. */
  zone?: string | undefined;
}

/** Makes the condition of one argument; the value has the shape the SDL promises. */
export type Filter = (value: unknown, context: FilterContext) => Condition;

/** Group by a field, by the month of a date or instant, by system or by golden customer. */
export type Grouping = { field: string } | { month: string } | 'system' | 'customer';

/** An order by something that is not in the entity's own table. */
export interface JoinedOrdering extends Ordering {
  kind: FieldKind;
  /** Joins what `column` is of to `t`, and leaves out what has none. */
  join: string;
  column: string;
  /** The same as `t.id`, where the index goes on with it. */
  id: string;
  /** The filter that leaves out the same when its span is open: for counts and sums of what is listed. */
  implies: string;
}

export interface RecordList {
  entity: Entity;
  /** Name in the graph → order. */
  orderings: Readonly<Record<string, Ordering | JoinedOrdering>>;
  /** Filters and orders by what is worked out behind the records: the change log does not tell when it is another. */
  derived?: ReadonlySet<string>;
  /** Argument in the graph → condition. */
  filters: Readonly<Record<string, Filter>>;
  /** Name in the graph → group. */
  groupings: Readonly<Record<string, Grouping>>;
  /** Name in the answer → decimal field; sums are always apart by currency. */
  sums: Readonly<Record<string, string>>;
}

/** The kind of a field or row column of an entity. Throws TypeError for one it does not have. */
export function kindOfField(entity: Entity, field: string): FieldKind {
  const kind = fieldsOf(entity).find(([name]) => name === field)?.[1] ?? rowColumns[columnName(field)];
  if (!kind) throw new TypeError(`Expected a field of ${entity}, got "${field}".`);
  return kind;
}

export function columnOfField(field: string): string {
  return `t.\`${columnName(field)}\``;
}

/** Where the values of an order are. */
export function orderColumn(entity: Entity, ordering: Ordering | JoinedOrdering) {
  if ('column' in ordering) return ordering;
  return { column: columnOfField(ordering.field), kind: kindOfField(entity, ordering.field), id: 't.id', join: '' };
}

/** The field has one of the values. */
function oneOfField(entity: Entity, field: string): Filter {
  const kind = kindOfField(entity, field);
  const isText = kind.type === 'text';
  return (values, { dialect }) => {
    const possible = isText ? (values as string[]) : asciiOnly(values as string[]);
    return among(
      columnOfField(field),
      possible.map((value) => encodeValue(kind, value, dialect)),
    );
  };
}

/** The field lies in a span. */
function spanOfField(entity: Entity, field: string): Filter {
  const kind = kindOfField(entity, field);
  return (span, { dialect }) => within(columnOfField(field), kind, span as { from?: string; to?: string }, dialect);
}

/** The record's party belongs to one of the customers. */
const ofCustomers: Filter = (ids) => {
  const chosen = among('customer_id', ids as string[]);
  return {
    sql: `t.party_id IN (SELECT party_id FROM customer_links WHERE ${chosen.sql})`,
    parameters: chosen.parameters,
  };
};

/** `{status: oneOf, orderDate: span}`: the filters of the fields named, under their own names. */
export function fieldFilters(entity: Entity, fields: Record<string, 'oneOf' | 'span'>): Record<string, Filter> {
  const filters = Object.entries(fields).map(([field, form]): [string, Filter] => [
    field,
    form === 'oneOf' ? oneOfField(entity, field) : spanOfField(entity, field),
  ]);
  return { ...Object.fromEntries(filters), customer: ofCustomers };
}

/** Both directions of an order by a field: ORDER_DATE_ASC and ORDER_DATE_DESC. */
export function bothWays(...fields: string[]): Record<string, Ordering> {
  return Object.fromEntries(
    fields.flatMap((field) =>
      (['ASC', 'DESC'] as const).map((direction) => [
        `${columnName(field).toUpperCase()}_${direction}`,
        { field, direction },
      ]),
    ),
  );
}
