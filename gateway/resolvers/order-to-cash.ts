import type { SettlingRow } from '../../cache/records/open-amounts.ts';
import type { DecodedRow } from '../../cache/sql/row-codec.ts';
import { decimalOf, type Units } from '../../customer-360/exact-decimal.ts';
import type { OrderToCash, OrderToCashFacts } from '../../customer-360/order-to-cash/facts.ts';
import { orderToCash } from '../../customer-360/order-to-cash/order-to-cash.ts';
import { type LineQuantities, quantitiesOf } from '../../customer-360/order-to-cash/quantities.ts';
import type { CanonicalFields } from '../../schema/records.ts';
import type { GraphContext } from '../context.ts';
import { everyChild, type RecordSource, recordById } from './lists/records.ts';
import { loadSettling } from './open-invoices.ts';
import { everyDocument } from './order-documents.ts';
import type { FieldResolver } from './subschema.ts';

/** One of the axes of an order, or the stage over them. Four fields of one order are worked out once. */
export function orderToCashField(field: keyof OrderToCash): FieldResolver {
  return async (order: RecordSource, _args: unknown, context: GraphContext) => {
    const progress = await progressOf(order.id, context);
    return progress ? progress.axes[field] : null;
  };
}

/** A quantity of an order line as all systems together tell it; null where it was ordered without a quantity. */
export function lineQuantity(read: (quantities: LineQuantities) => Units): FieldResolver {
  return async (line: RecordSource, _args: unknown, context: GraphContext) => {
    const row = await recordById('orderLine', line.id, context);
    if (!row || row.orderedQty === null) return null;
    const progress = await progressOf(String(row.orderId), context);
    const quantities = progress?.lines.get(line.id);
    return quantities ? decimalOf(read(quantities)) : null;
  };
}

/** How far an order is, as a whole and line by line. */
interface Progress {
  axes: OrderToCash;
  lines: ReadonlyMap<string, LineQuantities>;
}

const known = new WeakMap<GraphContext, Map<string, Promise<Progress | null>>>();

function progressOf(orderId: string, context: GraphContext): Promise<Progress | null> {
  const ofRequest = known.get(context) ?? new Map<string, Promise<Progress | null>>();
  known.set(context, ofRequest);
  const progress = ofRequest.get(orderId) ?? readProgress(orderId, context);
  ofRequest.set(orderId, progress);
  return progress;
}

/**
 * How far an order is belongs to the order: it is worked out of all its documents and lines, as the lists are filtered
 * by it, also where some of them belong to customers that the viewer may not see.
 */
async function readProgress(orderId: string, context: GraphContext): Promise<Progress | null> {
  const [order, lines, shipments, returns, invoices] = await Promise.all([
    recordById('order', orderId, context),
    everyChild('orderLine', 'orderId', orderId, context, ['lineNo']),
    everyDocument('shipment', orderId, context),
    everyDocument('customerReturn', orderId, context),
    everyDocument('invoice', orderId, context),
  ]);
  if (!order) return null;
  const [shipmentLines, returnLines, invoiceLines] = await Promise.all([
    linesOf('shipmentLine', 'shipmentId', shipments, context),
    linesOf('returnLine', 'returnId', returns, context),
    linesOf('invoiceLine', 'invoiceId', invoices, context, ['lineNo']),
  ]);
  const facts = {
    order: typed<'order'>(order),
    lines: lines.map(typed<'orderLine'>),
    shipments: shipments.map(typed<'shipment'>),
    shipmentLines: shipmentLines.map(typed<'shipmentLine'>),
    returns: returns.map(typed<'customerReturn'>),
    returnLines: returnLines.map(typed<'returnLine'>),
    invoices: invoices.map(typed<'invoice'>),
    invoiceLines: invoiceLines.map(typed<'invoiceLine'>),
    settling: await settlingOf(invoices, context),
    today: context.today,
  } satisfies OrderToCashFacts;
  const quantities = quantitiesOf(facts).lines;
  return {
    axes: orderToCash(facts),
    lines: new Map(quantities.map((each, index) => [lines[index]?.id ?? '', each])),
  };
}

/** What payments and credit notes say of the invoices that state nothing of what is open of them. */
async function settlingOf(invoices: readonly DecodedRow[], context: GraphContext): Promise<Map<string, SettlingRow>> {
  const unsaid = invoices.filter(({ outstandingAmount }) => outstandingAmount === null);
  const found = await Promise.all(unsaid.map(async ({ id }) => [id, await loadSettling(id, context)] as const));
  return new Map(found.flatMap(([id, row]) => (row ? [[id, row] as const] : [])));
}

async function linesOf(
  entity: 'shipmentLine' | 'returnLine' | 'invoiceLine',
  field: string,
  documents: readonly DecodedRow[],
  context: GraphContext,
  orderBy: readonly string[] = [],
): Promise<DecodedRow[]> {
  const lines = await Promise.all(documents.map(({ id }) => everyChild(entity, field, id, context, orderBy)));
  return lines.flat();
}

/** A row as the record it is: the codec decodes every field of the entity to its canonical form. */
function typed<E extends Parameters<typeof recordById>[0]>(row: DecodedRow): CanonicalFields<E> & { id: string } {
  return row as unknown as CanonicalFields<E> & { id: string };
}
