import { type Cents, type Currency, roundTo } from './amounts.ts';
import type { Day, Micros } from './calendar.ts';
import { stampOn } from './change-stamp.ts';
import { type Invoice, totalOf } from './invoices.ts';
import { createRandom, type Random } from './random.ts';

export interface Payment {
  number: string;
  customer: number;
  day: Day;
  status: 'PENDING' | 'RECEIVED' | 'FAILED';
  method: 'TRANSFER' | 'CARD' | 'DEBIT' | 'CHECK';
  currency: Currency;
  amount: Cents;
  allocations: { invoice: Invoice; amount: Cents }[];
  changedAt: Micros;
}

/** What customers paid: on time, late, in part, two invoices at once, or not at all. Settles the invoices. */
export function makePayments(seed: number, invoices: readonly Invoice[], today: Day): Payment[] {
  const random = createRandom(seed, 'payments');
  applyCredits(invoices);
  const payments: Payment[] = [];
  const waiting = new Map<string, Invoice>();
  for (const invoice of invoices) {
    if (invoice.kind !== 'INVOICE' || invoice.status !== 'POSTED') continue;
    const day = invoice.dueDay + daysLate(random);
    const due = totalOf(invoice) - invoice.settled;
    if (day >= today || due <= 0 || random.chance(0.015)) continue;
    // A few payments wait for the customer's next invoice and pay both.
    const account = `${invoice.order.customer}/${invoice.order.currency}`;
    const earlier = waiting.get(account);
    waiting.delete(account);
    if (!earlier && random.chance(0.04)) {
      waiting.set(account, invoice);
      continue;
    }
    const paid = earlier ? [earlier, invoice] : [invoice];
    payments.push(makePayment(random, paid, payments.length, day, today));
  }
  return payments;
}

/** A credit note settles its invoice first; what was already paid is refunded outside these books. */
function applyCredits(invoices: readonly Invoice[]): void {
  for (const credit of invoices) {
    if (credit.kind !== 'CREDIT_NOTE' || credit.original === null) continue;
    const { original } = credit;
    original.settled = Math.min(totalOf(original), original.settled + totalOf(credit));
    original.changedAt = Math.max(original.changedAt, credit.changedAt);
    credit.settled = totalOf(credit);
  }
}

function daysLate(random: Random): number {
  const habit = random.weighted({ early: 55, onTime: 20, late: 20, veryLate: 5 });
  if (habit === 'early') return -random.int(1, 13);
  if (habit === 'onTime') return random.int(0, 1);
  return habit === 'late' ? random.int(2, 30) : random.int(31, 120);
}

/** One payment of one or several invoices; the last of them may be paid in part. */
export function makePayment(
  random: Random,
  invoices: readonly Invoice[],
  index: number,
  day: Day,
  today: Day,
): Payment {
  const [first] = invoices;
  if (!first) throw new RangeError('Expected at least one invoice to pay, got none.');
  const { currency, customer } = first.order;
  const partial = random.chance(0.04);
  const status = random.chance(0.004) ? 'FAILED' : day >= today - 1 && random.chance(0.3) ? 'PENDING' : 'RECEIVED';
  const changedAt = stampOn(random, day);
  const allocations = invoices.map((invoice) => {
    const due = totalOf(invoice) - invoice.settled;
    const amount = partial && invoice === invoices.at(-1) ? roundTo(due * 0.4, currency) : due;
    if (status === 'RECEIVED') {
      invoice.settled += amount;
      invoice.changedAt = Math.max(invoice.changedAt, changedAt);
    }
    return { invoice, amount };
  });
  return {
    number: String(50_000_000 + index),
    customer,
    day,
    status,
    method: random.weighted({ TRANSFER: 70, DEBIT: 18, CARD: 9, CHECK: 3 }),
    currency,
    amount: allocations.reduce((sum, allocation) => sum + allocation.amount, 0),
    allocations,
    changedAt,
  };
}
