import type { SettlingRow } from '../../cache/records/open-amounts.ts';
import type { CanonicalFields } from '../../schema/records.ts';
import { absUnits, type Units, unitsOf } from '../exact-decimal.ts';
import { isCredit, openAmountOf } from '../order-to-cash/open-amount.ts';
import { dateOf, dayOf } from './models/repeat-buying.ts';

export type ReceivableInvoice = Pick<
  CanonicalFields<'invoice'>,
  'kind' | 'status' | 'paymentStatus' | 'issueDate' | 'dueDate' | 'currency' | 'totalAmount' | 'outstandingAmount'
> & {
  /** What payments and credit notes say, where the invoice states nothing of what is open of it. */
  settling?: SettlingRow | undefined;
};

/** One currency's part of what a customer owes; amounts in ten-thousandths. */
export interface Receivables {
  currency: string | null;
  /** The sum of the five less the credits. */
  balance: Units;
  /** Not yet due, or without a due date. */
  current: Units;
  days1To30: Units;
  days31To60: Units;
  days61To90: Units;
  over90: Units;
  /** What is open of credit notes and negative invoices, and what was paid too much; never below zero. */
  credits: Units;
  /** Invoiced less credited within the days that DSO looks at. */
  creditSales: Units;
  /** Days sales outstanding; null without sales to compare with. */
  dso: number | null;
}

/**
 * What is owed by posted invoices, by currency and by days past due as of the end of `asOf`, and days sales outstanding:
 * receivables / credit sales × days. What is open of an invoice is decided by `openAmountOf`; below zero it is a credit,
 * which is in no bucket of days. Currencies are never added up.
 */
export function receivablesOf(invoices: readonly ReceivableInvoice[], asOf: number, dsoDays: number): Receivables[] {
  const since = dateOf(asOf - dsoDays + 1);
  const today = dateOf(asOf);
  const byCurrency = new Map<string | null, Receivables>();
  for (const invoice of invoices) {
    if (invoice.status !== 'POSTED') continue;
    const own = byCurrency.get(invoice.currency) ?? nothingOwed(invoice.currency);
    byCurrency.set(invoice.currency, own);
    const open = openAmountOf(invoice, invoice.settling);
    const recent = invoice.issueDate !== null && invoice.issueDate >= since && invoice.issueDate <= today;
    const total = unitsOf(invoice.totalAmount);
    own.balance += open;
    if (open < 0n) own.credits -= open;
    else own[bucketOf(invoice.dueDate, asOf)] += open;
    if (recent) own.creditSales += isCredit(invoice) ? -absUnits(total) : total;
  }
  return listed(byCurrency, dsoDays);
}

/** What is past its due date. */
export function overdueOf({ days1To30, days31To60, days61To90, over90 }: Receivables): Units {
  return days1To30 + days31To60 + days61To90 + over90;
}

type Bucket = 'current' | 'days1To30' | 'days31To60' | 'days61To90' | 'over90';

function bucketOf(dueDate: string | null, asOf: number): Bucket {
  const late = dueDate === null ? 0 : asOf - dayOf(dueDate);
  if (late <= 0) return 'current';
  if (late <= 30) return 'days1To30';
  if (late <= 60) return 'days31To60';
  return late <= 90 ? 'days61To90' : 'over90';
}

/** What several customers owe, by currency. DSO is that of the sums. */
export function sumReceivables(several: Iterable<Receivables>, dsoDays: number): Receivables[] {
  const byCurrency = new Map<string | null, Receivables>();
  for (const { currency, dso: _, ...amounts } of several) {
    const sum = byCurrency.get(currency) ?? nothingOwed(currency);
    byCurrency.set(currency, sum);
    for (const name of Object.keys(amounts) as (keyof typeof amounts)[]) sum[name] += amounts[name];
  }
  return listed(byCurrency, dsoDays);
}

function listed(byCurrency: ReadonlyMap<string | null, Receivables>, dsoDays: number): Receivables[] {
  return [...byCurrency.values()]
    .map((each) => ({ ...each, dso: dsoOf(each, dsoDays) }))
    .sort((a, b) => ((a.currency ?? '') < (b.currency ?? '') ? -1 : 1));
}

/** With one digit behind the point. */
function dsoOf({ balance, creditSales }: Receivables, days: number): number | null {
  if (creditSales <= 0n) return null;
  return Math.round((Number(balance) / Number(creditSales)) * days * 10) / 10;
}

function nothingOwed(currency: string | null): Receivables {
  return {
    currency,
    balance: 0n,
    current: 0n,
    days1To30: 0n,
    days31To60: 0n,
    days61To90: 0n,
    over90: 0n,
    credits: 0n,
    creditSales: 0n,
    dso: null,
  };
}
