import { Decimal } from 'decimal.js';
import type { AcceptanceHub } from './acceptance-hub.ts';
import type { Totals } from './totals.ts';
import { decimalOf, linkedText, type TrytonApi, type TrytonRecord } from './tryton-api.ts';

const SHOWN = 10;
const DAY = 86_400_000;
const WINDOW_DAYS = 730;
const DSO_DAYS = 90;

/** Ten customers of the graph, and what Tryton's own records come to for each, worked out here once more. */
export async function tenCustomers(hub: AcceptanceHub, api: TrytonApi) {
  const sales = (await api.all('sale.sale', ['party', 'state', 'sale_date', 'currency.code', 'untaxed_amount'])).filter(
    ({ state, sale_date }) => ['confirmed', 'processing', 'done'].includes(String(state)) && dateOf(sale_date) !== null,
  );
  const fields = ['party', 'state', 'invoice_date', 'currency.code', 'total_amount', 'amount_to_pay'];
  const invoices = (await api.all('account.invoice', fields, [['type', '=', 'out']])).filter(
    ({ state }) => state === 'posted' || state === 'paid',
  );
  const names = new Map((await api.all('party.party', ['name'])).map(({ id, name }) => [String(id), String(name)]));
  const days = sales.map(({ sale_date }) => dateOf(sale_date) ?? '').sort();
  const asOf = days.at(-1) ?? '';
  await hub.workOutNumbers(asOf);
  const customers = await allCustomers(hub);

  const buying = new Map(customers.map(({ id, keys }) => [id, boughtBy(sales, new Set(keys), asOf)]));
  const active = [...buying.values()].filter(({ recent }) => recent > 0);
  const byRevenue = [...customers].sort((a, b) => (buying.get(b.id)?.sales ?? 0) - (buying.get(a.id)?.sales ?? 0));
  const buyers = byRevenue.filter(({ id }) => (buying.get(id)?.days.length ?? 0) > 0);
  // the largest, and others evenly down to the smallest
  const step = Math.max(1, Math.floor(buyers.length / (SHOWN - 3)));
  const chosen = [...new Set([...buyers.slice(0, 3), ...buyers.filter((_, at) => at % step === step - 1)])].slice(
    0,
    SHOWN,
  );

  const [told, counted]: [Totals, Totals] = [new Map(), new Map()];
  for (const { id, keys } of chosen) {
    const bought = buying.get(id) ?? boughtBy([], new Set(), asOf);
    const name = keys.map((key) => names.get(key) ?? '').find((each) => each !== '') ?? '';
    tell(counted, id, { name, ...numbersOf(bought, active), ...owedBy(invoices, new Set(keys), asOf) });
    tell(told, id, await shown(hub, id));
  }
  return { asOf, customers: chosen.length, told, counted };
}

interface Bought {
  /** Days with a sale, ascending. */
  days: string[];
  orders: number;
  /** Of these days, those in the window. */
  recent: number;
  /** Of the window, in the currency of the company. */
  sales: number;
  byCurrency: Map<string, Decimal>;
}

function boughtBy(sales: readonly TrytonRecord[], keys: ReadonlySet<string>, asOf: string): Bought {
  const own = sales.filter(({ party, sale_date }) => keys.has(String(party)) && (dateOf(sale_date) ?? '') <= asOf);
  const days = [...new Set(own.map(({ sale_date }) => dateOf(sale_date) ?? ''))].sort();
  const since = shifted(asOf, -WINDOW_DAYS);
  const byCurrency = new Map<string, Decimal>();
  let recentSales = new Decimal(0);
  for (const sale of own) {
    const [currency, amount] = [linkedText(sale, 'currency', 'code'), new Decimal(decimalOf(sale.untaxed_amount) ?? 0)];
    byCurrency.set(currency, (byCurrency.get(currency) ?? new Decimal(0)).plus(amount));
    if (currency === 'EUR' && (dateOf(sale.sale_date) ?? '') > since) recentSales = recentSales.plus(amount);
  }
  const recent = days.filter((day) => day > since).length;
  return { days, orders: own.length, recent, sales: recentSales.toNumber(), byCurrency };
}

function numbersOf(bought: Bought, active: readonly Bought[]): Record<string, string> {
  const last = (each: Bought) => each.days.at(-1) ?? '';
  const fifth = (isBelow: (other: Bought) => boolean) =>
    String(1 + [1, 2, 3, 4].filter((k) => active.filter(isBelow).length >= (k * active.length) / 5).length);
  const others = [...bought.byCurrency].filter(([currency]) => currency !== 'EUR');
  const brought = active.filter(({ sales }) => sales > bought.sales).reduce((sum, { sales }) => sum + sales, 0);
  const share = brought / active.reduce((sum, { sales }) => sum + sales, 0);
  return {
    orders: String(bought.orders),
    purchases: String(bought.days.length),
    'first order': bought.days[0] ?? '',
    'last order': last(bought),
    sales: (bought.byCurrency.get('EUR') ?? new Decimal(0)).toFixed(2),
    ...Object.fromEntries(others.map(([currency, amount]) => [`sales ${currency}`, amount.toFixed(2)])),
    recency: fifth((other) => last(other) < last(bought)),
    frequency: fifth((other) => other.recent < bought.recent),
    monetary: fifth((other) => other.sales < bought.sales),
    // nothing is said of who pays in a currency without a rate
    grade: others.length > 0 ? '' : share < 0.8 ? 'A' : share < 0.95 ? 'B' : 'C',
  };
}

