import type { SettlingRow } from '../../cache/records/open-amounts.ts';
import type { CanonicalFields } from '../../schema/records.ts';

/** How much of the order has reached the customer. */
export const fulfilments = ['NONE', 'PARTIAL', 'SHIPPED', 'DELIVERED', 'RETURNED', 'EXCEPTION'] as const;
/** How much of what may be billed has been billed. */
export const billings = ['NONE', 'PARTIAL', 'BILLED', 'CREDITED'] as const;
/** How much of what was billed has been paid. */
export const settlements = ['NONE', 'PARTIAL', 'PAID', 'OVERDUE'] as const;
/** Where the order stands on its way from order to cash; `stage.ts` says when which. */
export const stages = [
  'DRAFT',
  'ORDERED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'DELIVERED',
  'INVOICED',
  'OVERDUE',
  'PAID',
  'COMPLETE',
  'EXCEPTION',
  'RETURNED',
  'CANCELLED',
] as const;

export type Fulfilment = (typeof fulfilments)[number];
export type Billing = (typeof billings)[number];
export type Settlement = (typeof settlements)[number];
export type Stage = (typeof stages)[number];

type Identified<Fields> = Fields & { id: string };

export type OrderFacts = Identified<
  Pick<CanonicalFields<'order'>, 'status' | 'currency' | 'netAmount' | 'totalAmount'>
>;
export type OrderLineFacts = Identified<
  Pick<CanonicalFields<'orderLine'>, 'sku' | 'orderedQty' | 'cancelledQty' | 'netAmount' | 'service'>
>;
export type ShipmentFacts = Identified<Pick<CanonicalFields<'shipment'>, 'orderId' | 'status'>>;
export type ShipmentLineFacts = Pick<
  CanonicalFields<'shipmentLine'>,
  'shipmentId' | 'orderId' | 'orderLineId' | 'sku' | 'shippedQty' | 'deliveredQty'
>;
export type ReturnFacts = Identified<
  Pick<CanonicalFields<'customerReturn'>, 'orderId' | 'originalShipmentId' | 'status' | 'amount'>
>;
export type ReturnLineFacts = Pick<
  CanonicalFields<'returnLine'>,
  'returnId' | 'orderId' | 'orderLineId' | 'sku' | 'quantity'
>;
export type InvoiceFacts = Identified<
  Pick<
    CanonicalFields<'invoice'>,
    | 'orderId'
    | 'kind'
    | 'status'
    | 'paymentStatus'
    | 'originalInvoiceId'
    | 'dueDate'
    | 'currency'
    | 'netAmount'
    | 'totalAmount'
    | 'outstandingAmount'
  >
>;
export type InvoiceLineFacts = Pick<
  CanonicalFields<'invoiceLine'>,
  'invoiceId' | 'orderId' | 'orderLineId' | 'sku' | 'quantity' | 'netAmount'
>;

/**
 * What is known of one order. Shipments, returns and invoices are those that name the order themselves or on one
 * of their lines; lines that belong to another order of the same document may be among them and are left out here.
 */
export interface OrderToCashFacts {
  order: OrderFacts;
  lines: readonly OrderLineFacts[];
  shipments: readonly ShipmentFacts[];
  shipmentLines: readonly ShipmentLineFacts[];
  returns: readonly ReturnFacts[];
  returnLines: readonly ReturnLineFacts[];
  invoices: readonly InvoiceFacts[];
  invoiceLines?: readonly InvoiceLineFacts[];
  /** By invoice: what payments and credit notes say of those that state nothing of what is open of them. */
  settling?: ReadonlyMap<string, SettlingRow>;
  /** The business date of the question, `YYYY-MM-DD`: an invoice due before it is overdue. */
  today: string;
}

export interface OrderToCash {
  fulfilment: Fulfilment;
  billing: Billing;
  settlement: Settlement;
  stage: Stage;
}
