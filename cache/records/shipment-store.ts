import type { Sql } from '../database/database.ts';
import type { DecodedRow, RowColumns } from '../sql/row-codec.ts';
import { documentsOfOrders, orderMissing } from './order-documents.ts';
import { bothWays, fieldFilters, type RecordList } from './record-list.ts';
import { createRecordStore, type RecordStore } from './record-store.ts';
import type { Visible } from './visible.ts';

const shipments: RecordList = {
  entity: 'shipment',
  orderings: bothWays('shippedAt'),
  filters: {
    ...fieldFilters('shipment', {
      system: 'oneOf',
      status: 'oneOf',
      sourceStatus: 'oneOf',
      shipmentNumber: 'oneOf',
      trackingNumber: 'oneOf',
      carrier: 'oneOf',
      shippedAt: 'span',
      deliveredAt: 'span',
      plannedDate: 'span',
    }),
    orderMissing: orderMissing('shipment'),
  },
  groupings: {
    STATUS: { field: 'status' },
    SOURCE_STATUS: { field: 'sourceStatus' },
    MONTH: { month: 'shippedAt' },
    CARRIER: { field: 'carrier' },
    CUSTOMER: 'customer',
    SYSTEM: 'system',
  },
  sums: {},
};

const returns: RecordList = {
  entity: 'customerReturn',
  orderings: bothWays('returnedAt'),
  filters: {
    ...fieldFilters('customerReturn', {
      system: 'oneOf',
      status: 'oneOf',
      returnNumber: 'oneOf',
      returnedAt: 'span',
    }),
    orderMissing: orderMissing('customerReturn'),
  },
  groupings: {},
  sums: {},
};

export interface OrderDocumentStore extends RecordStore {
  ofOrders(ids: readonly string[], columns?: RowColumns): Promise<Map<string, DecodedRow[]>>;
}

export function createShipmentStore(sql: Sql, visible: Visible): OrderDocumentStore {
  return {
    ...createRecordStore(sql, shipments, visible),
    ofOrders: (ids, columns) => documentsOfOrders(sql, 'shipment', ids, visible, columns),
  };
}

export function createReturnStore(sql: Sql, visible: Visible): OrderDocumentStore {
  return {
    ...createRecordStore(sql, returns, visible),
    ofOrders: (ids, columns) => documentsOfOrders(sql, 'customerReturn', ids, visible, columns),
  };
}
