import type { Invoice } from '../landscape/invoices.ts';
import type { Landscape } from '../landscape/landscape.ts';
import type { Party } from '../landscape/parties.ts';
import type { Payment } from '../landscape/payments.ts';
import { customerRows, invoiceRows, type LegacyWrite, paymentRows } from './finance-rows.ts';
import { openMysqlBooks } from './mysql-books.ts';
import { openSqliteBooks } from './sqlite-books.ts';

export interface FinanceSource {
  url: string;
  saveParty(party: Party): Promise<void>;
  saveInvoice(invoice: Invoice): Promise<void>;
  savePayment(payment: Payment): Promise<void>;
  close(): Promise<void>;
}

export interface FinanceOptions {
  landscape: Landscape;
  /** `sqlite:<file>` or `mysql://user:password@host:port/database`; its legacy tables are made anew. */
  url: string;
}

/** The finance system: a legacy SQL database that is read directly. */
export async function startFinance({ landscape, url }: FinanceOptions): Promise<FinanceSource> {
  const books = url.startsWith('sqlite:') ? openSqliteBooks(url.slice('sqlite:'.length)) : openMysqlBooks(url);
  const debtorOf = (customer: number) => landscape.partyOf.finance.get(customer);

  function* everything(): Iterable<LegacyWrite> {
    for (const party of landscape.parties) {
      const customer = landscape.customers[party.customer];
      if (party.system === 'finance' && customer) yield* customerRows(party, customer);
    }
    for (const invoice of landscape.invoices) yield* invoiceRows(invoice, debtorOf(invoice.order.customer));
    for (const payment of landscape.payments) yield* paymentRows(payment, debtorOf(payment.customer));
  }

  await books.create();
  await books.write(everything());
  return {
    url,
    async saveParty(party) {
      const customer = landscape.customers[party.customer];
      if (customer) await books.write(customerRows(party, customer));
    },
    saveInvoice: (invoice) => books.write(invoiceRows(invoice, debtorOf(invoice.order.customer))),
    savePayment: (payment) => books.write(paymentRows(payment, debtorOf(payment.customer))),
    close: () => books.close(),
  };
}
