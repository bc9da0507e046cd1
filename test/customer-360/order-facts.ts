import type {
  InvoiceFacts,
  InvoiceLineFacts,
  OrderFacts,
  OrderLineFacts,
  OrderToCashFacts,
  ReturnFacts,
  ReturnLineFacts,
  ShipmentFacts,
  ShipmentLineFacts,
} from '../../customer-360/order-to-cash/facts.ts';

/** Builders for the facts of one order, `o`; what a test does not name is the usual case. */
export const order = (facts: Partial<OrderFacts> = {}): OrderFacts => ({
  id: 'o',
  status: 'CONFIRMED',
  currency: 'EUR',
  netAmount: null,
  totalAmount: '100',
  ...facts,
});

export const line = (id: string, orderedQty: string, facts: Partial<OrderLineFacts> = {}): OrderLineFacts => ({
  id,
  sku: `sku-${id}`,
  orderedQty,
  cancelledQty: null,
  netAmount: null,
  service: null,
  ...facts,
});

export const shipment = (id: string, status: ShipmentFacts['status']): ShipmentFacts => ({ id, orderId: 'o', status });

export const shipped = (
  shipmentId: string,
  orderLineId: string,
  shippedQty: string,
  facts: Partial<ShipmentLineFacts> = {},
): ShipmentLineFacts => ({
  shipmentId,
  orderId: null,
  orderLineId,
  sku: null,
  shippedQty,
  deliveredQty: null,
  ...facts,
});

export const returned = (id: string, facts: Partial<ReturnFacts> = {}): ReturnFacts => ({
  id,
  orderId: 'o',
  originalShipmentId: null,
  status: 'RECEIVED',
  amount: null,
  ...facts,
});

export const returnLine = (returnId: string, orderLineId: string, quantity: string): ReturnLineFacts => ({
  returnId,
  orderId: null,
  orderLineId,
  sku: null,
  quantity,
});

export const invoice = (id: string, totalAmount: string, facts: Partial<InvoiceFacts> = {}): InvoiceFacts => ({
  id,
  orderId: 'o',
  kind: 'INVOICE',
  status: 'POSTED',
  paymentStatus: null,
  originalInvoiceId: null,
  dueDate: '2026-06-30',
  currency: 'EUR',
  netAmount: null,
  totalAmount,
  outstandingAmount: totalAmount,
  ...facts,
});

export const creditNote = (id: string, totalAmount: string, facts: Partial<InvoiceFacts> = {}): InvoiceFacts =>
  invoice(id, totalAmount, { kind: 'CREDIT_NOTE', outstandingAmount: null, ...facts });

export const invoiceLine = (
  invoiceId: string,
  orderLineId: string | null,
  quantity: string,
  facts: Partial<InvoiceLineFacts> = {},
): InvoiceLineFacts => ({ invoiceId, orderId: null, orderLineId, sku: null, quantity, netAmount: null, ...facts });

export const facts = (some: Partial<OrderToCashFacts> = {}): OrderToCashFacts => ({
  order: order(),
  lines: [],
  shipments: [],
  shipmentLines: [],
  returns: [],
  returnLines: [],
  invoices: [],
  invoiceLines: [],
  today: '2026-06-15',
  ...some,
});
