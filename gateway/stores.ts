import { type BreakerStore, createBreakerStore } from '../cache/breaker-store.ts';
import type { Cache, Sql } from '../cache/cache.ts';
import { type CustomerStore, createCustomerStore } from '../cache/customer-store.ts';
import { createDriftStore, type DriftStore } from '../cache/drift-store.ts';
import { createEngagementStores, type EngagementStores } from '../cache/engagement-store.ts';
import {
  createInvoiceStore,
  createPaymentStore,
  type InvoiceStore,
  type PaymentStore,
} from '../cache/invoice-store.ts';
import { createOrderStore, type OrderStore } from '../cache/order-store.ts';
import { createAccountStore, createPartyStore } from '../cache/party-store.ts';
import { createPortfolioStore, type PortfolioStore } from '../cache/portfolio-store.ts';
import { createQuarantineStore, type QuarantineStore } from '../cache/quarantine-store.ts';
import type { RecordStore } from '../cache/record-store.ts';
import { createReturnStore, createShipmentStore, type OrderDocumentStore } from '../cache/shipment-store.ts';
import { createSourceRecordStore, type SourceRecordStore } from '../cache/source-record-store.ts';
import { createStatusStore, type StatusStore } from '../cache/status-store.ts';
import { createTimelineStore, type TimelineStore } from '../cache/timeline-store.ts';

/** Everything the graph reads the cache through. */
export interface Stores extends EngagementStores {
  sql: Sql;
  customers: CustomerStore;
  parties: RecordStore;
  accounts: RecordStore;
  orders: OrderStore;
  shipments: OrderDocumentStore;
  returns: OrderDocumentStore;
  invoices: InvoiceStore;
  payments: PaymentStore;
  portfolio: PortfolioStore;
  sourceRecords: SourceRecordStore;
  timeline: TimelineStore;
  status: StatusStore;
  quarantine: QuarantineStore;
  drift: DriftStore;
  breakers: BreakerStore;
}

export function createStores(cache: Cache): Stores {
  return {
    sql: cache,
    customers: createCustomerStore(cache),
    parties: createPartyStore(cache),
    accounts: createAccountStore(cache),
    orders: createOrderStore(cache),
    shipments: createShipmentStore(cache),
    returns: createReturnStore(cache),
    invoices: createInvoiceStore(cache),
    payments: createPaymentStore(cache),
    portfolio: createPortfolioStore(cache),
    sourceRecords: createSourceRecordStore(cache),
    timeline: createTimelineStore(cache),
    status: createStatusStore(cache),
    quarantine: createQuarantineStore(cache),
    drift: createDriftStore(cache),
    breakers: createBreakerStore(cache),
    ...createEngagementStores(cache),
  };
}
