import type { Sql, SqlParameter } from '../database/database.ts';
import { columnName, entityTables } from '../schema/tables.ts';
import { allOf, among, type Condition } from '../sql/condition.ts';
import { rowsBy } from '../sql/group-rows.ts';
import { type DecodedRow, decodeRow, type RowColumns, selectList } from '../sql/row-codec.ts';
import type { Filter } from './record-list.ts';
import { documentVisible, ofVisible, partyVisible, type Visible } from './visible.ts';

/*
 * Where shipments, returns and invoices are joined to orders. A document belongs to an order when it names the
 * order itself, or when one of its lines names the order or one of the order's lines.
 */

const documents = {
  shipment: { lines: 'shipmentLine', field: 'shipmentId', orderBy: 'shippedAt' },
  customerReturn: { lines: 'returnLine', field: 'returnId', orderBy: 'returnedAt' },
  invoice: { lines: 'invoiceLine', field: 'invoiceId', orderBy: 'issueDate' },
} as const;

export type Document = keyof typeof documents;

/** The documents of each order that may be seen, oldest first. */
export async function documentsOfOrders(
  sql: Sql,
  document: Document,
  orderIds: readonly string[],
  visible: Visible,
  columns: RowColumns = 'short',
): Promise<Map<string, DecodedRow[]>> {
  const links = linksBy(document, 'order', orderIds);
  const where = allOf(documentVisible('t', visible));
  const rows = await sql.query(
    `SELECT links.order_id AS \`owner\`, ${selectList(document, 't', sql.dialect, columns)}
     FROM (${links.sql}) links JOIN ${entityTables[document]} t ON t.id = links.document_id
     WHERE ${where.sql} ORDER BY t.\`${columnName(documents[document].orderBy)}\`, t.id`,
    [...links.parameters, ...where.parameters],
  );
  const ofNobody = rows.filter((row) => row.partyId === null).map((row) => String(row.id));
  const hidden = await documentsOfOthers(sql, document, ofNobody, visible);
  const shown = rows.filter((row) => !hidden.has(String(row.id)));
  return rowsBy(shown, 'owner', (row) => decodeRow(document, row, sql.dialect));
}

/** Those of the documents that also belong to an order that may not be seen. */
export async function documentsOfOthers(
  sql: Sql,
  document: Document,
  documentIds: readonly string[],
  visible: Visible,
): Promise<Set<string>> {
  if (!visible || documentIds.length === 0) return new Set();
  const links = linksBy(document, 'document', [...new Set(documentIds)]);
  const own = partyVisible('o.party_id', visible);
  const rows = await sql.query(
    `SELECT DISTINCT links.document_id AS id FROM (${links.sql}) links JOIN orders o ON o.id = links.order_id
     WHERE o.party_id IS NULL OR NOT ${own.sql}`,
    [...links.parameters, ...own.parameters],
  );
  return new Set(rows.map(({ id }) => String(id)));
}

/** The orders of each document, oldest first. */
export async function ordersOfDocuments(
  sql: Sql,
  document: Document,
  documentIds: readonly string[],
  visible: Visible,
  columns: RowColumns = 'short',
): Promise<Map<string, DecodedRow[]>> {
  const links = linksBy(document, 'document', documentIds);
  const where = allOf(ofVisible('order', visible));
  const rows = await sql.query(
    `SELECT links.document_id AS \`owner\`, ${selectList('order', 't', sql.dialect, columns)}
     FROM (${links.sql}) links JOIN orders t ON t.id = links.order_id WHERE ${where.sql}
     ORDER BY t.order_date, t.id`,
    [...links.parameters, ...where.parameters],
  );
  return rowsBy(rows, 'owner', (row) => decodeRow('order', row, sql.dialect));
}

/** A SELECT of (order_id, document_id), each pair once, for the orders or the documents given. */
export function linksBy(document: Document, side: 'order' | 'document', ids: readonly string[]): Condition {
  const { lines, field } = documents[document];
  const own = columnName(field);
  const parts: Condition[] = [
    among(side === 'order' ? 'd.order_id' : 'd.id', ids),
    among(side === 'order' ? 'dl.order_id' : `dl.${own}`, ids),
    among(side === 'order' ? 'ol.order_id' : `dl.${own}`, ids),
  ];
  const parameters: SqlParameter[] = parts.flatMap((part) => part.parameters);
  return {
    sql: `SELECT d.order_id AS order_id, d.id AS document_id FROM ${entityTables[document]} d WHERE ${parts[0]?.sql}
      UNION SELECT dl.order_id, dl.${own} FROM ${entityTables[lines]} dl WHERE ${parts[1]?.sql}
      UNION SELECT ol.order_id, dl.${own} FROM order_lines ol
        JOIN ${entityTables[lines]} dl ON dl.order_line_id = ol.id WHERE ${parts[2]?.sql}`,
    parameters,
  };
}

/** True for the documents `t` that name an order, themselves or on a line, which no system has (yet); a derived table as below. */
function namesMissingOrder(document: Document): Condition {
  const { lines, field } = documents[document];
  const own = columnName(field);
  return {
    sql: `t.id IN (SELECT chosen.id FROM (
      SELECT d.id AS id FROM ${entityTables[document]} d LEFT JOIN orders o ON o.id = d.order_id
        WHERE d.order_id IS NOT NULL AND o.id IS NULL
      UNION SELECT dl.${own} FROM ${entityTables[lines]} dl LEFT JOIN orders o ON o.id = dl.order_id
        WHERE dl.order_id IS NOT NULL AND o.id IS NULL AND dl.${own} IS NOT NULL) chosen)`,
    parameters: [],
  };
}

/** With (or without) an order among those it names that no system has (yet). */
export function orderMissing(document: Document): Filter {
  const missing = namesMissingOrder(document);
  return (wanted) => (wanted ? missing : { ...missing, sql: `NOT ${missing.sql}` });
}

/**
 * True for the orders `t` that have a document `d` for which the condition holds. The union stands in a derived table,
 * because MySQL and MariaDB run a union that is the right side of IN once a row.
 */
export function orderHasDocument(document: Document, condition: Condition): Condition {
  const { lines, field } = documents[document];
  const table = entityTables[document];
  const toLine = `JOIN ${entityTables[lines]} dl ON dl.${columnName(field)} = d.id`;
  return {
    sql: `t.id IN (SELECT chosen.order_id FROM (
      SELECT d.order_id AS order_id FROM ${table} d WHERE d.order_id IS NOT NULL AND ${condition.sql}
      UNION SELECT dl.order_id FROM ${table} d ${toLine} WHERE dl.order_id IS NOT NULL AND ${condition.sql}
      UNION SELECT ol.order_id FROM ${table} d ${toLine} JOIN order_lines ol ON ol.id = dl.order_line_id
        WHERE ${condition.sql}) chosen)`,
    parameters: [...condition.parameters, ...condition.parameters, ...condition.parameters],
  };
}
