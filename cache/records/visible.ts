import type { Entity } from '../../schema/records.ts';
import { columnName, entityTables } from '../schema/tables.ts';
import { allOf, type Condition } from '../sql/condition.ts';

/** Which customers a reader may see: a condition on `c`, a row of `customers`. null: everybody. */
export type Visible = Condition | null;

/** What a part belongs to: it may be seen where its whole may be. */
const wholes: Partial<Record<Entity, { entity: Entity; field: string }>> = {
  orderLine: { entity: 'order', field: 'orderId' },
  shipmentLine: { entity: 'shipment', field: 'shipmentId' },
  returnLine: { entity: 'customerReturn', field: 'returnId' },
  invoiceLine: { entity: 'invoice', field: 'invoiceId' },
  paymentAllocation: { entity: 'payment', field: 'paymentId' },
};

/**
 * The rows `t` of an entity that belong to customers who may be seen. Rows of nobody are hidden from all but those who
 * see everybody. A relationship belongs to both its sides. The lines of a document without a party are shown: they are
 * only reached by the order they name, which belongs to somebody.
 */
export function ofVisible(entity: Entity, visible: Visible): Condition[] {
  if (!visible) return [];
  if (entity === 'party') return [partyVisible('t.id', visible)];
  if (entity === 'relationship') {
    return [partyVisible('t.from_party_id', visible), partyVisible('t.to_party_id', visible)];
  }
  const whole = wholes[entity];
  return [whole ? wholeVisible(whole, visible) : partyVisible('t.party_id', visible)];
}

/** True where the party in a column belongs to a customer who may be seen. */
export function partyVisible(column: string, visible: Condition): Condition {
  return {
    sql: `${column} IN (SELECT seen.party_id FROM customer_links seen JOIN customers c ON c.id = seen.customer_id WHERE ${visible.sql})`,
    parameters: visible.parameters,
  };
}

/** The same for documents that are reached by an order that may be seen: those without a party are of that order. */
export function documentVisible(alias: string, visible: Visible): Condition[] {
  if (!visible) return [];
  const own = partyVisible(`${alias}.party_id`, visible);
  return [{ sql: `(${alias}.party_id IS NULL OR ${own.sql})`, parameters: own.parameters }];
}

function wholeVisible({ entity, field }: { entity: Entity; field: string }, visible: Condition): Condition {
  const reference = `t.${columnName(field)}`;
  const own = entity === 'order' ? [partyVisible('w.party_id', visible)] : documentVisible('w', visible);
  const { sql, parameters } = allOf(own);
  return {
    sql: `(${reference} IS NULL OR EXISTS (SELECT 1 FROM ${entityTables[entity]} w WHERE w.id = ${reference} AND ${sql}))`,
    parameters,
  };
}
