import type { Cache, Sql } from '../../cache/database/database.ts';
import { createStewardStore, type StewardStore } from '../../cache/identity/steward-store.ts';
import { type CustomerStore, createCustomerStore } from '../../cache/records/customer-store.ts';
import { createEngagementStores, type EngagementStores } from '../../cache/records/engagement-store.ts';
import {
  createInvoiceStore,
  createPaymentStore,
  type InvoiceStore,
  type PaymentStore,
} from '../../cache/records/invoice-store.ts';
import { createOrderStore, type OrderStore } from '../../cache/records/order-store.ts';
import { createOrganisationStore, type OrganisationStore } from '../../cache/records/organisation-store.ts';
import { createAccountStore, createPartyStore } from '../../cache/records/party-store.ts';
import { createPortfolioStore, type PortfolioStore } from '../../cache/records/portfolio-store.ts';
import type { RecordStore } from '../../cache/records/record-store.ts';
import { createReturnStore, createShipmentStore, type OrderDocumentStore } from '../../cache/records/shipment-store.ts';
import { createTimelineStore, type TimelineStore } from '../../cache/records/timeline-store.ts';
import type { Visible } from '../../cache/records/visible.ts';
import { type BreakerStore, createBreakerStore } from '../../cache/streams/breaker-store.ts';
import { createDanglingStore, type DanglingStore } from '../../cache/streams/dangling-references.ts';
import { createDriftStore, type DriftStore } from '../../cache/streams/drift-store.ts';
import { createQuarantineStore, type QuarantineStore } from '../../cache/streams/quarantine-store.ts';
import { createStatusStore, type StatusStore } from '../../cache/streams/status-store.ts';
import { createVerifyRunStore, type VerifyRunStore } from '../../cache/streams/verify-runs.ts';
import { createSourceRecordStore, type SourceRecordStore } from '../../cache/sync/source-record-store.ts';

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
