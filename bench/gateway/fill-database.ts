import type { Cache, SqlParameter } from '../../cache/database/database.ts';
import { readStreamPasses } from '../../cache/streams/stream-passes.ts';
import type { Company, Customer, Order } from './company.ts';

type Cell = SqlParameter;
type TableRow = Record<string, Cell>;

/** Writes the company into a cache as a sync and identity would have left it. */
export async function fillDatabase(cache: Cache, company: Company): Promise<void> {
  const at = '2026-01-01 00:00:00';
  const insert = createInserter(cache);
  for (const customer of company.customers) {
    await insert('parties', { ...own('party', customer.partyId), ...party(customer), cross_references: '[]' });
    await insert('customers', {
      id: customer.id,
      ...party(customer),
      search_text: customer.displayName.toLowerCase(),
      created_at: sqlTime(customer.createdAt),
      updated_at: at,
    });
    await insert('customer_links', {
      party_id: customer.partyId,
      customer_id: customer.id,
      rule: 'tax',
      linked_at: at,
    });
    for (const order of customer.orders) await insertOrder(order, customer.partyId);
    for (const { id, channel, direction, occurredAt, subject, agentName } of customer.interactions) {
      const fields = { channel, direction, occurred_at: sqlTime(occurredAt), subject, agent_name: agentName };
      await insert('interactions', { ...own('interaction', id), party_id: customer.partyId, ...fields });
    }
    for (const { id, caseNumber, openedAt, ...fields } of customer.cases) {
      const row = { case_number: caseNumber, opened_at: sqlTime(openedAt), ...fields };
      await insert('service_cases', { ...own('serviceCase', id), party_id: customer.partyId, ...row });
    }
  }
  await insert.rest();
  await notePasses(cache);

  async function insertOrder(order: Order, partyId: string): Promise<void> {
    const { id, orderNumber, status, orderDate, currency } = order;
    const total = order.totalAmount.amount;
    const orderRow = { order_number: orderNumber, status, order_date: orderDate, currency, total_amount: total };
    await insert('orders', { ...own('order', id), party_id: partyId, ...orderRow });
    for (const line of order.lines) {
      await insert('order_lines', {
        ...own('orderLine', line.id),
        order_id: id,
        line_no: line.lineNo,
        sku: line.sku,
        description: line.description,
        ordered_qty: line.orderedQty,
        unit_price: line.unitPrice.amount,
        net_amount: line.netAmount.amount,
      });
    }
    for (const shipment of order.shipments) {
      await insert('shipments', {
        ...own('shipment', shipment.id),
        party_id: partyId,
        order_id: id,
        shipment_number: shipment.shipmentNumber,
        status: shipment.status,
        carrier: shipment.carrier,
        tracking_number: shipment.trackingNumber,
        shipped_at: sqlTime(shipment.shippedAt),
        delivered_at: shipment.deliveredAt === null ? null : sqlTime(shipment.deliveredAt),
      });
    }
    for (const invoice of order.invoices) {
      await insert('invoices', {
        ...own('invoice', invoice.id),
        party_id: partyId,
        order_id: id,
        invoice_number: invoice.invoiceNumber,
        kind: 'INVOICE',
        status: invoice.status,
        payment_status: invoice.paymentStatus,
        issue_date: invoice.issueDate,
        due_date: invoice.dueDate,
        currency,
        total_amount: invoice.totalAmount.amount,
        outstanding_amount: invoice.outstandingAmount.amount,
      });
    }
    for (const { id: paymentId, receivedAt, method, status: state, amount } of order.payments) {
      const fields = { received_at: receivedAt, method, status: state, currency, amount: amount.amount };
      await insert('payments', { ...own('payment', paymentId), party_id: partyId, ...fields });
      await insert('payment_allocations', {
        ...own('paymentAllocation', paymentId),
        payment_id: paymentId,
        invoice_id: order.invoices[0]?.id ?? null,
        amount: amount.amount,
      });
    }
  }
}

function party({ kind, displayName, legalName, taxId, email, phone, country }: Customer): TableRow {
  return { kind, display_name: displayName, legal_name: legalName, tax_id: taxId, email, phone, country };
}

const systems = {
  erp: ['order', 'orderLine'],
  scm: ['shipment'],
  finance: ['invoice', 'payment', 'paymentAllocation'],
};

function own(entity: string, id: string): TableRow {
  const system = Object.entries(systems).find(([, known]) => known.includes(entity))?.[0] ?? 'crm';
  return { id, origin_id: id, system, source_key: id };
}

function sqlTime(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ');
}

/** Collects rows a table and writes them a thousand at a time. */
function createInserter(cache: Cache) {
  const waiting = new Map<string, TableRow[]>();
  const insert = async (table: string, row: TableRow) => {
    const rows = waiting.get(table) ?? [];
    waiting.set(table, rows);
    rows.push(row);
    if (rows.length >= 1_000) await write(table, rows.splice(0));
  };
  insert.rest = async () => {
    for (const [table, rows] of waiting) if (rows.length > 0) await write(table, rows);
  };
  return insert;

  async function write(table: string, rows: readonly TableRow[]): Promise<void> {
    const columns = Object.keys(rows[0] ?? {});
    const places = `(${columns.map(() => '?').join(', ')})`;
    await cache.execute(
      `INSERT INTO ${table} (${columns.map((column) => `\`${column}\``).join(', ')}) VALUES ${rows.map(() => places).join(', ')}`,
      rows.flatMap((row) => columns.map((column) => row[column] ?? null)),
    );
  }
}

/** One stream a system that has just been read, so that answers have a freshness. */
async function notePasses(cache: Cache): Promise<void> {
  for (const system of ['erp', 'scm', 'crm', 'finance']) {
    await cache.execute(
      'INSERT INTO stream_states (`system`, stream, last_attempt_at, last_success_at, failures) VALUES (?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 0)',
      [system, 'all'],
    );
  }
  if ((await readStreamPasses(cache)).length !== 4) throw new Error('Expected the passes of four streams.');
}
