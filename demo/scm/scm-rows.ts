import { decimalText } from '../landscape/amounts.ts';
import { dateOf, type Micros, wallClockOf } from '../landscape/calendar.ts';
import type { Customer } from '../landscape/customers.ts';
import type { Party } from '../landscape/parties.ts';
import type { Shipment, ShipmentStatus } from '../landscape/shipments.ts';

/** Times are written as the warehouse's clock shows them, with the offset to UTC. */
function local(moment: Micros): string;
function local(moment: Micros | null): string | null;
function local(moment: Micros | null): string | null {
  return moment === null ? null : `${wallClockOf(moment, 1)}+01:00`;
}

export function partyJson(party: Party, customer: Customer): string {
  const { address } = party;
  return withNumericId(party.id, {
    type: customer.kind === 'PERSON' ? 'private' : 'business',
    name: party.name,
    contact: { email: party.email, phone: party.phone },
    vat_no: party.taxId,
    customer_no: party.erpId,
    delivery_address: {
      line1: address.street,
      zip: address.postalCode,
      town: address.city,
      state: address.region,
      country_code: address.country,
    },
    updated_at: local(party.changedAt),
  });
}

/** The warehouse's own words. */
const states: Readonly<Record<ShipmentStatus, string>> = {
  PLANNED: 'plan',
  PICKED: 'pick',
  SHIPPED: 'disp',
  IN_TRANSIT: 'tran',
  DELIVERED: 'dlvd',
  EXCEPTION: 'excp',
  RETURNED: 'rtrn',
  CANCELLED: 'canc',
};

export function shipmentJson(shipment: Shipment, consignee: Party | undefined): string {
  const serial = Number(shipment.id.slice(4));
  // One in a few thousand came over a broken interface: a state outside the list, or a time that is none.
  const broken = serial % 3_001 === 1_204;
  return withNumericId(shipment.id, {
    number: `SH-${shipment.id.slice(-9)}`,
    state: broken ? '??' : states[shipment.status],
    consignee: consignee ? raw(consignee.id) : null,
    order_no: shipment.order.number,
    carrier: { name: shipment.carrier, tracking_no: shipment.shippedAt === null ? null : shipment.tracking },
    planned_for: dateOf(shipment.plannedDay),
    dispatched_at: local(shipment.shippedAt),
    expected_at: local(shipment.expectedAt),
    delivered_at: local(shipment.deliveredAt),
    lines: shipment.lines.map(({ line, quantity, delivered }, i) => ({
      no: i + 1,
      order_pos: line.position,
      sku: line.product.sku,
      qty: raw(decimalText(quantity, 3)),
      qty_delivered: raw(decimalText(delivered, 3)),
      unit: line.product.uom,
    })),
    updated_at: local(shipment.changedAt),
  });
}

/**
 * JSON.stringify knows no numbers beyond doubles, but this system's ids are such numbers and its quantities have
 * trailing zeros: they are marked, and their quotes taken off in the end.
 */
const MARK = '\u0001';

function raw(digits: string): string {
  return `${MARK}${digits}`;
}

function withNumericId(id: string, fields: Record<string, unknown>): string {
  return JSON.stringify({ id: raw(id), ...fields }).replace(/"\\u0001(-?[\d.]+)"/g, '$1');
}
