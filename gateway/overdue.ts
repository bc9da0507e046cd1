import type { RecordSource } from './records.ts';

/**
 * Posted, past its due date and not fully paid; the same rule as `overdueInvoice` of cache/invoice-store, for an
 * invoice that has been read.
 */
export function overdue(invoice: RecordSource, today: string): boolean {
  const { kind, status, dueDate, paymentStatus, outstandingAmount, totalAmount } = invoice;
  if (kind !== 'INVOICE' || status !== 'POSTED' || typeof dueDate !== 'string' || dueDate >= today) return false;
  const settled = paymentStatus === 'PAID' || paymentStatus === 'REVERSED';
  return isPositive(outstandingAmount ?? (settled ? null : totalAmount));
}

/** Canonical decimals have no needless zeros, so that only "0" is zero. */
function isPositive(decimal: unknown): boolean {
  return typeof decimal === 'string' && decimal !== '0' && !decimal.startsWith('-');
}
