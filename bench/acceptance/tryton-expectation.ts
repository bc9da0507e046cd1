import { add, type Totals } from './totals.ts';
import { decimalOf, linkedText, type TrytonApi } from './tryton-api.ts';

/** The totals as Tryton's own API gives them, summed here record by record. */
export async function totalsFromApi(api: TrytonApi): Promise<Totals> {
  const totals: Totals = new Map();
  for (const party of await api.all('party.party', ['receivable'])) {
    add(totals, 'parties', 1);
    add(totals, 'open balance', decimalOf(party.receivable) ?? '0');
  }
  for (const model of ['party.address', 'party.contact_mechanism'] as const) {
    add(totals, model, (await api.all(model, ['id'])).length);
  }
  add(totals, 'sale lines', (await api.all('sale.line', ['id'], [['type', '=', 'line']])).length);
  for (const sale of await api.all('sale.sale', ['state', 'currency.code', 'total_amount', 'untaxed_amount'])) {
    countWithAmounts(totals, `sales ${sale.state}`, linkedText(sale, 'currency', 'code'), {
      total: decimalOf(sale.total_amount),
      untaxed: decimalOf(sale.untaxed_amount),
    });
  }
  for (const shipment of await api.all('stock.shipment.out', ['state'])) add(totals, `shipments ${shipment.state}`, 1);
  for (const back of await api.all('stock.shipment.out.return', ['id'])) add(totals, 'returns', back ? 1 : 0);
  const fields = ['state', 'number', 'currency.code', 'total_amount', 'untaxed_amount', 'amount_to_pay'];
  for (const invoice of await api.all('account.invoice', fields, [['type', '=', 'out']])) {
    const currency = linkedText(invoice, 'currency', 'code');
    const total = decimalOf(invoice.total_amount) ?? '0';
    countWithAmounts(totals, `invoices ${invoice.state}`, currency, {
      total,
      untaxed: decimalOf(invoice.untaxed_amount),
    });
    if (invoice.state !== 'posted' && invoice.state !== 'paid') continue;
    add(totals, `invoices ${invoice.state} to pay ${currency}`, decimalOf(invoice.amount_to_pay) ?? '0');
    if (total.startsWith('-')) add(totals, 'credit notes posted', 1);
  }
  for (const payment of await api.all(
    'account.payment',
    ['state', 'currency.code', 'amount'],
    [['kind', '=', 'receivable']],
  )) {
    countWithAmounts(totals, `payments ${payment.state}`, linkedText(payment, 'currency', 'code'), {
      total: decimalOf(payment.amount),
    });
  }
  for (const opportunity of await api.all('sale.opportunity', ['state', 'amount'])) {
    add(totals, `opportunities ${opportunity.state}`, 1);
    add(totals, `opportunities ${opportunity.state} amount`, decimalOf(opportunity.amount) ?? '0');
  }
  for (const complaint of await api.all('sale.complaint', ['state'])) add(totals, `complaints ${complaint.state}`, 1);
  return totals;
}

function countWithAmounts(
  totals: Totals,
  name: string,
  currency: string,
  amounts: Record<string, string | null>,
): void {
  add(totals, name, 1);
  for (const [kind, amount] of Object.entries(amounts)) add(totals, `${name} ${kind} ${currency}`, amount ?? '0');
}

/** What the expectations file of a provisioned Tryton holds, as far as it is compared. */
interface ExpectationFile {
  'party.party': { all: number };
  'party.address': number;
  'party.contact_mechanism': Record<string, number>;
  'sale.line': { line: number };
  'sale.sale': {
    by_state: Record<string, number>;
    stored_total_by_state_currency: Record<string, { sum: string }>;
    stored_untaxed_by_state_currency: Record<string, { sum: string }>;
  };
  'stock.shipment.out': Record<string, number>;
  'stock.shipment.out.return': Record<string, number>;
  'account.invoice': {
    by_state: Record<string, number>;
    totals_by_state_currency: Record<string, { untaxed: string; total: string }>;
    credit_notes: number;
  };
  open_receivable_eur: string;
  'account.payment': Record<string, { count: number; sum: string }>;
  'sale.opportunity': Record<string, { count: number; sum: string }>;
  'sale.complaint': Record<string, number>;
}

/** The totals of an expectations file: computed from Tryton's database, by nothing of ours. */
export function totalsFromFile(file: ExpectationFile): Totals {
  const totals: Totals = new Map();
  add(totals, 'parties', file['party.party'].all);
  add(totals, 'open balance', file.open_receivable_eur);
  add(totals, 'party.address', file['party.address']);
  for (const count of Object.values(file['party.contact_mechanism'])) add(totals, 'party.contact_mechanism', count);
  add(totals, 'sale lines', file['sale.line'].line);
  const { by_state, stored_total_by_state_currency, stored_untaxed_by_state_currency } = file['sale.sale'];
  counts('sales', by_state);
  for (const [key, { sum }] of Object.entries(stored_total_by_state_currency)) amount('sales', key, 'total', sum);
  for (const [key, { sum }] of Object.entries(stored_untaxed_by_state_currency)) amount('sales', key, 'untaxed', sum);
  counts('shipments', file['stock.shipment.out']);
  for (const count of Object.values(file['stock.shipment.out.return'])) add(totals, 'returns', count);
  counts('invoices', file['account.invoice'].by_state);
  for (const [key, { untaxed, total }] of Object.entries(file['account.invoice'].totals_by_state_currency)) {
    amount('invoices', key, 'total', total);
    amount('invoices', key, 'untaxed', untaxed);
  }
  add(totals, 'credit notes posted', file['account.invoice'].credit_notes);
  for (const [key, { count, sum }] of Object.entries(file['account.payment'])) {
    add(totals, `payments ${key.split('/')[0]}`, count);
    amount('payments', key, 'total', sum);
  }
  for (const [state, { count, sum }] of Object.entries(file['sale.opportunity'])) {
    add(totals, `opportunities ${state}`, count);
    add(totals, `opportunities ${state} amount`, sum);
  }
  counts('complaints', file['sale.complaint']);
  return totals;

  function counts(name: string, byState: Record<string, number>): void {
    for (const [state, count] of Object.entries(byState)) add(totals, `${name} ${state}`, count);
  }

  function amount(name: string, key: string, kind: string, sum: string): void {
    const [state = '', currency = ''] = key.split('/');
    add(totals, `${name} ${state} ${kind} ${currency}`, sum);
  }
}
