import { absUnits, maxUnits, shareOf, sumUnits, type Units, unitsOf } from '../exact-decimal.ts';
import { allocate, type Movement } from './allocate.ts';
import type { Billing, InvoiceFacts, InvoiceLineFacts, OrderToCashFacts } from './facts.ts';
import { ownLineTest } from './own-lines.ts';
import { hasComeBack, type OrderQuantities } from './quantities.ts';

/** A posted invoice or credit note with its lines that bill this order, and whether it bills other orders too. */
interface Bill {
  invoice: InvoiceFacts;
  lines: InvoiceLineFacts[];
  shared: boolean;
  isCredit: boolean;
}

/**
 * How much of what may be billed has been billed, by quantities where every bill says which line it bills, else
 * by amounts. Billed is invoiced less credited. Billable is delivered less returned; before the first delivery it is
 * what was ordered and not cancelled (payment in advance), as always of services. Drafts and cancelled invoices bill nothing.
 *
 * CREDITED: all that was invoiced has been credited · BILLED: at least all that is billable · PARTIAL: some · NONE.
 */
export function billingOf(facts: OrderToCashFacts, quantities: OrderQuantities): Billing {
  const bills = billsOf(facts);
  if (bills.length === 0) return 'NONE';
  const byQuantity = quantities.known && bills.every((bill) => isItemised(bill, facts));
  return byQuantity ? billingByQuantity(facts, quantities, bills) : billingByAmount(facts, quantities, bills);
}

function billsOf(facts: OrderToCashFacts): Bill[] {
  const isOwn = ownLineTest(facts);
  return facts.invoices
    .filter((invoice) => invoice.status === 'POSTED')
    .map((invoice) => {
      const all = (facts.invoiceLines ?? []).filter((line) => line.invoiceId === invoice.id);
      const lines = all.filter((line) => isOwn(line, invoice.orderId));
      const isCredit = invoice.kind === 'CREDIT_NOTE' || unitsOf(invoice.totalAmount ?? invoice.netAmount) < 0n;
      const shared = lines.length > 0 && (invoice.orderId !== facts.order.id || lines.length < all.length);
      return { invoice, lines, shared, isCredit };
    });
}

function isItemised({ lines }: Bill, facts: OrderToCashFacts): boolean {
  const known = new Set(facts.lines.map((line) => line.id));
  return lines.length > 0 && lines.every((line) => line.quantity !== null && known.has(line.orderLineId ?? ''));
}

function billingByQuantity(facts: OrderToCashFacts, quantities: OrderQuantities, bills: Bill[]): Billing {
  const billable = billableQuantities(quantities);
  const orderedOf = (line: number) => quantities.lines[line]?.ordered ?? 0n;
  const spread = (side: Bill[]) => allocate(side.flatMap(movementsOf), facts.lines, orderedOf);
  const invoiced = spread(bills.filter((bill) => !bill.isCredit));
  const credited = spread(bills.filter((bill) => bill.isCredit));
  const billed = invoiced.map((quantity, line) => quantity - (credited[line] ?? 0n));

  if (sumUnits(credited) > 0n && billed.every((quantity) => quantity <= 0n)) return 'CREDITED';
  if (sumUnits(billed) <= 0n) return 'NONE';
  return billed.every((quantity, line) => quantity >= (billable[line] ?? 0n)) ? 'BILLED' : 'PARTIAL';
}

function movementsOf({ lines, isCredit }: Bill): Movement[] {
  return lines.map((line) => {
    const quantity = unitsOf(line.quantity);
    return { orderLineId: line.orderLineId, sku: line.sku, quantity: isCredit ? absUnits(quantity) : quantity };
  });
}

function billableQuantities({ lines }: OrderQuantities): Units[] {
  const anyDelivered = lines.some((line) => line.delivered > 0n);
  return lines.map((line) => {
    const isService = line.toShip < line.needed;
    return anyDelivered && !isService ? maxUnits(0n, line.delivered - line.returned) : line.needed;
  });
}

function billingByAmount(facts: OrderToCashFacts, quantities: OrderQuantities, bills: Bill[]): Billing {
  const basis = basisOf(facts, bills);
  const amountOf = (side: Bill[]) => sumUnits(side.map((bill) => billAmount(bill, basis)));
  const credited = amountOf(bills.filter((bill) => bill.isCredit));
  const billed = amountOf(bills.filter((bill) => !bill.isCredit)) - credited;

  if (credited > 0n && billed <= 0n) return 'CREDITED';
  if (billed <= 0n) return 'NONE';
  if (bills.some(({ invoice }) => invoice.currency !== facts.order.currency)) {
    // Amounts in two currencies cannot be compared; the ordering system closed the order or it did not.
    return facts.order.status === 'DONE' ? 'BILLED' : 'PARTIAL';
  }
  return billed >= billableAmount(facts, quantities, basis) ? 'BILLED' : 'PARTIAL';
}

type Basis = 'netAmount' | 'totalAmount';

/** Net where every bill and the order have it, since line amounts are net; else totals. Returns known only by amount are totals. */
function basisOf(facts: OrderToCashFacts, bills: Bill[]): Basis {
  const netKnown = facts.order.netAmount !== null && bills.every(({ invoice }) => invoice.netAmount !== null);
  return netKnown && unitemisedReturns(facts) === 0n ? 'netAmount' : 'totalAmount';
}

function billAmount({ invoice, lines, shared }: Bill, basis: Basis): Units {
  const whole = absUnits(unitsOf(invoice[basis] ?? invoice.totalAmount ?? invoice.netAmount));
  if (!shared || lines.some((line) => line.netAmount === null)) return whole;
  const own = absUnits(sumUnits(lines.map((line) => unitsOf(line.netAmount))));
  if (basis === 'netAmount') return own;
  return shareOf(whole, own, absUnits(unitsOf(invoice.netAmount)));
}

/** The billable share of the order's amount, weighted by the lines' own amounts. */
function billableAmount(facts: OrderToCashFacts, quantities: OrderQuantities, basis: Basis): Units {
  const { order, lines } = facts;
  const whole = sumUnits(lines.map((line) => unitsOf(line.netAmount)));
  const orderAmount = unitsOf(order[basis] ?? order.totalAmount ?? order.netAmount);
  const full = orderAmount === 0n ? whole : orderAmount;
  if (!quantities.known || whole <= 0n) return full - unitemisedReturns(facts);

  const billable = billableQuantities(quantities);
  const parts = lines.map((line, index) => {
    const ordered = quantities.lines[index]?.ordered ?? 0n;
    return shareOf(unitsOf(line.netAmount), billable[index] ?? 0n, ordered);
  });
  return shareOf(full, sumUnits(parts), whole) - unitemisedReturns(facts);
}

function unitemisedReturns({ returns, returnLines }: OrderToCashFacts): Units {
  const itemised = new Set(returnLines.map((line) => line.returnId));
  const amounts = returns.filter((document) => hasComeBack(document) && !itemised.has(document.id));
  return sumUnits(amounts.map((document) => absUnits(unitsOf(document.amount))));
}
