import { createPool } from 'mysql2/promise';
import { contenderTask } from './contender.ts';
import { serveJson } from './json-server.ts';

/*
 * The limit without a cache: what somebody would write by hand for exactly these four questions, in as few statements
 * as can run side by side, on the tables the hub has.
 */

type Row = Record<string, string | null>;
type Variables = Record<string, unknown>;

const { databaseUrl } = contenderTask();
const pool = createPool({ uri: databaseUrl, connectionLimit: 8, dateStrings: true, decimalNumbers: false });

async function rows(sql: string, values: unknown[]): Promise<Row[]> {
  const [found] = await pool.query(sql, values);
  return found as Row[];
}

const LAST_ORDERS = `(SELECT o.id, o.order_number, o.status, o.order_date, o.currency, o.total_amount
  FROM customer_links l JOIN orders o ON o.party_id = l.party_id
  WHERE l.customer_id = ? ORDER BY o.order_date DESC, o.id DESC LIMIT 10)`;

async function oneCustomer({ id }: Variables) {
  const [customers, orderLines, shipments, invoices, contacts] = await Promise.all([
    rows('SELECT id, kind, display_name, legal_name, tax_id, email, phone, country FROM customers WHERE id = ?', [id]),
    rows(
      `SELECT o.*, l.line_no, l.sku, l.description, l.ordered_qty, l.unit_price, l.net_amount
       FROM ${LAST_ORDERS} o JOIN order_lines l ON l.order_id = o.id ORDER BY o.order_date DESC, o.id DESC, l.line_no`,
      [id],
    ),
    rows(
      `SELECT s.order_id, s.shipment_number, s.status, s.carrier, s.tracking_number, s.shipped_at, s.delivered_at
       FROM ${LAST_ORDERS} o JOIN shipments s ON s.order_id = o.id ORDER BY s.shipped_at, s.id`,
      [id],
    ),
    rows(
      `SELECT i.id, i.order_id, i.invoice_number, i.status, i.payment_status, i.issue_date, i.due_date, i.currency,
         i.total_amount, i.outstanding_amount, p.received_at, p.method, p.status AS paid, p.amount
       FROM ${LAST_ORDERS} o JOIN invoices i ON i.order_id = o.id
       LEFT JOIN payment_allocations a ON a.invoice_id = i.id LEFT JOIN payments p ON p.id = a.payment_id
       ORDER BY i.issue_date, i.id, p.received_at, p.id`,
      [id],
    ),
    rows(
      `(SELECT 'interaction' AS what, i.channel AS a, i.direction AS b, i.occurred_at AS at, i.subject AS c, i.agent_name AS d, NULL AS e
        FROM customer_links l JOIN interactions i ON i.party_id = l.party_id
        WHERE l.customer_id = ? ORDER BY i.occurred_at DESC, i.id DESC LIMIT 5)
       UNION ALL
       (SELECT 'case', c.case_number, c.kind, c.opened_at, c.status, c.priority, c.subject
        FROM customer_links l JOIN service_cases c ON c.party_id = l.party_id
        WHERE l.customer_id = ? AND c.status IN ('NEW', 'IN_PROGRESS', 'WAITING_CUSTOMER')
        ORDER BY c.opened_at DESC, c.id DESC LIMIT 10)`,
      [id, id],
    ),
  ]);
  const customer = customers[0];
  if (!customer) return { customer: null };
  const shipmentsBy = groups(shipments, 'order_id', shipmentOf);
  const invoicesBy = groups(invoices, 'order_id', (row) => row);
  const nodes = [...groups(orderLines, 'id', (row) => row)].map(([orderId, lines]) => {
    const billed = invoicesBy.get(orderId) ?? [];
    return {
      ...orderOf(lines[0] ?? {}),
      currency: lines[0]?.currency,
      totalAmount: money(lines[0]?.total_amount, lines[0]?.currency),
      lines: lines.map((line) => ({
        lineNo: Number(line.line_no),
        sku: line.sku,
        description: line.description,
        orderedQty: decimal(line.ordered_qty),
        unitPrice: money(line.unit_price, line.currency),
        netAmount: money(line.net_amount, line.currency),
      })),
      shipments: shipmentsBy.get(orderId) ?? [],
      invoices: [...groups(billed, 'id', (row) => row).values()].map(([invoice]) => ({
        invoiceNumber: invoice?.invoice_number,
        status: invoice?.status,
        paymentStatus: invoice?.payment_status,
        issueDate: invoice?.issue_date,
        dueDate: invoice?.due_date,
        totalAmount: money(invoice?.total_amount, invoice?.currency),
        outstandingAmount: money(invoice?.outstanding_amount, invoice?.currency),
      })),
      payments: billed
        .filter(({ received_at }) => received_at !== null)
        .map((row) => ({
          receivedAt: row.received_at,
          method: row.method,
          status: row.paid,
          amount: money(row.amount, row.currency),
        })),
    };
  });
  return {
    customer: {
      id: customer.id,
      kind: customer.kind,
      displayName: customer.display_name,
      legalName: customer.legal_name,
      taxId: customer.tax_id,
      email: customer.email,
      phone: customer.phone,
      country: customer.country,
      orders: { nodes },
      interactions: {
        nodes: contacts
          .filter(({ what }) => what === 'interaction')
          .map((row) => ({
            channel: row.a,
            direction: row.b,
            occurredAt: time(row.at),
            subject: row.c,
            agentName: row.d,
          })),
      },
      cases: {
        nodes: contacts
          .filter(({ what }) => what === 'case')
          .map((row) => ({
            caseNumber: row.a,
            kind: row.b,
            status: row.c,
            priority: row.d,
            subject: row.e,
            openedAt: time(row.at),
          })),
      },
    },
  };
}

