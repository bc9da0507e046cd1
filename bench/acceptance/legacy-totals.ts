import { Decimal } from 'decimal.js';
import type { AcceptanceHub } from './acceptance-hub.ts';
import { add, type Totals } from './totals.ts';

interface Stats {
  key: { sourceStatus: string | null; currency?: string | null };
  count: number;
  amount: { amount: string } | null;
  netAmount?: { amount: string } | null;
  outstanding?: { amount: string } | null;
}

interface Answer {
  parties: { totalCount: number };
  named: { nodes: { taxId: string | null; email: string | null }[]; pageInfo: PageInfo };
  orders: { totalCount: number; stats: Stats[] };
  shipments: { totalCount: number; stats: Stats[] };
  invoices: { totalCount: number; stats: Stats[] };
  open: { totalCount: number; stats: Stats[] };
  payments: { totalCount: number; stats: Stats[] };
  sources: { streams: { stream: string; records: number }[] }[];
}

interface PageInfo {
  hasNextPage: boolean;
  endCursor: string | null;
}

const query = `query Totals {
  parties(first: 1) { totalCount }
  orders(first: 1) {
    totalCount stats(groupBy: [SOURCE_STATUS]) { key { sourceStatus } count netAmount { amount } }
  }
  shipments(first: 1) { totalCount stats(groupBy: [SOURCE_STATUS]) { key { sourceStatus } count } }
  invoices(first: 1) {
    totalCount
    stats(groupBy: [SOURCE_STATUS, CURRENCY]) { key { sourceStatus currency } count amount { amount } outstanding { amount } }
  }
  open: invoices(first: 1, filter: { kind: [INVOICE], outstandingAmount: { from: "0.01" } }) {
    totalCount stats(groupBy: [SOURCE_STATUS, CURRENCY]) { key { sourceStatus currency } count outstanding { amount } }
  }
  payments(first: 1) { totalCount stats(groupBy: [CURRENCY]) { key { currency } count amount { amount } } }
  sources { streams { stream records } }
}`;

const partyPage = `query Parties($after: String) {
  parties(first: 200, after: $after) { nodes { taxId } pageInfo { hasNextPage endCursor } }
}`;

const linePage = `query Lines($after: String) {
  orders(first: 200, after: $after) { nodes { lines { netAmount { amount } } } pageInfo { hasNextPage endCursor } }
}`;

/** The totals of the legacy database as the graph answers them. */
export async function legacyTotalsFromGraph(hub: AcceptanceHub): Promise<Totals> {
  const answer = await hub.ask<Answer>(query);
  const totals: Totals = new Map();
  const records = new Map(answer.sources.flatMap(({ streams }) => streams.map((one) => [one.stream, one.records])));
  add(totals, 'customers not deleted', answer.parties.totalCount);
  add(totals, 'orders', answer.orders.totalCount);
  add(totals, 'order lines', records.get('order-lines') ?? 0);
  add(totals, 'deliveries', answer.shipments.totalCount);
  add(totals, 'invoices', answer.invoices.totalCount);
  add(totals, 'payments', answer.payments.totalCount);
  for (const { key, count, netAmount } of answer.orders.stats) {
    add(totals, `orders ${key.sourceStatus}`, count);
    add(totals, `orders ${key.sourceStatus} net`, netAmount?.amount ?? '0');
  }
  for (const { key, count } of answer.shipments.stats) add(totals, `deliveries ${key.sourceStatus}`, count);
  for (const { key, count, amount, outstanding } of answer.invoices.stats) {
    const name = `invoices ${key.sourceStatus} ${key.currency}`;
    add(totals, name, count);
    add(totals, `${name} total`, amount?.amount ?? '0');
    add(totals, `${name} paid`, new Decimal(amount?.amount ?? 0).minus(outstanding?.amount ?? 0).toFixed());
  }
  add(totals, 'open items', answer.open.totalCount);
  for (const { outstanding } of answer.open.stats) add(totals, 'open items amount', outstanding?.amount ?? '0');
  for (const { amount } of answer.payments.stats) add(totals, 'payments amount', amount?.amount ?? '0');
  await eachPage<{ taxId: string | null }>(hub, partyPage, 'parties', ({ taxId }) => {
    if (taxId) add(totals, 'customers with tax id', 1);
  });
  await eachPage<{ lines: { netAmount: { amount: string } }[] }>(hub, linePage, 'orders', ({ lines }) => {
    for (const { netAmount } of lines) add(totals, 'order lines net', netAmount.amount);
  });
  return totals;
}

async function eachPage<N>(hub: AcceptanceHub, page: string, field: string, visit: (node: N) => void): Promise<void> {
  let after: string | null = null;
  do {
    const answer: Record<string, { nodes: N[]; pageInfo: PageInfo }> = await hub.ask(page, { after });
    const connection = answer[field];
    for (const node of connection?.nodes ?? []) visit(node);
    after = connection?.pageInfo.hasNextPage ? connection.pageInfo.endCursor : null;
  } while (after !== null);
}

/** What the expectations file of the legacy database holds, as far as it is compared. */
interface ExpectationFile {
  rows: Record<'KUNDE' | 'AUFTRAG' | 'AUFPOS' | 'LIEFERUNG' | 'RECHNUNG' | 'ZAHLUNG', number>;
  kundeGeloescht: number;
  kundeMitUstid: number;
  auftragByStatus: Record<string, { n: number; netto: string }>;
  aufposGesamt: string;
  lieferungByStatus: Record<string, number>;
  rechnungByArtWaehr: Record<string, { n: number; brutto: string; bezahlt: string }>;
  offenePosten: { n: number; offen: string };
  zahlungen: { n: number; summe: string };
}

/** `deletedWithTaxId`: the file counts tax ids of deleted customers too, whom the graph no longer shows. */
export function legacyTotalsFromFile(file: ExpectationFile, deletedWithTaxId: number): Totals {
  const totals: Totals = new Map();
  add(totals, 'customers not deleted', file.rows.KUNDE - file.kundeGeloescht);
  add(totals, 'customers with tax id', file.kundeMitUstid - deletedWithTaxId);
  add(totals, 'orders', file.rows.AUFTRAG);
  add(totals, 'order lines', file.rows.AUFPOS);
  add(totals, 'order lines net', file.aufposGesamt);
  add(totals, 'deliveries', file.rows.LIEFERUNG);
  add(totals, 'invoices', file.rows.RECHNUNG);
  add(totals, 'payments', file.zahlungen.n);
  add(totals, 'payments amount', file.zahlungen.summe);
  add(totals, 'open items', file.offenePosten.n);
  add(totals, 'open items amount', file.offenePosten.offen);
  for (const [status, { n, netto }] of Object.entries(file.auftragByStatus)) {
    add(totals, `orders ${status}`, n);
    add(totals, `orders ${status} net`, netto);
  }
  for (const [status, n] of Object.entries(file.lieferungByStatus)) add(totals, `deliveries ${status}`, n);
  for (const [key, { n, brutto, bezahlt }] of Object.entries(file.rechnungByArtWaehr)) {
    const name = `invoices ${key.replace('/', ' ')}`;
    add(totals, name, n);
    add(totals, `${name} total`, brutto);
    add(totals, `${name} paid`, bezahlt);
  }
  return totals;
}
