import { readSettling, type SettlingRow } from '../../cache/records/open-amounts.ts';
import { type OpenDocument, openAmountOf } from '../../customer-360/order-to-cash/open-amount.ts';
import { onInvoices } from '../caching/cache-tags.ts';
import type { GraphContext } from '../context.ts';
import { type Awaitable, goOn } from '../maybe-promise.ts';
import type { RecordSource } from './lists/records.ts';

/**
 * What payments and credit notes say of an invoice that does not state what is open of it. It is worked out of all of
 * them, as lists are filtered by it, also where some belong to customers that the viewer may not see.
 */
export function loadSettling(invoiceId: string, { loaders, stores }: GraphContext): Awaitable<SettlingRow | undefined> {
  return loaders.load('invoice:settling', invoiceId, (ids) => readSettling(stores.sql, ids), onInvoices);
}

/** Posted, past its due date and not fully paid: the same as `overdueInvoice` of cache/invoice-store. */
export function overdue(invoice: RecordSource, context: GraphContext): Awaitable<boolean> {
  const { kind, status, dueDate, outstandingAmount } = invoice;
  const isPast = typeof dueDate === 'string' && dueDate < context.today;
  if (kind !== 'INVOICE' || status !== 'POSTED' || !isPast) return false;
  const document = invoice as unknown as OpenDocument;
  if (outstandingAmount !== null) return openAmountOf(document, undefined) > 0n;
  return goOn(loadSettling(invoice.id, context), (settling) => openAmountOf(document, settling) > 0n);
}
