import type { Entity } from '../../schema/records.ts';

/*
 * What an answer depends on, as tags that the change log drops by: the ids of customers and records, and whole
 * entities. `cache/changes/change-log.ts` says which of them look different: an order also when its documents, their lines or
 * payments changed, a customer also when any of its records did.
 */

/** What must look different for a value read by `key` to be another. */
export type Dependencies = (key: string, value: unknown) => readonly string[];

/** Anything of the entity. */
export function entityTag(entity: string): string {
  return `every ${entity}`;
}

/** For values that belong to the customer or record whose id is the key. */
export const onKey: Dependencies = (key) => [key];

/** For values that any change of an entity may alter. */
function onEntity(entity: Entity | 'customer'): Dependencies {
  const tags = [entityTag(entity)];
  return () => tags;
}

/** What a row is shown as a part of, and the field that names it: in the log, parts count as their whole. */
const wholes: Partial<Record<Entity, { entity: Entity; field: string }>> = {
  account: { entity: 'party', field: 'partyId' },
  contactPoint: { entity: 'party', field: 'partyId' },
  identification: { entity: 'party', field: 'partyId' },
  consent: { entity: 'party', field: 'partyId' },
  contact: { entity: 'party', field: 'partyId' },
  relationship: { entity: 'party', field: 'fromPartyId' },
  orderLine: { entity: 'order', field: 'orderId' },
  shipmentLine: { entity: 'shipment', field: 'shipmentId' },
  returnLine: { entity: 'customerReturn', field: 'returnId' },
  invoiceLine: { entity: 'invoice', field: 'invoiceId' },
  paymentAllocation: { entity: 'payment', field: 'paymentId' },
};

/** For a record by its id. One that is a part depends on its whole; on all wholes, while it is not there. */
export function onRecord(entity: Entity): Dependencies {
  const whole = wholes[entity];
  if (!whole) return onKey;
  return (_key, value) => {
    const owner = (value as Record<string, unknown> | undefined)?.[whole.field];
    return [typeof owner === 'string' ? owner : entityTag(whole.entity)];
  };
}

/** For the records of an entity whose field names the key. */
export function onChildren(entity: Entity, field: string): Dependencies {
  const whole = wholes[entity];
  // an invoice also counts as changed with its allocations
  if (whole?.field === field || (entity === 'paymentAllocation' && field === 'invoiceId')) return onKey;
  return onEntity(whole?.entity ?? entity);
}

/** For the orders of a shipment, return or invoice: also of one whose order lines are yet to come. */
export const onOrdersOfDocument: Dependencies = (key) => [key, entityTag('order')];

/** For the payments of an invoice, which counts as changed with its allocations, but not with what was paid. */
export const onPaymentsOfInvoice: Dependencies = (key, value) => [
  key,
  ...((value ?? []) as { id: string }[]).map(({ id }) => id),
];

/** For what is open of an invoice: credit notes and the invoices they name tell it as well. */
export const onInvoices: Dependencies = (key) => [key, entityTag('invoice')];

/** For the customer of a party: whoever it is now, and as long as there is none whoever comes. */
export const onOwner: Dependencies = (_key, value) => {
  const customer = value as { id: string } | undefined;
  return [customer?.id ?? entityTag('customer')];
};

/** The same for the link between them. */
export const onLink: Dependencies = (_key, value) => {
  const link = value as { customerId: string } | undefined;
  return [link?.customerId ?? entityTag('customer')];
};
