import type { Sql } from '../database/database.ts';
import { queryByKeys } from '../sql/bulk-statements.ts';
import { among, asciiOnly } from '../sql/condition.ts';
import type { DecodedRow, RowColumns } from '../sql/row-codec.ts';
import { overdueInvoice } from './invoice-store.ts';
import { type Document, orderHasDocument, ordersOfDocuments } from './order-documents.ts';
import { progressFilters, progressOrderings } from './order-progress.ts';
import { bothWays, type Filter, fieldFilters, type RecordList } from './record-list.ts';
import { createRecordStore, type RecordStore } from './record-store.ts';
import type { Visible } from './visible.ts';

/** With a shipment in one of these states. */
const shipmentStatus: Filter = (states) => orderHasDocument('shipment', among('d.status', states as string[]));

/** With (or without) an overdue invoice. */
const overdue: Filter = (wanted, context) => {
  const late = orderHasDocument('invoice', overdueInvoice('d', context));
  return wanted ? late : { ...late, sql: `NOT ${late.sql}` };
};

/** Of a customer of whom the numbers say so. */
function ofCustomersWith(column: 'grade' | 'stage' | 'at_risk'): Filter {
  return (wanted) => {
    const values = typeof wanted === 'boolean' ? [wanted ? 1 : 0] : asciiOnly(wanted as string[]);
    const chosen = among(`n.${column}`, values);
    return {
      sql: `t.party_id IN (SELECT l.party_id FROM customer_insight n JOIN customer_links l ON l.customer_id = n.customer_id
        WHERE ${chosen.sql})`,
      parameters: chosen.parameters,
    };
  };
}

const derivedFilters: Readonly<Record<string, Filter>> = {
  ...progressFilters,
  customerGrade: ofCustomersWith('grade'),
  customerStage: ofCustomersWith('stage'),
  customerAtRisk: ofCustomersWith('at_risk'),
};

const orders: RecordList = {
  entity: 'order',
  orderings: { ...bothWays('orderDate', 'orderNumber'), ...progressOrderings },
  derived: new Set([...Object.keys(derivedFilters), ...Object.keys(progressOrderings)]),
  filters: {
    ...fieldFilters('order', {
      system: 'oneOf',
      status: 'oneOf',
      sourceStatus: 'oneOf',
      orderNumber: 'oneOf',
      customerReference: 'oneOf',
      currency: 'oneOf',
      orderDate: 'span',
      requestedDate: 'span',
      promisedDate: 'span',
      totalAmount: 'span',
    }),
    shipmentStatus,
    overdue,
    ...derivedFilters,
  },
  groupings: {
    STATUS: { field: 'status' },
    SOURCE_STATUS: { field: 'sourceStatus' },
    MONTH: { month: 'orderDate' },
    CURRENCY: { field: 'currency' },
    CUSTOMER: 'customer',
    SYSTEM: 'system',
  },
  sums: { amount: 'totalAmount', netAmount: 'netAmount' },
};

export interface OrderStore extends RecordStore {
  ofDocuments(document: Document, ids: readonly string[], columns?: RowColumns): Promise<Map<string, DecodedRow[]>>;
}

export function createOrderStore(sql: Sql, visible: Visible): OrderStore {
  return {
    ...createRecordStore(sql, orders, visible),
    ofDocuments: (document, ids, columns) => ordersOfDocuments(sql, document, ids, visible, columns),
  };
}

/** Those of the orders that belong to the customer now. */
/** Those of the parties that are the customer. */
export async function partiesOfCustomer(sql: Sql, customerId: string, partyIds: readonly string[]): Promise<string[]> {
  const rows = await queryByKeys<{ id: string; customerId: string }>(
    sql,
    partyIds,
    (list) => `SELECT party_id AS id, customer_id AS customerId FROM customer_links WHERE party_id IN (${list})`,
  );
  return rows.filter((row) => row.customerId === customerId).map(({ id }) => id);
}

export async function ordersOfCustomer(sql: Sql, customerId: string, orderIds: readonly string[]): Promise<string[]> {
  const rows = await queryByKeys<{ id: string; customerId: string }>(
    sql,
    orderIds,
    (list) =>
      `SELECT o.id AS id, l.customer_id AS customerId
       FROM orders o JOIN customer_links l ON l.party_id = o.party_id WHERE o.id IN (${list})`,
  );
  return rows.filter((row) => row.customerId === customerId).map(({ id }) => id);
}