function owedBy(invoices: readonly TrytonRecord[], keys: ReadonlySet<string>, asOf: string): Record<string, string> {
  const since = shifted(asOf, -DSO_DAYS);
  const byCurrency = new Map<string, { open: Decimal; sold: Decimal }>();
  for (const invoice of invoices.filter(({ party }) => keys.has(String(party)))) {
    const currency = linkedText(invoice, 'currency', 'code');
    const own = byCurrency.get(currency) ?? { open: new Decimal(0), sold: new Decimal(0) };
    byCurrency.set(currency, own);
    // a credit note has negative amounts
    own.open = own.open.plus(decimalOf(invoice.amount_to_pay) ?? 0);
    const date = dateOf(invoice.invoice_date) ?? '';
    if (date > since && date <= asOf) own.sold = own.sold.plus(decimalOf(invoice.total_amount) ?? 0);
  }
  const told: Record<string, string> = {};
  for (const [currency, { open, sold }] of byCurrency) {
    if (!open.isZero()) told[`open ${currency}`] = open.toFixed(2);
    if (sold.gt(0)) told[`DSO ${currency}`] = (Math.round(open.div(sold).toNumber() * DSO_DAYS * 10) / 10).toFixed(1);
  }
  return told;
}

interface Shown {
  displayName: string;
  insight: {
    buying: {
      orders: number;
      purchases: number;
      firstOrder: string;
      lastOrder: string;
      totalSales: { amount: string };
      notConverted: { currency: string; amount: string }[];
    };
    rfm: { recency: number; frequency: number; monetary: number };
    grade: { value: string } | null;
    receivables: { byCurrency: { currency: string; balance: { amount: string }; dso: number | null }[] };
  };
}

async function shown(hub: AcceptanceHub, id: string): Promise<Record<string, string>> {
  const { customer } = await hub.ask<{ customer: Shown }>(
    `query ($id: ID!) { customer(id: $id) { displayName insight {
       buying { orders purchases firstOrder lastOrder totalSales { amount } notConverted { currency amount } }
       rfm { recency frequency monetary } grade { value } receivables { byCurrency { currency balance { amount } dso } } } } }`,
    { id },
  );
  const { buying, rfm, grade, receivables } = customer.insight;
  const owed = receivables.byCurrency.flatMap(({ currency, balance, dso }) => [
    ...(Number(balance.amount) === 0 ? [] : [[`open ${currency}`, new Decimal(balance.amount).toFixed(2)]]),
    ...(dso === null ? [] : [[`DSO ${currency}`, dso.toFixed(1)]]),
  ]);
  return {
    name: customer.displayName,
    orders: String(buying.orders),
    purchases: String(buying.purchases),
    'first order': buying.firstOrder,
    'last order': buying.lastOrder,
    sales: new Decimal(buying.totalSales.amount).toFixed(2),
    ...Object.fromEntries(
      buying.notConverted.map(({ currency, amount }) => [`sales ${currency}`, new Decimal(amount).toFixed(2)]),
    ),
    recency: String(rfm.recency),
    frequency: String(rfm.frequency),
    monetary: String(rfm.monetary),
    grade: grade?.value ?? '',
    ...Object.fromEntries(owed),
  };
}

async function allCustomers(hub: AcceptanceHub): Promise<{ id: string; keys: string[] }[]> {
  const found: { id: string; keys: string[] }[] = [];
  for (let after: string | null = null; ; ) {
    const { customers }: { customers: CustomerPage } = await hub.ask<{ customers: CustomerPage }>(
      `query ($after: String) { customers(first: 200, after: $after) {
         nodes { id parties { sourceKey } } pageInfo { hasNextPage endCursor } } }`,
      { after },
    );
    for (const { id, parties } of customers.nodes) found.push({ id, keys: parties.map(({ sourceKey }) => sourceKey) });
    if (!customers.pageInfo.hasNextPage) return found;
    after = customers.pageInfo.endCursor;
  }
}

interface CustomerPage {
  nodes: { id: string; parties: { sourceKey: string }[] }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

function tell(totals: Totals, id: string, numbers: Record<string, string>): void {
  for (const [name, value] of Object.entries(numbers)) totals.set(`${id} ${name}`, value);
}

/** A date as Tryton's API writes it. */
function dateOf(value: unknown): string | null {
  if (value === null || typeof value !== 'object') return null;
  const { year, month, day } = value as { year: number; month: number; day: number };
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function shifted(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}
