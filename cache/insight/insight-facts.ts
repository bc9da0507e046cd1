import type { CanonicalFields } from '../../schema/records.ts';
import type { Sql } from '../database/database.ts';
import { readChildren } from '../records/child-records.ts';
import { readSettling } from '../records/open-amounts.ts';
import { documentsOfOrders } from '../records/order-documents.ts';
import { piecesOf, queryByKeys } from '../sql/bulk-statements.ts';
import { rowsBy } from '../sql/group-rows.ts';
import { type DecodedRow, decodeRow, decodeSum, selectList, sumOf } from '../sql/row-codec.ts';

/*
 * What the numbers about customers are worked out of, read for many customers at once: by keys, one statement a kind
 * of record and thousand customers.
 *
 * COALESCE keeps the index of a status or kind out of it: without statistics SQLite holds any one value of an index for
 * as rare as a party, and would go through all posted invoices, or for each customer through all complaints.
 */

/** Orders of one customer, day and currency; those with an amount below zero are apart from the others. */
export interface DayOfOrders {
  customerId: string;
  date: string;
  currency: string | null;
  /** Exact. */
  amount: string;
  orders: number;
  /** Returns and credits that are booked as orders with an amount below zero. */
  isCredit: boolean;
}

export interface PurchaseRequest {
  /** Which amount of an order counts; the other where there is none. */
  amount: 'net' | 'total';
  /** The last day that counts. */
  until: string;
}

/** Orders that are confirmed, in process or done, by day; orders without a date are left out. */
export async function readPurchases(
  sql: Sql,
  customerIds: readonly string[],
  { amount, until }: PurchaseRequest,
): Promise<DayOfOrders[]> {
  const counted =
    amount === 'net' ? 'COALESCE(t.net_amount, t.total_amount, 0)' : 'COALESCE(t.total_amount, t.net_amount, 0)';
  const rows = await queryByKeys(
    sql,
    customerIds,
    (list) =>
      `SELECT l.customer_id AS customerId, t.order_date AS orderDate, t.currency AS currency,
              CASE WHEN ${counted} < 0 THEN 1 ELSE 0 END AS isCredit,
              ${sumOf(counted, sql.dialect)} AS amount, COUNT(*) AS orders
       FROM customer_links l JOIN orders t ON t.party_id = l.party_id
       WHERE t.order_date <= ? AND t.status IN ('CONFIRMED', 'PROCESSING', 'DONE') AND l.customer_id IN (${list})
       GROUP BY l.customer_id, t.order_date, t.currency, CASE WHEN ${counted} < 0 THEN 1 ELSE 0 END`,
    [until],
  );
  return rows.map((row) => ({
    customerId: String(row.customerId),
    date: String(row.orderDate),
    currency: row.currency === null ? null : String(row.currency),
    amount: decodeSum(row.amount, sql.dialect),
    orders: Number(row.orders),
    isCredit: Number(row.isCredit) === 1,
  }));
}

/** The next customers by id, behind `after`. */
export async function nextCustomers(sql: Sql, after: string, limit: number): Promise<string[]> {
  const rows = await sql.query(`SELECT id FROM customers WHERE id > ? ORDER BY id LIMIT ${Math.trunc(limit)}`, [after]);
  return rows.map(({ id }) => String(id));
}

export async function countCustomers(sql: Sql): Promise<number> {
  const [row] = await sql.query('SELECT COUNT(*) AS n FROM customers');
  return Number(row?.n ?? 0);
}

/** The currency that most orders are in; null without orders that name one. */
export async function mostUsedCurrency(sql: Sql): Promise<string | null> {
  const [row] = await sql.query(
    'SELECT currency FROM orders WHERE currency IS NOT NULL GROUP BY currency ORDER BY COUNT(*) DESC, currency LIMIT 1',
  );
  return row ? String(row.currency) : null;
}

type Owned<Fields> = Fields & { id: string };

export interface OrderForOtif {
  order: Owned<CanonicalFields<'order'>>;
  lines: Owned<CanonicalFields<'orderLine'>>[];
  shipments: (Owned<CanonicalFields<'shipment'>> & { system: string })[];
  shipmentLines: Owned<CanonicalFields<'shipmentLine'>>[];
}

/** Orders of each customer whose date (wanted or promised) lies in the span, with lines and shipments. */
export async function readOrdersToDeliver(
  sql: Sql,
  customerIds: readonly string[],
  { from, until }: { from: string; until: string },
): Promise<Map<string, OrderForOtif[]>> {
  const rows = await queryByKeys(
    sql,
    customerIds,
    (list) =>
      `SELECT l.customer_id AS \`owner\`, ${selectList('order', 't', sql.dialect)}
       FROM customer_links l JOIN orders t ON t.party_id = l.party_id
       WHERE COALESCE(t.requested_date, t.promised_date) >= ? AND COALESCE(t.requested_date, t.promised_date) <= ?
         AND t.status IN ('CONFIRMED', 'PROCESSING', 'DONE') AND l.customer_id IN (${list})`,
    [from, until],
  );
  const ids = rows.map(({ id }) => String(id));
  const lines = await inPieces(sql, ids, (part) => readChildren(sql, 'orderLine', 'orderId', part, ['lineNo'], null));
  const shipments = await inPieces(sql, ids, (part) => documentsOfOrders(sql, 'shipment', part, null));
  const shipmentIds = [...new Set([...shipments.values()].flat().map(({ id }) => id))];
  const shipmentLines = await inPieces(sql, shipmentIds, (part) =>
    readChildren(sql, 'shipmentLine', 'shipmentId', part, [], null),
  );
  return rowsBy(rows, 'owner', (row) => {
    const sent = shipments.get(String(row.id)) ?? [];
    return {
      order: typed<'order'>(decodeRow('order', row, sql.dialect)),
      lines: (lines.get(String(row.id)) ?? []).map(typed<'orderLine'>),
      shipments: sent.map((row) => ({ ...typed<'shipment'>(row), system: row.system })),
      shipmentLines: sent.flatMap(({ id }) => shipmentLines.get(id) ?? []).map(typed<'shipmentLine'>),
    };
  });
}

