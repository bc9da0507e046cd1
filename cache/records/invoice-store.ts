import type { Sql } from '../database/database.ts';
import { allOf, among, type Condition } from '../sql/condition.ts';
import { rowsBy } from '../sql/group-rows.ts';
import { type DecodedRow, decodeRow, decodeSum, type RowColumns, selectList, sumOf } from '../sql/row-codec.ts';
import { openAmount } from './open-amounts.ts';
import { documentsOfOrders, documentsOfOthers, orderMissing } from './order-documents.ts';
import { bothWays, type Filter, type FilterContext, fieldFilters, type RecordList } from './record-list.ts';
import { createRecordStore, type RecordStore } from './record-store.ts';
import type { OrderDocumentStore } from './shipment-store.ts';
import { documentVisible, type Visible } from './visible.ts';

/** A posted invoice that is past its due date and not fully paid. */
export function overdueInvoice(alias: string, { today, dialect }: FilterContext): Condition {
  return {
    sql: `(${alias}.status = 'POSTED' AND ${alias}.kind = 'INVOICE' AND ${alias}.due_date < ?
      AND ${openAmount(alias, dialect)} > 0)`,
    parameters: [today],
  };
}

const overdue: Filter = (wanted, context) => {
  const late = overdueInvoice('t', context);
  if (wanted) return late;
  // NULLs (no due date, nothing known to be left) are not overdue, so they belong to "not overdue".
  return { sql: `COALESCE(${late.sql}, 0) = 0`, parameters: late.parameters };
};

const invoices: RecordList = {
  entity: 'invoice',
  orderings: bothWays('issueDate', 'dueDate'),
  filters: {
    ...fieldFilters('invoice', {
      system: 'oneOf',
      kind: 'oneOf',
      status: 'oneOf',
      sourceStatus: 'oneOf',
      paymentStatus: 'oneOf',
      invoiceNumber: 'oneOf',
      currency: 'oneOf',
      issueDate: 'span',
      dueDate: 'span',
      totalAmount: 'span',
      outstandingAmount: 'span',
    }),
    overdue,
    orderMissing: orderMissing('invoice'),
  },
  groupings: {
    KIND: { field: 'kind' },
    STATUS: { field: 'status' },
    SOURCE_STATUS: { field: 'sourceStatus' },
    PAYMENT_STATUS: { field: 'paymentStatus' },
    MONTH: { month: 'issueDate' },
    CURRENCY: { field: 'currency' },
    CUSTOMER: 'customer',
    SYSTEM: 'system',
  },
  sums: { amount: 'totalAmount', netAmount: 'netAmount', outstanding: 'outstandingAmount' },
};

const payments: RecordList = {
  entity: 'payment',
  orderings: bothWays('receivedAt'),
  filters: fieldFilters('payment', {
    system: 'oneOf',
    status: 'oneOf',
    sourceStatus: 'oneOf',
    currency: 'oneOf',
    receivedAt: 'span',
    amount: 'span',
  }),
  groupings: {
    STATUS: { field: 'status' },
    SOURCE_STATUS: { field: 'sourceStatus' },
    MONTH: { month: 'receivedAt' },
    CURRENCY: { field: 'currency' },
    CUSTOMER: 'customer',
    SYSTEM: 'system',
  },
  sums: { amount: 'amount' },
};

interface Balance {
  amount: string;
  currency: string | null;
}

export interface InvoiceStore extends OrderDocumentStore {
  /** What each customer owes, one amount a currency. */
  openBalances(customerIds: readonly string[]): Promise<Map<string, Balance[]>>;
}

export function createInvoiceStore(sql: Sql, visible: Visible): InvoiceStore {
  return {
    ...createRecordStore(sql, invoices, visible),
    ofOrders: (ids, columns) => documentsOfOrders(sql, 'invoice', ids, visible, columns),
    openBalances,
  };

  /** Credits take away, whichever sign their source writes them with. */
  async function openBalances(customerIds: readonly string[]): Promise<Map<string, Balance[]>> {
    const owners = among('l.customer_id', customerIds);
    const rows = await sql.query(
      `SELECT owed.\`owner\` AS \`owner\`, owed.currency AS currency, ${sumOf('owed.amount', sql.dialect)} AS balance
       FROM (SELECT l.customer_id AS \`owner\`, t.currency AS currency, ${openAmount('t', sql.dialect)} AS amount
             FROM customer_links l JOIN invoices t ON t.party_id = l.party_id
             WHERE ${owners.sql} AND t.status = 'POSTED') owed
       WHERE owed.amount <> 0 GROUP BY owed.\`owner\`, owed.currency ORDER BY owed.currency`,
      owners.parameters,
    );
    return rowsBy(rows, 'owner', (row) => ({
      amount: decodeSum(row.balance, sql.dialect),
      currency: row.currency === null ? null : String(row.currency),
    }));
  }
}

export interface PaymentStore extends RecordStore {
  /** The payments allocated to each invoice, each once an invoice, oldest first. */
  ofInvoices(ids: readonly string[], columns?: RowColumns): Promise<Map<string, DecodedRow[]>>;
}

export function createPaymentStore(sql: Sql, visible: Visible): PaymentStore {
  return { ...createRecordStore(sql, payments, visible), ofInvoices };

  async function ofInvoices(ids: readonly string[], columns?: RowColumns): Promise<Map<string, DecodedRow[]>> {
    const chosen = among('a.invoice_id', ids);
    const where = allOf(documentVisible('t', visible));
    const rows = await sql.query(
      `SELECT paid.invoice_id AS \`owner\`, ${selectList('payment', 't', sql.dialect, columns)}
       FROM (SELECT DISTINCT a.invoice_id, a.payment_id FROM payment_allocations a WHERE ${chosen.sql}) paid
         JOIN payments t ON t.id = paid.payment_id WHERE ${where.sql} ORDER BY t.received_at, t.id`,
      [...chosen.parameters, ...where.parameters],
    );
    const ofNobody = rows.filter((row) => row.partyId === null).map((row) => String(row.id));
    const hidden = await paymentsOfOthers(ofNobody);
    const shown = rows.filter((row) => !hidden.has(String(row.id)));
    return rowsBy(shown, 'owner', (row) => decodeRow('payment', row, sql.dialect));
  }

  /** Those of the payments that also pay an invoice that may not be seen. */
  async function paymentsOfOthers(paymentIds: readonly string[]): Promise<Set<string>> {
    if (!visible || paymentIds.length === 0) return new Set();
    const chosen = among('a.payment_id', [...new Set(paymentIds)]);
    const own = allOf(documentVisible('i', visible));
    const rows = await sql.query(
      `SELECT a.payment_id AS payment, i.id AS invoice, i.party_id AS party, CASE WHEN ${own.sql} THEN 1 ELSE 0 END AS seen
       FROM payment_allocations a JOIN invoices i ON i.id = a.invoice_id WHERE ${chosen.sql}`,
      [...own.parameters, ...chosen.parameters],
    );
    const ofNobody = rows.filter(({ party }) => party === null).map(({ invoice }) => String(invoice));
    const others = await documentsOfOthers(sql, 'invoice', ofNobody, visible);
    const hidden = rows.filter(({ seen, invoice }) => Number(seen) === 0 || others.has(String(invoice)));
    return new Set(hidden.map(({ payment }) => String(payment)));
  }
}
