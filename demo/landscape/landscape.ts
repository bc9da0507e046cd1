import { type Day, dayOf } from './calendar.ts';
import { type Customer, makeCustomers } from './customers.ts';
import { type Invoice, makeInvoices } from './invoices.ts';
import { makeOrders, type Order } from './orders.ts';
import { makeParties, type Party, type SystemName } from './parties.ts';
import { makePayments, type Payment } from './payments.ts';
import { makeProducts, type Product } from './products.ts';
import { makeRelationship, type Relationship } from './records/relationship-records.ts';
import { type CustomerReturn, makeReturns } from './returns.ts';
import { makeShipments, type Shipment } from './shipments.ts';

/** One company's true world, before its four systems write down their parts of it. */
export interface Landscape {
  seed: number;
  today: Day;
  customers: Customer[];
  products: Product[];
  parties: Party[];
  /** The party of each customer a system uses for new records, by system and customer index. */
  partyOf: Record<SystemName, Map<number, Party>>;
  orders: Order[];
  shipments: Shipment[];
  returns: CustomerReturn[];
  invoices: Invoice[];
  payments: Payment[];
  relationship: Relationship;
}

export interface LandscapeOptions {
  seed: number;
  /** 1 makes about 2,000 customers and 25,000 orders. */
  scale: number;
  /** The date the history ends before, `YYYY-MM-DD`. */
  today: string;
}

/** The same options make the same landscape, byte for byte. */
export function makeLandscape({ seed, scale, today: date }: LandscapeOptions): Landscape {
  const today = dayOf(date);
  const customers = makeCustomers(seed, Math.max(20, Math.round(2_000 * scale)), today);
  const products = makeProducts(seed);
  const parties = makeParties(seed, customers, today);
  const partyOf = {
    erp: firstPartyOf(parties, 'erp'),
    scm: firstPartyOf(parties, 'scm'),
    crm: firstPartyOf(parties, 'crm'),
    finance: firstPartyOf(parties, 'finance'),
  };
  const orders = makeOrders(seed, Math.round(25_000 * scale), customers, products, today);
  const shipments = makeShipments(seed, orders, today);
  const returns = makeReturns(seed, shipments, today);
  const invoices = makeInvoices(seed, customers, new Set(partyOf.finance.keys()), shipments, returns, today);
  const payments = makePayments(seed, invoices, today);
  const relationship = makeRelationship(seed, scale, customers, partyOf.crm, orders, shipments, today);
  return {
    seed,
    today,
    customers,
    products,
    parties,
    partyOf,
    orders,
    shipments,
    returns,
    invoices,
    payments,
    relationship,
  };
}

function firstPartyOf(parties: readonly Party[], system: SystemName): Map<number, Party> {
  const first = new Map<number, Party>();
  for (const party of parties) {
    if (party.system === system && !first.has(party.customer)) first.set(party.customer, party);
  }
  return first;
}