async function orderBoard({ status, from }: Variables) {
  const board = `(SELECT id, party_id, order_number, order_date, currency, total_amount FROM orders
    WHERE status IN (?) AND order_date >= ? ORDER BY order_date, id LIMIT 50)`;
  const [orders, shipments, invoices] = await Promise.all([
    rows(
      `SELECT o.*, c.id AS customer_id, c.display_name FROM ${board} o
       LEFT JOIN customer_links l ON l.party_id = o.party_id LEFT JOIN customers c ON c.id = l.customer_id
       ORDER BY o.order_date, o.id`,
      [status, from],
    ),
    rows(
      `SELECT s.order_id, s.shipment_number, s.status FROM ${board} o JOIN shipments s ON s.order_id = o.id
       ORDER BY s.shipped_at, s.id`,
      [status, from],
    ),
    rows(
      `SELECT i.order_id, i.invoice_number, i.payment_status, i.currency, i.outstanding_amount
       FROM ${board} o JOIN invoices i ON i.order_id = o.id ORDER BY i.issue_date, i.id`,
      [status, from],
    ),
  ]);
  const shipmentsBy = groups(shipments, 'order_id', shortShipment);
  const invoicesBy = groups(invoices, 'order_id', (row) => ({
    invoiceNumber: row.invoice_number,
    paymentStatus: row.payment_status,
    outstandingAmount: money(row.outstanding_amount, row.currency),
  }));
  const nodes = orders.map((order) => ({
    id: order.id,
    orderNumber: order.order_number,
    orderDate: order.order_date,
    totalAmount: money(order.total_amount, order.currency),
    customer: { id: order.customer_id, displayName: order.display_name },
    shipments: shipmentsBy.get(String(order.id)) ?? [],
    invoices: invoicesBy.get(String(order.id)) ?? [],
  }));
  return { orders: { nodes } };
}

