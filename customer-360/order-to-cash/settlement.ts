import { maxUnits, minUnits, sumUnits, type Units, unitsOf } from '../exact-decimal.ts';
import type { InvoiceFacts, OrderToCashFacts, Settlement } from './facts.ts';
import { isCredit, openAmountOf } from './open-amount.ts';

/** What is open of a posted invoice, and whether anything of it was paid. */
interface Claim {
  dueDate: string | null;
  open: Units;
  touched: boolean;
}

type Billed = Pick<OrderToCashFacts, 'invoices' | 'settling'>;

/**
 * How much of the posted invoices is paid. What a credit note still has open is set against the open invoices,
 * the one due first before the others. Overdue is derived from the due date and today, never from a stored state.
 *
 * OVERDUE: something open was due before today · PAID: nothing is open · PARTIAL: some was paid · NONE.
 */
export function settlementOf(facts: Billed & Pick<OrderToCashFacts, 'today'>): Settlement {
  const claims = claimsOf(facts);
  if (claims.length === 0) return 'NONE';
  const open = claims.filter((claim) => claim.open > 0n);
  if (open.some((claim) => claim.dueDate !== null && claim.dueDate < facts.today)) return 'OVERDUE';
  if (open.length === 0) return 'PAID';
  return claims.some((claim) => claim.touched || claim.open <= 0n) ? 'PARTIAL' : 'NONE';
}

/** The first day on which something was due that is still open; null where nothing is, or nothing open has a due date. */
export function nextDueOf(facts: Billed): string | null {
  const days = claimsOf(facts).flatMap(({ open, dueDate }) => (open > 0n && dueDate !== null ? [dueDate] : []));
  return days.sort().at(0) ?? null;
}

function claimsOf({ invoices, settling }: Billed): Claim[] {
  const posted = invoices.filter((invoice) => invoice.status === 'POSTED');
  const openOf = (invoice: InvoiceFacts) => openAmountOf(invoice, settling?.get(invoice.id));
  const credit = sumUnits(posted.filter(isCredit).map((note) => -openOf(note)));
  const debts = posted.filter((invoice) => !isCredit(invoice));
  return settleCredit(
    debts.map((invoice) => claimOf(invoice, openOf(invoice))),
    credit,
  );
}

const begun = new Set<InvoiceFacts['paymentStatus']>(['PARTIAL', 'IN_PAYMENT', 'PAID', 'REVERSED']);

/** A payment state tells that something was paid only where the system does not state what is open. */
function claimOf(invoice: InvoiceFacts, open: Units): Claim {
  const { dueDate, outstandingAmount, paymentStatus, totalAmount } = invoice;
  const touched = open < unitsOf(totalAmount) || (outstandingAmount === null && begun.has(paymentStatus));
  return { dueDate, open, touched };
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
