import { sumUnits } from '../exact-decimal.ts';
import type { Fulfilment, OrderToCashFacts, ShipmentFacts } from './facts.ts';
import { hasComeBack, type OrderQuantities } from './quantities.ts';

/**
 * How much of the order has reached the customer. Line by line: too much of one article does not make good for too
 * little of another. Where order or shipments carry no quantities, the states of the shipments decide.
 *
 * Services are never shipped. Of an order of nothing else the ordering system says when it is done.
 *
 * RETURNED: all that was delivered came back · EXCEPTION: something was lost and nothing was sent in its place ·
 * DELIVERED, SHIPPED: all that was ordered and not cancelled · PARTIAL: some of it · NONE.
 */
export function fulfilmentOf(facts: OrderToCashFacts, quantities: OrderQuantities): Fulfilment {
  if (!quantities.known || (facts.shipments.length > 0 && !quantities.shipmentsItemised)) return byStates(facts);
  const { lines } = quantities;
  if (facts.lines.some(({ service }) => service) && lines.every(({ toShip }) => toShip === 0n)) {
    return facts.shipments.length === 0 && facts.order.status === 'DONE' ? 'DELIVERED' : byStates(facts);
  }
  const delivered = sumUnits(lines.map((line) => line.delivered));
  const shipped = sumUnits(lines.map((line) => line.shipped));

  if (delivered > 0n && shipped === delivered && lines.every((line) => line.returned >= line.delivered)) {
    return 'RETURNED';
  }
  if (lines.some((line) => line.lost > 0n && line.shipped < line.toShip)) return 'EXCEPTION';
  if (shipped === 0n) return 'NONE';
  if (lines.every((line) => line.delivered >= line.toShip)) return 'DELIVERED';
  if (lines.every((line) => line.shipped >= line.toShip)) return 'SHIPPED';
  return 'PARTIAL';
}

function byStates(facts: OrderToCashFacts): Fulfilment {
  const shipments = facts.shipments.filter((shipment) => shipment.status !== 'CANCELLED');
  const all = (...states: ShipmentFacts['status'][]) =>
    shipments.length > 0 && shipments.every((shipment) => states.includes(shipment.status));
  const some = (...states: ShipmentFacts['status'][]) => shipments.some((shipment) => states.includes(shipment.status));

  if (all('RETURNED') || (shipments.length === 0 && facts.returns.some(hasComeBack))) return 'RETURNED';
  if (some('EXCEPTION')) return 'EXCEPTION';
  if (all('DELIVERED', 'RETURNED')) return 'DELIVERED';
  if (all('SHIPPED', 'IN_TRANSIT', 'DELIVERED', 'RETURNED')) return 'SHIPPED';
  return some('SHIPPED', 'IN_TRANSIT', 'DELIVERED', 'RETURNED') ? 'PARTIAL' : 'NONE';
}
