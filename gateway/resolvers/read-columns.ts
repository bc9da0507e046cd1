import { hash } from 'node:crypto';
import {
  type DocumentNode,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fieldsOf } from '../../cache/schema/tables.ts';
import type { RowColumns } from '../../cache/sql/row-codec.ts';
import { type Entity, entities } from '../../schema/records.ts';

/** Which columns of rows an operation reads. */
export interface ReadColumns {
  of(entity: Entity): RowColumns;
  /** Tells reads of other columns apart: for names of loaders. */
  named(entity: Entity): string;
}

export const allColumns: ReadColumns = { of: () => 'short', named: () => '' };

const types: Readonly<Record<string, Entity>> = {
  Return: 'customerReturn',
  CustomerRelationship: 'relationship',
  ...Object.fromEntries(entities.map((entity) => [entity.charAt(0).toUpperCase() + entity.slice(1), entity])),
};

/** Fields that need no column but ids and references: what they tell is read elsewhere. */
const byReference: ReadonlySet<string> = new Set([
  ...['__typename', 'id', 'system', 'sourceKey', 'live', 'sourceRecord', 'customer', 'lines', 'allocations'],
  ...['order', 'orders', 'orderLine', 'shipment', 'shipments', 'shipmentLines', 'originalShipment', 'returns'],
  ...['invoice', 'invoices', 'invoiceLines', 'originalInvoice', 'payment', 'payments', 'case', 'cases', 'interactions'],
  ...['contact', 'followUpCase', 'reportsTo', 'person', 'from', 'to', 'parentAccount'],
  ...['linkedBy', 'linkedAt', 'confidence'],
]);

/** Fields that are worked out of columns of their record. */
const workedOut: Readonly<Record<string, readonly string[]>> = {
  'Invoice.overdue': ['kind', 'status', 'dueDate', 'paymentStatus', 'outstandingAmount', 'totalAmount'],
  'ServiceCase.followUpOverdue': ['followUpDueAt', 'followUpOutcome'],
};

/** What is read of a row whatever is asked: references, and by what an amount or a person is told for what it is. */
const always: ReadonlySet<string> = new Set(['kind', 'currency']);
/** The same of an entity: what lists in the process are ordered by. */
const alwaysOf: Partial<Record<Entity, readonly string[]>> = { party: ['displayName'], payment: ['receivedAt'] };

/**
 * Finds the columns that the operations of a document read; once a document. A field that tells the value of a column
 * under its name reads that column; one that is not known here may read anything, so that all columns are read.
 */
export function createReadColumns(schema: GraphQLSchema): (document: DocumentNode) => ReadColumns {
  const known = new WeakMap<DocumentNode, ReadColumns>();
  return (document) => {
    const columns = known.get(document) ?? readColumns(document, schema);
    known.set(document, columns);
    return columns;
  };
}

function readColumns(document: DocumentNode, schema: GraphQLSchema): ReadColumns {
  const asked = new Map<Entity, Set<string>>();
  const info = new TypeInfo(schema);
  let anything = false;
  visit(
    document,
    visitWithTypeInfo(info, {
      [Kind.FIELD]({ name: { value: field } }) {
        const parent = info.getParentType();
        const entity = isObjectType(parent) ? types[parent.name] : undefined;
        if (isAbstractType(parent) && !byReference.has(field)) anything = true;
        if (!entity) return;
        const columns = columnsOf(`${parent?.name}.${field}`, entity, field);
        if (!columns) anything = true;
        const ofEntity = asked.get(entity) ?? new Set();
        for (const column of columns ?? []) ofEntity.add(column);
        asked.set(entity, ofEntity);
      },
    }),
  );
  return anything ? allColumns : columnsRead(asked);
}

/** Undefined where that is not known. */
function columnsOf(coordinate: string, entity: Entity, field: string): readonly string[] | undefined {
  if (fieldsOf(entity).some(([name]) => name === field)) return [field];
  return byReference.has(field) ? [] : workedOut[coordinate];
}

function columnsRead(asked: ReadonlyMap<Entity, ReadonlySet<string>>): ReadColumns {
  const known = new Map<Entity, { columns: ReadonlySet<string>; name: string }>();
  const of = (entity: Entity) => {
    const before = known.get(entity);
    if (before) return before;
    const columns = fieldsOf(entity)
      .filter(
        ([name, { type }]) =>
          type === 'reference' ||
          always.has(name) ||
          alwaysOf[entity]?.includes(name) ||
          (type !== 'longText' && asked.get(entity)?.has(name)),
      )
      .map(([name]) => name);
    const found = { columns: new Set(columns), name: `#${hash('sha1', columns.join(), 'hex').slice(0, 8)}` };
    known.set(entity, found);
    return found;
  };
  return { of: (entity) => of(entity).columns, named: (entity) => of(entity).name };
}