async function customersWithOrders({ from }: Variables) {
  const chosen =
    '(SELECT id, display_name, created_at FROM customers WHERE created_at >= ? ORDER BY created_at, id LIMIT 20)';
  const newest = `(SELECT * FROM (SELECT c.id AS customer_id, o.id, o.order_number, o.status, o.order_date,
      ROW_NUMBER() OVER (PARTITION BY c.id ORDER BY o.order_date DESC, o.id DESC) AS place
    FROM ${chosen} c JOIN customer_links l ON l.customer_id = c.id JOIN orders o ON o.party_id = l.party_id) ranked
    WHERE place <= 3)`;
  const start = String(from).slice(0, 26).replace('T', ' ');
  const [customers, orders, shipments] = await Promise.all([
    rows(`SELECT * FROM ${chosen} c ORDER BY created_at, id`, [start]),
    rows(`SELECT * FROM ${newest} o ORDER BY customer_id, place`, [start]),
    rows(
      `SELECT s.order_id, s.shipment_number, s.status FROM ${newest} o JOIN shipments s ON s.order_id = o.id
       ORDER BY s.shipped_at, s.id`,
      [start],
    ),
  ]);
  const shipmentsBy = groups(shipments, 'order_id', shortShipment);
  const ordersBy = groups(orders, 'customer_id', (row) => ({
    ...orderOf(row),
    shipments: shipmentsBy.get(String(row.id)) ?? [],
  }));
  const nodes = customers.map((row) => ({
    id: row.id,
    displayName: row.display_name,
    orders: { nodes: ordersBy.get(String(row.id)) ?? [] },
  }));
  return { customers: { nodes } };
}

async function search({ search: words }: Variables) {
  const found = `(SELECT id, display_name, country FROM customers WHERE search_text LIKE ?
    ORDER BY display_name, id LIMIT 20)`;
  const pattern = `%${String(words).replace(/[%_\\]/g, '\\$&')}%`;
  const customers = await rows(
    `SELECT c.id, c.display_name, c.country, b.currency, b.balance FROM ${found} c
     LEFT JOIN (SELECT l.customer_id, i.currency, SUM(i.outstanding_amount) AS balance
       FROM ${found} c JOIN customer_links l ON l.customer_id = c.id JOIN invoices i ON i.party_id = l.party_id
       WHERE i.status = 'POSTED' AND i.outstanding_amount <> 0 GROUP BY l.customer_id, i.currency) b ON b.customer_id = c.id
     ORDER BY c.display_name, c.id`,
    [pattern, pattern],
  );
  const nodes = customers.map((row) => ({
    id: row.id,
    displayName: row.display_name,
    country: row.country,
    openBalance: row.balance === null ? [] : [money(row.balance, row.currency)],
  }));
  return { customers: { nodes } };
}

function orderOf(row: Row) {
  return { id: row.id, orderNumber: row.order_number, status: row.status, orderDate: row.order_date };
}

function shipmentOf(row: Row) {
  return {
    shipmentNumber: row.shipment_number,
    status: row.status,
    carrier: row.carrier,
    trackingNumber: row.tracking_number,
    shippedAt: time(row.shipped_at),
    deliveredAt: time(row.delivered_at),
  };
}

function shortShipment(row: Row) {
  return { shipmentNumber: row.shipment_number, status: row.status };
}

function groups<T>(list: Row[], column: string, make: (row: Row) => T): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of list) {
    const key = String(row[column]);
    const group = found.get(key);
    if (group) group.push(make(row));
    else found.set(key, [make(row)]);
  }
  return found;
}

function decimal(value: string | null | undefined): string | null {
  return value == null ? null : value.includes('.') ? value.replace(/\.?0+$/, '') : value;
}

function money(amount: string | null | undefined, currency: string | null | undefined) {
  return { amount: decimal(amount), currency };
}

function time(value: string | null | undefined): string | null {
  return value == null ? null : `${value.replace(' ', 'T')}Z`;
}

serveJson(async ({ query, variables }) => {
  const name = /^query (\w+)/.exec(query)?.[1];
  const data =
    name === 'Q1'
      ? await oneCustomer(variables)
      : name === 'Q2'
        ? await orderBoard(variables)
        : name === 'Q3'
          ? await customersWithOrders(variables)
          : await search(variables);
  return JSON.stringify({ data });
});
