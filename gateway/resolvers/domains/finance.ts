import { onKey } from '../../caching/cache-tags.ts';
import type { GraphContext } from '../../context.ts';
import { customerConnection, recordConnection } from '../lists/connection.ts';
import { statsResolvers } from '../lists/connection-resolvers.ts';
import { customerOfRecord, type RecordSource, referenced, referencing } from '../lists/records.ts';
import { liveField } from '../live/live-field.ts';
import { money, moneyOfLine } from '../money.ts';
import { overdue } from '../open-invoices.ts';
import { documentsOfOrder, ordersOfDocument, paymentsOfOrder } from '../order-documents.ts';
import { sourceRecordField } from '../source-records.ts';
import type { DomainSubschema } from '../subschema.ts';

/** Invoices, credit notes and payments. */
export const finance: DomainSubschema = {
  domain: 'finance',
  resolvers: {
    Query: {
      invoices: recordConnection('Query.invoices', (stores) => stores.invoices),
      payments: recordConnection('Query.payments', (stores) => stores.payments),
    },
    Customer: {
      invoices: customerConnection('Customer.invoices', (stores) => stores.invoices),
      payments: customerConnection('Customer.payments', (stores) => stores.payments),
      openBalance: async (customer: RecordSource, _args: unknown, { loaders, stores }: GraphContext) =>
        (await loaders.load('open-balance', customer.id, stores.invoices.openBalances, onKey)) ?? [],
    },
    Order: {
      invoices: documentsOfOrder('invoice'),
      payments: paymentsOfOrder,
    },
    OrderLine: { invoiceLines: referencing('invoiceLine', 'orderLineId') },
    Invoice: {
      live: liveField('invoice'),
      ...money('netAmount', 'taxAmount', 'totalAmount', 'outstandingAmount'),
      sourceRecord: sourceRecordField('invoice'),
      overdue: (invoice: RecordSource, _args: unknown, context: GraphContext) => overdue(invoice, context),
      originalInvoice: referenced('invoice', 'originalInvoiceId'),
      customer: customerOfRecord,
      orders: ordersOfDocument('invoice'),
      lines: referencing('invoiceLine', 'invoiceId', 'lineNo'),
      allocations: referencing('paymentAllocation', 'invoiceId'),
    },
    InvoiceLine: {
      ...moneyOfLine('invoice', 'invoiceId', 'unitPrice', 'netAmount', 'taxAmount'),
      orderLine: referenced('orderLine', 'orderLineId'),
    },
    Payment: {
      ...money('amount'),
      sourceRecord: sourceRecordField('payment'),
      customer: customerOfRecord,
      allocations: referencing('paymentAllocation', 'paymentId'),
    },
    PaymentAllocation: {
      ...moneyOfLine('payment', 'paymentId', 'amount'),
      payment: referenced('payment', 'paymentId'),
      invoice: referenced('invoice', 'invoiceId'),
    },
    ...statsResolvers('Invoice', ['amount', 'netAmount', 'outstanding']),
    ...statsResolvers('Payment', ['amount']),
  },
};
