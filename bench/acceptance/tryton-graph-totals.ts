import type { AcceptanceHub } from './acceptance-hub.ts';
import { add, type Totals } from './totals.ts';

interface Money {
  amount: string;
  currency: string | null;
}

interface Stats {
  key: { sourceStatus?: string | null; stage?: string | null; currency?: string | null };
  count: number;
  amount?: Money | null;
  netAmount?: Money | null;
  outstanding?: Money | null;
  openBalance?: Money | null;
}

interface Answer {
  parties: { totalCount: number };
  accounts: { stats: Stats[] };
  orders: { stats: Stats[] };
  shipments: { stats: Stats[] };
  returns: { totalCount: number };
  invoices: { stats: Stats[] };
  credits: { totalCount: number };
  payments: { stats: Stats[] };
  opportunities: { stats: Stats[] };
  cases: { stats: Stats[] };
  sources: { streams: { stream: string; records: number }[] }[];
}

const query = `query Totals {
  parties(first: 1) { totalCount }
  accounts(first: 1) { stats(groupBy: [CURRENCY]) { key { currency } count openBalance { amount currency } } }
  orders(first: 1) {
    stats(groupBy: [SOURCE_STATUS, CURRENCY]) {
      key { sourceStatus currency } count amount { amount currency } netAmount { amount currency }
    }
  }
  shipments(first: 1) { stats(groupBy: [SOURCE_STATUS]) { key { sourceStatus } count } }
  returns(first: 1) { totalCount }
  invoices(first: 1) {
    stats(groupBy: [SOURCE_STATUS, CURRENCY]) {
      key { sourceStatus currency } count
      amount { amount currency } netAmount { amount currency } outstanding { amount currency }
    }
  }
  credits: invoices(first: 1, filter: { kind: [CREDIT_NOTE], status: [POSTED] }) { totalCount }
  payments(first: 1) {
    stats(groupBy: [SOURCE_STATUS, CURRENCY]) { key { sourceStatus currency } count amount { amount currency } }
  }
  opportunities(first: 1) { stats(groupBy: [STAGE]) { key { stage } count amount { amount currency } } }
  cases(first: 1) { stats(groupBy: [SOURCE_STATUS]) { key { sourceStatus } count } }
  sources { streams { stream records } }
}`;

/** The totals as the graph answers them, in one request. */
export async function totalsFromGraph(hub: AcceptanceHub): Promise<Totals> {
  const answer = await hub.ask<Answer>(query);
  const totals: Totals = new Map();
  const records = new Map(answer.sources.flatMap(({ streams }) => streams.map((one) => [one.stream, one.records])));
  add(totals, 'parties', answer.parties.totalCount);
  add(totals, 'party.address', records.get('addresses') ?? 0);
  add(totals, 'party.contact_mechanism', records.get('contact-mechanisms') ?? 0);
  add(totals, 'sale lines', records.get('sale-lines') ?? 0);
  for (const { openBalance } of answer.accounts.stats) add(totals, 'open balance', openBalance?.amount ?? '0');
  withAmounts('sales', answer.orders.stats);
  counted('shipments', answer.shipments.stats);
  add(totals, 'returns', answer.returns.totalCount);
  withAmounts('invoices', answer.invoices.stats);
  for (const { key, outstanding } of answer.invoices.stats) {
    if (outstanding) add(totals, `invoices ${key.sourceStatus} to pay ${outstanding.currency}`, outstanding.amount);
  }
  add(totals, 'credit notes posted', answer.credits.totalCount);
  withAmounts('payments', answer.payments.stats);
  for (const { key, count, amount } of answer.opportunities.stats) {
    add(totals, `opportunities ${key.stage}`, count);
    add(totals, `opportunities ${key.stage} amount`, amount?.amount ?? '0');
  }
  counted('complaints', answer.cases.stats);
  return totals;

  function counted(name: string, stats: Stats[]): void {
    for (const { key, count } of stats) add(totals, `${name} ${key.sourceStatus}`, count);
  }

  function withAmounts(name: string, stats: Stats[]): void {
    counted(name, stats);
    for (const { key, amount, netAmount } of stats) {
      if (amount) add(totals, `${name} ${key.sourceStatus} total ${amount.currency}`, amount.amount);
      if (netAmount) add(totals, `${name} ${key.sourceStatus} untaxed ${netAmount.currency}`, netAmount.amount);
    }
  }
}
