import type { CanonicalFields, Entity } from '../../schema/records.ts';
import type { Sql } from '../database/database.ts';
import type { DecodedRow } from '../sql/row-codec.ts';
import { readChildren } from './child-records.ts';
import { readSettling, type SettlingRow } from './open-amounts.ts';
import { documentsOfOrders } from './order-documents.ts';
import { readByIds } from './record-store.ts';

type Row<E extends Entity> = CanonicalFields<E> & { id: string };

/** An order with everything that came of it, as the cache has it. */
export interface OrderWithDocuments {
  order: Row<'order'>;
  lines: Row<'orderLine'>[];
  shipments: Row<'shipment'>[];
  shipmentLines: Row<'shipmentLine'>[];
  returns: Row<'customerReturn'>[];
  returnLines: Row<'returnLine'>[];
  invoices: Row<'invoice'>[];
  invoiceLines: Row<'invoiceLine'>[];
  /** By invoice: what payments and credit notes say of those that state nothing of what is open of them. */
  settling: ReadonlyMap<string, SettlingRow>;
}

/** The next orders by id, behind `after`. */
export async function nextOrders(sql: Sql, after: string, limit: number): Promise<string[]> {
  const rows = await sql.query(`SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT ${Math.trunc(limit)}`, [after]);
  return rows.map(({ id }) => String(id));
}

/** At most a thousand orders with their documents; those that are not there are left out. */
export async function readOrdersWithDocuments(sql: Sql, ids: readonly string[]): Promise<OrderWithDocuments[]> {
  const [orders, lines, shipments, returns, invoices] = await Promise.all([
    readByIds(sql, 'order', ids, null),
    readChildren(sql, 'orderLine', 'orderId', ids, ['lineNo'], null),
    documentsOfOrders(sql, 'shipment', ids, null),
    documentsOfOrders(sql, 'customerReturn', ids, null),
    documentsOfOrders(sql, 'invoice', ids, null),
  ]);
  const unsaid = [...invoices.values()].flat().filter(({ outstandingAmount }) => outstandingAmount === null);
  const [shipmentLines, returnLines, invoiceLines, settling] = await Promise.all([
    linesOf('shipmentLine', 'shipmentId', shipments),
    linesOf('returnLine', 'returnId', returns),
    linesOf('invoiceLine', 'invoiceId', invoices),
    readSettling(sql, [...new Set(unsaid.map(({ id }) => id))]),
  ]);
  const of = <E extends Entity>(rows: DecodedRow[] | undefined) => (rows ?? []) as unknown as Row<E>[];
  const below = <E extends Entity>(known: Map<string, DecodedRow[]>, documents: readonly { id: string }[]) =>
    documents.flatMap(({ id }) => of<E>(known.get(id)));
  return [...orders].map(([id, order]) => {
    const sent = of<'shipment'>(shipments.get(id));
    const returned = of<'customerReturn'>(returns.get(id));
    const billed = of<'invoice'>(invoices.get(id));
    return {
      order: order as unknown as Row<'order'>,
      lines: of<'orderLine'>(lines.get(id)),
      shipments: sent,
      shipmentLines: below<'shipmentLine'>(shipmentLines, sent),
      returns: returned,
      returnLines: below<'returnLine'>(returnLines, returned),
      invoices: billed,
      invoiceLines: below<'invoiceLine'>(invoiceLines, billed),
      settling,
    };
  });

  async function linesOf(entity: Entity, field: string, documents: Map<string, DecodedRow[]>) {
    const documentIds = [...new Set([...documents.values()].flat().map((document) => document.id))];
    if (documentIds.length === 0) return new Map<string, DecodedRow[]>();
    return readChildren(sql, entity, field, documentIds, entity === 'invoiceLine' ? ['lineNo'] : [], null);
  }
}
