import { type Cents, type Currency, currencies, type Milli, roundTo } from './amounts.ts';
import { businessDay, type Day, type Micros } from './calendar.ts';
import { stampOn } from './change-stamp.ts';
import type { Customer } from './customers.ts';
import type { Product } from './products.ts';
import { createRandom, type Random } from './random.ts';

export interface OrderLine {
  /** `10`, `20`, … as the ERP numbers them. */
  position: string;
  product: Product;
  quantity: Milli;
  cancelled: Milli;
  unitPrice: Cents;
  discountPercent: number;
  net: Cents;
  tax: Cents;
}

export type OrderStatus = 'DRAFT' | 'QUOTATION' | 'CONFIRMED' | 'PROCESSING' | 'DONE' | 'CANCELLED';

export interface Order {
  number: string;
  customer: number;
  customerReference: string | null;
  status: OrderStatus;
  day: Day;
  requestedDay: Day;
  promisedDay: Day;
  currency: Currency;
  lines: OrderLine[];
  net: Cents;
  tax: Cents;
  changedAt: Micros;
}

/** Orders of about two years in the order they came in, numbered so. Their status follows from what happens later. */
export function makeOrders(
  seed: number,
  count: number,
  customers: readonly Customer[],
  products: readonly Product[],
  today: Day,
): Order[] {
  const random = createRandom(seed, 'orders');
  const drafts = spreadOver(customers, count).flatMap(({ customer, orders }) =>
    Array.from({ length: orders }, () => ({ customer, day: orderDay(random, customer, today) })),
  );
  drafts.sort((a, b) => a.day - b.day || a.customer.index - b.customer.index);
  return drafts.map(({ customer, day }, i) => makeOrder(random, 4_500_000_000 + i, customer, products, day));
}

/** How many orders each customer places: by its weight, and at least one. */
function spreadOver(customers: readonly Customer[], count: number): { customer: Customer; orders: number }[] {
  const buyers = customers.filter((customer) => customer.weight > 0);
  const total = buyers.reduce((sum, customer) => sum + customer.weight, 0);
  return buyers.map((customer) => ({ customer, orders: Math.max(1, Math.round((count * customer.weight) / total)) }));
}

function orderDay(random: Random, customer: Customer, today: Day): Day {
  const span = customer.activeTo - customer.activeFrom;
  return Math.min(today - 1, businessDay(customer.activeFrom + Math.floor(random.next() * span)));
}

/** One new order of a customer, just come in. */
export function makeOrder(
  random: Random,
  number: number,
  customer: Customer,
  products: readonly Product[],
  day: Day,
): Order {
  const { currency, taxPercent } = customer.region;
  const lineCount = Number(random.weighted({ 1: 32, 2: 27, 3: 19, 4: 11, 5: 6, 7: 3, 9: 1 }));
  const lines = Array.from({ length: lineCount }, (_, i) =>
    makeLine(random, i, customer, random.pick(products), currency, taxPercent),
  );
  const requestedDay = businessDay(day + random.int(3, 21));
  const order: Order = {
    number: String(number),
    customer: customer.index,
    customerReference: random.chance(0.6) ? `PO-${random.int(10_000, 99_999)}` : null,
    status: random.weighted({ CONFIRMED: 972, CANCELLED: 22, QUOTATION: 4, DRAFT: 2 }),
    day,
    requestedDay,
    promisedDay: random.chance(0.8) ? requestedDay : businessDay(requestedDay + random.int(1, 6)),
    currency,
    lines,
    net: 0,
    tax: 0,
    changedAt: stampOn(random, day),
  };
  if (order.status === 'CANCELLED') for (const line of lines) line.cancelled = line.quantity;
  totalUp(order);
  return order;
}

function makeLine(
  random: Random,
  index: number,
  customer: Customer,
  product: Product,
  currency: Currency,
  taxPercent: number,
): OrderLine {
  const pieces = Math.max(1, Math.round(random.next() ** 2 * 40 * customer.size));
  const quantity = product.uom === 'KG' ? pieces * 1_000 + random.int(0, 999) : pieces * 1_000;
  const unitPrice = Math.max(
    roundTo(product.price * currencies[currency].perEuro, currency),
    currencies[currency].step,
  );
  const discountPercent = random.chance(0.2) ? random.pick([2, 3, 5, 7.5]) : 0;
  const net = roundTo((unitPrice * quantity * (100 - discountPercent)) / 100_000, currency);
  const tax = roundTo((net * taxPercent) / 100, currency);
  return {
    position: String((index + 1) * 10),
    product,
    quantity,
    cancelled: 0,
    unitPrice,
    discountPercent,
    net,
    tax,
  };
}

/** Sums the lines into the order. */
function totalUp(order: Order): void {
  order.net = order.lines.reduce((sum, line) => sum + line.net, 0);
  order.tax = order.lines.reduce((sum, line) => sum + line.tax, 0);
}
