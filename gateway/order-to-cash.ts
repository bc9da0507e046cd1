import type { DecodedRow } from '../cache/row-codec.ts';
import type { OrderToCash, OrderToCashFacts } from '../customer-360/order-to-cash/facts.ts';
import { orderToCash } from '../customer-360/order-to-cash.ts';
import type { CanonicalFields } from '../schema/records.ts';
import type { GraphContext } from './context.ts';
import { readDocuments } from './order-documents.ts';
import { children, type RecordSource, recordById } from './records.ts';
import type { FieldResolver } from './subschema.ts';

/** One of the axes of an order, or the stage over them. Four fields of one order are worked out once. */
export function orderToCashField(field: keyof OrderToCash): FieldResolver {
  return async (order: RecordSource, _args: unknown, context: GraphContext) => {
    const axes = await axesOf(order.id, context);
    return axes ? axes[field] : null;
  };
}

const known = new WeakMap<GraphContext, Map<string, Promise<OrderToCash | null>>>();

function axesOf(orderId: string, context: GraphContext): Promise<OrderToCash | null> {
  const ofRequest = known.get(context) ?? new Map<string, Promise<OrderToCash | null>>();
  known.set(context, ofRequest);
  const axes = ofRequest.get(orderId) ?? readAxes(orderId, context);
  ofRequest.set(orderId, axes);
  return axes;
}

async function readAxes(orderId: string, context: GraphContext): Promise<OrderToCash | null> {
  const [order, lines, shipments, returns, invoices] = await Promise.all([
    recordById('order', orderId, context),
    children('orderLine', 'orderId', orderId, context, ['lineNo']),
    readDocuments('shipment', orderId, context),
    readDocuments('customerReturn', orderId, context),
    readDocuments('invoice', orderId, context),
  ]);
  if (!order) return null;
  const [shipmentLines, returnLines, invoiceLines] = await Promise.all([
    linesOf('shipmentLine', 'shipmentId', shipments, context),
    linesOf('returnLine', 'returnId', returns, context),
    linesOf('invoiceLine', 'invoiceId', invoices, context, ['lineNo']),
  ]);
  return orderToCash({
    order: typed<'order'>(order),
    lines: lines.map(typed<'orderLine'>),
    shipments: shipments.map(typed<'shipment'>),
    shipmentLines: shipmentLines.map(typed<'shipmentLine'>),
    returns: returns.map(typed<'customerReturn'>),
    returnLines: returnLines.map(typed<'returnLine'>),
    invoices: invoices.map(typed<'invoice'>),
    invoiceLines: invoiceLines.map(typed<'invoiceLine'>),
    today: context.today,
  } satisfies OrderToCashFacts);
}

async function linesOf(
  entity: 'shipmentLine' | 'returnLine' | 'invoiceLine',
  field: string,
  documents: readonly DecodedRow[],
  context: GraphContext,
  orderBy: readonly string[] = [],
): Promise<DecodedRow[]> {
  const lines = await Promise.all(documents.map(({ id }) => children(entity, field, id, context, orderBy)));
  return lines.flat();
}

/** A row as the record it is: the codec decodes every field of the entity to its canonical form. */
function typed<E extends Parameters<typeof recordById>[0]>(row: DecodedRow): CanonicalFields<E> & { id: string } {
  return row as unknown as CanonicalFields<E> & { id: string };
}