/** Posted invoices and credit notes with something left to pay, or issued on or after `since`. */
export async function readInvoices(sql: Sql, customerIds: readonly string[], since: string) {
  const rows = await queryByKeys(
    sql,
    customerIds,
    (list) =>
      `SELECT l.customer_id AS \`owner\`, ${selectList('invoice', 't', sql.dialect)}
       FROM customer_links l JOIN invoices t ON t.party_id = l.party_id
       WHERE COALESCE(t.status, '') = 'POSTED' AND (COALESCE(t.outstanding_amount, 1) <> 0 OR t.issue_date >= ?)
         AND l.customer_id IN (${list})`,
    [since],
  );
  const settling = await readSettling(
    sql,
    rows.filter((row) => row.outstandingAmount === null).map(({ id }) => String(id)),
  );
  return rowsBy(rows, 'owner', (row) => ({
    ...typed<'invoice'>(decodeRow('invoice', row, sql.dialect)),
    settling: settling.get(String(row.id)),
  }));
}

export async function readSurveyResponses(sql: Sql, customerIds: readonly string[]) {
  const rows = await queryByKeys(
    sql,
    customerIds,
    (list) =>
      `SELECT l.customer_id AS \`owner\`, ${selectList('surveyResponse', 't', sql.dialect, 'short')}
       FROM customer_links l JOIN survey_responses t ON t.party_id = l.party_id WHERE l.customer_id IN (${list})`,
  );
  return rowsBy(rows, 'owner', (row) => typed<'surveyResponse'>(decodeRow('surveyResponse', row, sql.dialect)));
}

/** How many complaints of each customer nobody has resolved. */
export async function countOpenComplaints(sql: Sql, customerIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await queryByKeys(
    sql,
    customerIds,
    (list) =>
      `SELECT l.customer_id AS id, COUNT(*) AS n FROM customer_links l JOIN service_cases t ON t.party_id = l.party_id
       WHERE COALESCE(t.kind, '') = 'COMPLAINT' AND t.status NOT IN ('RESOLVED', 'CLOSED') AND l.customer_id IN (${list})
       GROUP BY l.customer_id`,
  );
  return new Map(rows.map(({ id, n }) => [String(id), Number(n)]));
}

export async function readParties(sql: Sql, customerIds: readonly string[]) {
  const rows = await queryByKeys(
    sql,
    customerIds,
    (list) =>
      `SELECT l.customer_id AS \`owner\`, ${selectList('party', 't', sql.dialect)}
       FROM customer_links l JOIN parties t ON t.id = l.party_id WHERE l.customer_id IN (${list})`,
  );
  return rowsBy(rows, 'owner', (row) => {
    const party = decodeRow('party', row, sql.dialect);
    return { ...typed<'party'>(party), system: party.system };
  });
}

/** The customers with a postal address that has street, city and country. */
export async function withAddress(sql: Sql, customerIds: readonly string[]): Promise<Set<string>> {
  const rows = await queryByKeys(
    sql,
    customerIds,
    (list) =>
      `SELECT DISTINCT l.customer_id AS id FROM customer_links l JOIN contact_points t ON t.party_id = l.party_id
       WHERE t.kind = 'ADDRESS' AND t.street IS NOT NULL AND t.city IS NOT NULL AND t.country IS NOT NULL
         AND l.customer_id IN (${list})`,
  );
  return new Set(rows.map(({ id }) => String(id)));
}

/** A row as the record it is: the codec decodes every field of the entity to its canonical form. */
function typed<E extends 'order' | 'orderLine' | 'shipment' | 'shipmentLine' | 'invoice' | 'surveyResponse' | 'party'>(
  row: DecodedRow,
): Owned<CanonicalFields<E>> {
  return row as unknown as Owned<CanonicalFields<E>>;
}

/** Some statements name each key three times: below the databases' limits of placeholders and bytes. */
async function inPieces<V>(
  sql: Sql,
  ids: readonly string[],
  read: (part: readonly string[]) => Promise<Map<string, V>>,
): Promise<Map<string, V>> {
  const all = new Map<string, V>();
  for (const part of piecesOf(ids, sql)) {
    for (const [key, value] of await read(part)) all.set(key, value);
  }
  return all;
}
