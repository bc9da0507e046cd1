import { absUnits, maxUnits, minUnits, sumUnits, type Units, unitsOf } from '../exact-decimal.ts';
import type { InvoiceFacts, OrderToCashFacts, Settlement } from './facts.ts';

/** What is open of a posted invoice, and whether anything of it was paid. */
interface Claim {
  dueDate: string | null;
  open: Units;
  touched: boolean;
}

/**
 * How much of the posted invoices is paid. What a credit note still has open is set against the open invoices,
 * the one due first before the others. Overdue is derived from the due date and today, never from a stored state.
 *
 * OVERDUE: something open was due before today · PAID: nothing is open · PARTIAL: some was paid · NONE.
 */
export function settlementOf({ invoices, today }: Pick<OrderToCashFacts, 'invoices' | 'today'>): Settlement {
  const claims = claimsOf(invoices);
  if (claims.length === 0) return 'NONE';
  const open = claims.filter((claim) => claim.open > 0n);
  if (open.some((claim) => claim.dueDate !== null && claim.dueDate < today)) return 'OVERDUE';
  if (open.length === 0) return 'PAID';
  return claims.some((claim) => claim.touched || claim.open <= 0n) ? 'PARTIAL' : 'NONE';
}

/** The first day on which something was due that is still open; null where nothing is, or nothing open has a due date. */
export function nextDueOf({ invoices }: Pick<OrderToCashFacts, 'invoices'>): string | null {
  const days = claimsOf(invoices).flatMap(({ open, dueDate }) => (open > 0n && dueDate !== null ? [dueDate] : []));
  return days.sort().at(0) ?? null;
}

function claimsOf(invoices: readonly InvoiceFacts[]): Claim[] {
  const posted = invoices.filter((invoice) => invoice.status === 'POSTED');
  return settleCredit(posted.filter((i) => !isCredit(i)).map(claimOf), openCredit(posted.filter(isCredit)));
}

function isCredit(invoice: InvoiceFacts): boolean {
  return invoice.kind === 'CREDIT_NOTE' || unitsOf(invoice.totalAmount) < 0n;
}

function claimOf(invoice: InvoiceFacts): Claim {
  const total = unitsOf(invoice.totalAmount);
  const { dueDate } = invoice;
  if (invoice.outstandingAmount !== null) {
    const open = unitsOf(invoice.outstandingAmount);
    return { dueDate, open, touched: open < total };
  }
  switch (invoice.paymentStatus) {
    case 'PAID':
    case 'REVERSED':
      return { dueDate, open: 0n, touched: true };
    case 'PARTIAL':
    case 'IN_PAYMENT':
      // The open part is unknown, but there is one: the least there can be keeps the invoice open.
      return { dueDate, open: 1n, touched: true };
    case 'NOT_PAID':
    case null:
      return { dueDate, open: total, touched: false };
  }
}

/** A credit note that does not tell what is open of it is taken as set off already. */
function openCredit(creditNotes: InvoiceFacts[]): Units {
  return sumUnits(creditNotes.map((creditNote) => absUnits(unitsOf(creditNote.outstandingAmount))));
}

function settleCredit(claims: Claim[], credit: Units): Claim[] {
  const byDueDate = [...claims].sort((a, b) => ((a.dueDate ?? '9999') < (b.dueDate ?? '9999') ? -1 : 1));
  let left = credit;
  return byDueDate.map((claim) => {
    const part = minUnits(maxUnits(0n, claim.open), left);
    left -= part;
    return { ...claim, open: claim.open - part, touched: claim.touched || part > 0n };
  });
}
