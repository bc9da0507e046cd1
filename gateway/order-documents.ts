import type { Document } from '../cache/order-documents.ts';
import type { DecodedRow } from '../cache/row-codec.ts';
import type { GraphContext } from './context.ts';
import { onKey, onOrdersOfDocument } from './dependencies.ts';
import { keepRecords, type RecordSource } from './records.ts';
import type { FieldResolver } from './subschema.ts';

const storeNames = { shipment: 'shipments', customerReturn: 'returns', invoice: 'invoices' } as const;

/** The shipments, returns or invoices of one order. */
export async function readDocuments(document: Document, orderId: string, context: GraphContext): Promise<DecodedRow[]> {
  const store = context.stores[storeNames[document]];
  return (await context.loaders.load(`order:${document}`, orderId, store.ofOrders, onKey)) ?? [];
}

export function documentsOfOrder(document: Document): FieldResolver {
  return async (order: RecordSource, _args: unknown, context: GraphContext) =>
    keepRecords(document, await readDocuments(document, order.id, context), context);
}

export function ordersOfDocument(document: Document): FieldResolver {
  return async (source: RecordSource, _args: unknown, context: GraphContext) => {
    const read = (ids: readonly string[]) => context.stores.orders.ofDocuments(document, ids);
    const orders = (await context.loaders.load(`${document}:orders`, source.id, read, onOrdersOfDocument)) ?? [];
    return keepRecords('order', orders, context);
  };
}
