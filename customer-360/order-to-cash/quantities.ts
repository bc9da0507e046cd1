import { maxUnits, sumUnits, type Units, unitsOf } from '../exact-decimal.ts';
import { allocate, type Movement } from './allocate.ts';
import type { OrderToCashFacts, ReturnFacts, ShipmentFacts, ShipmentLineFacts } from './facts.ts';
import { ownLineTest } from './own-lines.ts';

/** Exact quantities of one order line. */
export interface LineQuantities {
  ordered: Units;
  /** Ordered less cancelled, never below nothing. */
  needed: Units;
  /** What of it is to be shipped: nothing of a service. */
  toShip: Units;
  /** What left the house and was not lost; what came back is still in it. */
  shipped: Units;
  delivered: Units;
  returned: Units;
  /** What left the house and was lost, damaged or held up. */
  lost: Units;
}

export interface OrderQuantities {
  lines: LineQuantities[];
  /** The order has lines with quantities, so quantities can decide. */
  known: boolean;
  /** Some shipment of the order says what was in it. */
  shipmentsItemised: boolean;
  /** Something was ordered and all of it was cancelled. */
  allCancelled: boolean;
}

/** What was ordered, shipped, delivered and returned of each line of the order. */
export function quantitiesOf(facts: OrderToCashFacts): OrderQuantities {
  const { lines } = facts;
  const ordered = lines.map((line) => maxUnits(0n, unitsOf(line.orderedQty)));
  const needed = lines.map((line, index) => maxUnits(0n, (ordered[index] ?? 0n) - unitsOf(line.cancelledQty)));
  const neededOf = (line: number) => needed[line] ?? 0n;

  // what a shipment holds without saying of which line is of no service
  const goods = lines.map((line) => (line.service ? { ...line, orderedQty: null } : line));
  const shipments = shipmentMovements(facts);
  const shipped = allocate(shipments.shipped, goods, neededOf);
  const delivered = allocate(shipments.delivered, goods, neededOf);
  const lost = allocate(shipments.lost, goods, neededOf);
  const returned = allocate(returnMovements(facts), goods, (line) => delivered[line] ?? 0n);

  return {
    lines: lines.map((line, index) => ({
      ordered: ordered[index] ?? 0n,
      needed: neededOf(index),
      toShip: line.service ? 0n : neededOf(index),
      shipped: shipped[index] ?? 0n,
      delivered: delivered[index] ?? 0n,
      returned: returned[index] ?? 0n,
      lost: lost[index] ?? 0n,
    })),
    known: sumUnits(ordered) > 0n,
    shipmentsItemised: shipments.itemised,
    allCancelled: sumUnits(ordered) > 0n && sumUnits(needed) === 0n,
  };
}

interface ShipmentMovements {
  shipped: Movement[];
  delivered: Movement[];
  lost: Movement[];
  itemised: boolean;
}

function shipmentMovements(facts: OrderToCashFacts): ShipmentMovements {
  const movements: ShipmentMovements = { shipped: [], delivered: [], lost: [], itemised: false };
  for (const { line, shipment } of ownShipmentLines(facts)) {
    const out = unitsOf(line.shippedQty ?? line.deliveredQty);
    const arrived = arrivedOf(shipment, line, out);
    const add = (list: Movement[], quantity: Units) => {
      if (quantity > 0n) list.push({ orderLineId: line.orderLineId, sku: line.sku, quantity });
    };
    movements.itemised = true;
    switch (shipment.status) {
      case 'PLANNED':
      case 'PICKED':
      case 'CANCELLED':
        break;
      case 'SHIPPED':
      case 'IN_TRANSIT':
      case 'DELIVERED':
      case 'RETURNED':
        add(movements.shipped, maxUnits(out, arrived));
        add(movements.delivered, arrived);
        break;
      case 'EXCEPTION':
        add(movements.shipped, arrived);
        add(movements.delivered, arrived);
        add(movements.lost, out - arrived);
        break;
    }
  }
  return movements;
}

/** A returned shipment counts as delivered and returned, so that nothing of it is left to be billed. */
function arrivedOf(shipment: ShipmentFacts, line: ShipmentLineFacts, out: Units): Units {
  if (shipment.status === 'RETURNED') return out;
  return line.deliveredQty === null && shipment.status === 'DELIVERED' ? out : unitsOf(line.deliveredQty);
}

/**
 * What came back: shipments that were returned as a whole, and return documents. A document about a shipment that
 * is itself marked returned tells the same thing again and is not counted twice.
 */
function returnMovements(facts: OrderToCashFacts): Movement[] {
  const isOwn = ownLineTest(facts);
  const returnedShipments = new Set(facts.shipments.filter((s) => s.status === 'RETURNED').map((s) => s.id));
  const documents = new Map(
    facts.returns
      .filter((document) => hasComeBack(document) && !returnedShipments.has(document.originalShipmentId ?? ''))
      .map((document) => [document.id, document]),
  );
  const bySendingBack = ownShipmentLines(facts)
    .filter(({ shipment }) => shipment.status === 'RETURNED')
    .map(({ line }) => movement(line, line.shippedQty ?? line.deliveredQty));
  const byDocument = facts.returnLines.flatMap((line) => {
    const document = line.returnId === null ? undefined : documents.get(line.returnId);
    return document && isOwn(line, document.orderId) ? [movement(line, line.quantity)] : [];
  });
  return [...bySendingBack, ...byDocument];
}

/** Whether the goods of a return are back; one that is only asked for or was called off changes nothing yet. */
export function hasComeBack(document: ReturnFacts): boolean {
  return document.status === 'RECEIVED' || document.status === 'REFUNDED';
}

function ownShipmentLines(facts: OrderToCashFacts) {
  const isOwn = ownLineTest(facts);
  const shipments = new Map(facts.shipments.map((shipment) => [shipment.id, shipment]));
  return facts.shipmentLines.flatMap((line) => {
    const shipment = line.shipmentId === null ? undefined : shipments.get(line.shipmentId);
    return shipment && isOwn(line, shipment.orderId) ? [{ line, shipment }] : [];
  });
}

function movement(line: { orderLineId: string | null; sku: string | null }, quantity: string | null): Movement {
  const units = unitsOf(quantity);
  return { orderLineId: line.orderLineId, sku: line.sku, quantity: units < 0n ? -units : units };
}
