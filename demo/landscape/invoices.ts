import type { Cents, Milli } from './amounts.ts';
import { type Day, dayOfMoment, type Micros } from './calendar.ts';
import { stampOn } from './change-stamp.ts';
import type { Customer } from './customers.ts';
import type { Order, OrderLine } from './orders.ts';
import { createRandom, type Random } from './random.ts';
import { type CustomerReturn, shareOf } from './returns.ts';
import type { Shipment } from './shipments.ts';

interface InvoiceLine {
  line: OrderLine;
  quantity: Milli;
  net: Cents;
  tax: Cents;
}

export interface Invoice {
  number: string;
  kind: 'INVOICE' | 'CREDIT_NOTE';
  order: Order;
  lines: InvoiceLine[];
  status: 'DRAFT' | 'POSTED' | 'CANCELLED';
  original: Invoice | null;
  reason: string | null;
  issueDay: Day;
  dueDay: Day;
  net: Cents;
  tax: Cents;
  /** What has been paid or credited of the total. */
  settled: Cents;
  changedAt: Micros;
}

export function totalOf(invoice: Invoice): Cents {
  return invoice.net + invoice.tax;
}

/** Invoices for what was sent, a day or so after it was, and credit notes for what came back. */
export function makeInvoices(
  seed: number,
  customers: readonly Customer[],
  inFinance: ReadonlySet<number>,
  shipments: readonly Shipment[],
  returns: readonly CustomerReturn[],
  today: Day,
): Invoice[] {
  const random = createRandom(seed, 'invoices');
  const invoices: Invoice[] = [];
  const byOrder = new Map<Order, Shipment[]>();
  for (const shipment of shipments) {
    if (shipment.shippedAt === null || shipment.status === 'EXCEPTION') continue;
    if (inFinance.has(shipment.order.customer))
      byOrder.set(shipment.order, [...(byOrder.get(shipment.order) ?? []), shipment]);
  }
  const firstOf = new Map<Order, Invoice>();
  for (const [order, sent] of byOrder) {
    // Orders sent in parts are billed by part or at once, when the last part has left.
    const bills = sent.length > 1 && random.chance(0.5) ? sent.map((shipment) => [shipment]) : [sent];
    for (const bill of bills) {
      const issueDay = Math.max(...bill.map((shipment) => dayOfMoment(shipment.shippedAt ?? 0))) + random.int(0, 3);
      if (issueDay >= today) continue;
      const days = customers[order.customer]?.paymentDays ?? 30;
      const invoice = makeInvoice(random, order, bill, invoices.length, issueDay, days);
      if (issueDay >= today - 2 && random.chance(0.3)) invoice.status = 'DRAFT';
      invoices.push(invoice);
      if (!firstOf.has(order)) firstOf.set(order, invoice);
      if (random.chance(0.004)) invoices.push(reissue(invoice, invoices.length));
    }
  }
  for (const comingBack of returns) {
    const original = firstOf.get(comingBack.order);
    if (comingBack.status !== 'REFUNDED' || original?.status !== 'POSTED') continue;
    invoices.push(creditFor(random, comingBack, original, invoices.length, today));
  }
  return invoices;
}

/** The invoice of one or several shipments of an order. */
export function makeInvoice(
  random: Random,
  order: Order,
  shipments: readonly Shipment[],
  index: number,
  issueDay: Day,
  paymentDays: number,
): Invoice {
  const lines = shipments.flatMap((shipment) =>
    shipment.lines.map(({ line, quantity }) => ({ line, quantity, ...shareOf(line, quantity, order.currency) })),
  );
  return {
    number: String(90_000_000 + index),
    kind: 'INVOICE',
    order,
    lines,
    status: 'POSTED',
    original: null,
    reason: null,
    issueDay,
    dueDay: issueDay + paymentDays,
    ...sumOf(lines),
    settled: 0,
    changedAt: stampOn(random, issueDay),
  };
}

/** The invoice had a mistake: it is cancelled and written again under a new number. */
function reissue(invoice: Invoice, index: number): Invoice {
  const again = { ...invoice, number: String(90_000_000 + index), reason: `Replaces ${invoice.number}` };
  invoice.status = 'CANCELLED';
  return again;
}

function creditFor(random: Random, comingBack: CustomerReturn, original: Invoice, index: number, today: Day): Invoice {
  const issueDay = Math.min(today - 1, comingBack.day + 9);
  const lines = comingBack.lines.map(({ line, quantity, net, tax }) => ({ line, quantity, net, tax }));
  return {
    number: String(90_000_000 + index),
    kind: 'CREDIT_NOTE',
    order: comingBack.order,
    lines,
    status: 'POSTED',
    original,
    reason: comingBack.reason,
    issueDay,
    dueDay: issueDay,
    ...sumOf(lines),
    settled: 0,
    changedAt: stampOn(random, issueDay),
  };
}

function sumOf(lines: readonly InvoiceLine[]): { net: Cents; tax: Cents } {
  return {
    net: lines.reduce((sum, line) => sum + line.net, 0),
    tax: lines.reduce((sum, line) => sum + line.tax, 0),
  };
}
