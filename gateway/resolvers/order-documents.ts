import { type Document, documentsOfOrders } from '../../cache/records/order-documents.ts';
import type { DecodedRow } from '../../cache/sql/row-codec.ts';
import { onKey, onOrdersOfDocument, onPaymentsOfInvoice } from '../caching/cache-tags.ts';
import type { GraphContext } from '../context.ts';
import { type Awaitable, goOn, goOnAll } from '../maybe-promise.ts';
import { keepRecords, type RecordSource } from './lists/records.ts';
import type { FieldResolver } from './subschema.ts';

const storeNames = { shipment: 'shipments', customerReturn: 'returns', invoice: 'invoices' } as const;

/** The shipments, returns or invoices of one order that the viewer may see. */
function readDocuments(document: Document, orderId: string, context: GraphContext): Awaitable<readonly DecodedRow[]> {
  const { columns, loaders, stores } = context;
  const rows = loaders.load(
    `order:${document}${columns.named(document)}`,
    orderId,
    (ids) => stores[storeNames[document]].ofOrders(ids, columns.of(document)),
    onKey,
  );
  return goOn(rows, (known) => known ?? []);
}

/** The same with documents of customers that the viewer may not see: to work something out, never to be shown. */
export function everyDocument(
  document: Document,
  orderId: string,
  context: GraphContext,
): Awaitable<readonly DecodedRow[]> {
  const { columns, loaders, stores } = context;
  if (!stores.visible) return readDocuments(document, orderId, context);
  const rows = loaders.load(
    `all order:${document}${columns.named(document)}`,
    orderId,
    (ids) => documentsOfOrders(stores.sql, document, ids, null, columns.of(document)),
    onKey,
  );
  return goOn(rows, (known) => known ?? []);
}

export function documentsOfOrder(document: Document): FieldResolver {
  return (order: RecordSource, _args: unknown, context: GraphContext) =>
    goOn(readDocuments(document, order.id, context), (rows) => keepRecords(document, rows, context));
}

/** The payments of the order's invoices, oldest first, each once. */
export const paymentsOfOrder: FieldResolver = (order: RecordSource, _args: unknown, context: GraphContext) => {
  const { columns, loaders, stores } = context;
  const name = `invoice:payment${columns.named('payment')}`;
  const read = (ids: readonly string[]) => stores.payments.ofInvoices(ids, columns.of('payment'));
  return goOn(readDocuments('invoice', order.id, context), (invoices) => {
    const paid = invoices.map(({ id }) => loaders.load(name, id, read, onPaymentsOfInvoice));
    return goOnAll(paid, (lists) => {
      const payments = new Map(lists.flatMap((rows) => rows ?? []).map((row) => [row.id, row]));
      return keepRecords('payment', [...payments.values()].sort(byReceipt), context);
    });
  });
};

/** As the database orders: those without a moment first. */
function byReceipt(a: DecodedRow, b: DecodedRow): number {
  const [left, right] = [`${a.receivedAt ?? ''} ${a.id}`, `${b.receivedAt ?? ''} ${b.id}`];
  return left < right ? -1 : Number(left > right);
}

export function ordersOfDocument(document: Document): FieldResolver {
  return (source: RecordSource, _args: unknown, context: GraphContext) => {
    const { columns, loaders, stores } = context;
    const read = (ids: readonly string[]) => stores.orders.ofDocuments(document, ids, columns.of('order'));
    const name = `${document}:orders${columns.named('order')}`;
    const orders = loaders.load(name, source.id, read, onOrdersOfDocument);
    return goOn(orders, (rows) => keepRecords('order', rows ?? [], context));
  };
}
