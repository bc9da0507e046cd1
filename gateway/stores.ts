import { type BreakerStore, createBreakerStore } from '../cache/breaker-store.ts';
import type { Cache, Sql } from '../cache/cache.ts';
import { type CustomerStore, createCustomerStore } from '../cache/customer-store.ts';
import { createDanglingStore, type DanglingStore } from '../cache/dangling-references.ts';
import { createDriftStore, type DriftStore } from '../cache/drift-store.ts';
import { createEngagementStores, type EngagementStores } from '../cache/engagement-store.ts';
import {
  createInvoiceStore,
  createPaymentStore,
  type InvoiceStore,
  type PaymentStore,
} from '../cache/invoice-store.ts';
import { createOrderStore, type OrderStore } from '../cache/order-store.ts';
import { createOrganisationStore, type OrganisationStore } from '../cache/organisation-store.ts';
import { createAccountStore, createPartyStore } from '../cache/party-store.ts';
import { createPortfolioStore, type PortfolioStore } from '../cache/portfolio-store.ts';
import { createQuarantineStore, type QuarantineStore } from '../cache/quarantine-store.ts';
import type { RecordStore } from '../cache/record-store.ts';
import { createReturnStore, createShipmentStore, type OrderDocumentStore } from '../cache/shipment-store.ts';
import { createSourceRecordStore, type SourceRecordStore } from '../cache/source-record-store.ts';
import { createStatusStore, type StatusStore } from '../cache/status-store.ts';
import { createStewardStore, type StewardStore } from '../cache/steward-store.ts';
import { createTimelineStore, type TimelineStore } from '../cache/timeline-store.ts';
import { createVerifyRunStore, type VerifyRunStore } from '../cache/verify-runs.ts';
import type { Visible } from '../cache/visible.ts';

/** Everything the graph reads the cache through. */
export interface Stores extends EngagementStores {
  sql: Sql;
  /** Whose records are shown. */
  visible: Visible;
  customers: CustomerStore;
  parties: RecordStore;
  accounts: RecordStore;
  orders: OrderStore;
  shipments: OrderDocumentStore;
  returns: OrderDocumentStore;
  invoices: InvoiceStore;
  payments: PaymentStore;
  organisations: OrganisationStore;
  portfolio: PortfolioStore;
  sourceRecords: SourceRecordStore;
  timeline: TimelineStore;
  status: StatusStore;
  quarantine: QuarantineStore;
  stewards: StewardStore;
  drift: DriftStore;
  dangling: DanglingStore;
  breakers: BreakerStore;
  verifyRuns: VerifyRunStore;
}

export function createStores(cache: Cache, visible: Visible): Stores {
  return {
    sql: cache,
    visible,
    customers: createCustomerStore(cache, visible),
    parties: createPartyStore(cache, visible),
    accounts: createAccountStore(cache, visible),
    orders: createOrderStore(cache, visible),
    shipments: createShipmentStore(cache, visible),
    returns: createReturnStore(cache, visible),
    invoices: createInvoiceStore(cache, visible),
    payments: createPaymentStore(cache, visible),
    organisations: createOrganisationStore(cache, visible),
    portfolio: createPortfolioStore(cache),
    sourceRecords: createSourceRecordStore(cache, visible),
    timeline: createTimelineStore(cache),
    status: createStatusStore(cache),
    quarantine: createQuarantineStore(cache),
    stewards: createStewardStore(cache),
    drift: createDriftStore(cache),
    dangling: createDanglingStore(cache),
    breakers: createBreakerStore(cache),
    verifyRuns: createVerifyRunStore(cache),
    ...createEngagementStores(cache, visible),
  };
}
