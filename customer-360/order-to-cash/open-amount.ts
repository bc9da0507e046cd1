import type { SettlingRow } from '../../cache/records/open-amounts.ts';
import type { CanonicalFields } from '../../schema/records.ts';
import { absUnits, maxUnits, type Units, unitsOf } from '../exact-decimal.ts';

/** What the rule reads of an invoice or credit note. */
export type OpenDocument = Pick<
  CanonicalFields<'invoice'>,
  'kind' | 'status' | 'paymentStatus' | 'totalAmount' | 'outstandingAmount'
>;

/** A credit note, or an invoice with a negative total: some systems book their returns and credits so. */
export function isCredit({ kind, totalAmount }: Pick<OpenDocument, 'kind' | 'totalAmount'>): boolean {
  return kind === 'CREDIT_NOTE' || unitsOf(totalAmount) < 0n;
}

/** Whether what is open of a document is not said by its system, so that payments and credit notes have to tell. */
function isUnsaid({ status, outstandingAmount, paymentStatus }: Omit<OpenDocument, 'kind'>): boolean {
  return status === 'POSTED' && outstandingAmount === null && paymentStatus !== 'PAID' && paymentStatus !== 'REVERSED';
}

/**
 * What is open of a document, in ten-thousandths: above zero the customer owes it, below zero it is the customer's
 * credit. The one rule for open amounts; `cache/records/open-amounts.ts` says the same in SQL.
 *
 * 1. Only posted documents are open.
 * 2. What the system states is open stands; of a credit it is taken off, whichever sign it is written with.
 * 3. A paid or reversed document leaves nothing.
 * 4. Else an invoice is open with its total less the received payments allocated to it and less the credit notes that
 *    name it; more than its total is the customer's credit (an overpayment).
 * 5. Else a credit is open with its total less what was paid out, and less what the invoice it names, or else the
 *    invoices of its order, have come down: a credit note of a settled order is not owed.
 */
export function openAmountOf(document: OpenDocument, settling: SettlingRow | undefined): Units {
  if (document.status !== 'POSTED') return 0n;
  const open = amountLeft(document, settling);
  return isCredit(document) ? -absUnits(open) : open;
}

function amountLeft(document: OpenDocument, settling: SettlingRow | undefined): Units {
  if (document.outstandingAmount !== null) return unitsOf(document.outstandingAmount);
  if (!isUnsaid(document)) return 0n;
  const total = unitsOf(document.totalAmount);
  const allocated = unitsOf(settling?.allocated);
  if (!isCredit(document)) return total - allocated - unitsOf(settling?.credited);
  const left = maxUnits(0n, absUnits(total) - absUnits(allocated));
  return maxUnits(0n, left - unitsOf(settling?.taken));
}
