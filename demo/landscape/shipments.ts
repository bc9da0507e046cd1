import type { Milli } from './amounts.ts';
import { businessDay, type Day, type Micros, momentOf } from './calendar.ts';
import { stampOn } from './change-stamp.ts';
import type { Order, OrderLine } from './orders.ts';
import { createRandom, type Random } from './random.ts';

export interface ShipmentLine {
  line: OrderLine;
  quantity: Milli;
  delivered: Milli;
}

export type ShipmentStatus =
  | 'PLANNED'
  | 'PICKED'
  | 'SHIPPED'
  | 'IN_TRANSIT'
  | 'DELIVERED'
  | 'EXCEPTION'
  | 'RETURNED'
  | 'CANCELLED';

export interface Shipment {
  id: string;
  order: Order;
  lines: ShipmentLine[];
  status: ShipmentStatus;
  carrier: string;
  tracking: string;
  plannedDay: Day;
  shippedAt: Micros | null;
  expectedAt: Micros | null;
  deliveredAt: Micros | null;
  changedAt: Micros;
}

const carriers = ['DHL', 'Schenker', 'CJ대한통운', 'SF Express 顺丰', 'UPS', 'Kühne+Nagel'];

/** What was sent for the orders: whole or split, on time or late, a few lost on the way. Moves the orders on. */
export function makeShipments(seed: number, orders: readonly Order[], today: Day): Shipment[] {
  const random = createRandom(seed, 'shipments');
  const shipments: Shipment[] = [];
  for (const order of orders) {
    if (order.status !== 'CONFIRMED') continue;
    const parts = shipOrder(random, order, shipments.length, today);
    shipments.push(...parts);
    order.status = statusAfter(order, parts);
    for (const part of parts) order.changedAt = Math.max(order.changedAt, part.shippedAt ?? 0);
  }
  return shipments;
}

function shipOrder(random: Random, order: Order, count: number, today: Day): Shipment[] {
  if (random.chance(0.006)) return [];
  const late = random.chance(0.08) ? random.int(4, 16) : 0;
  const firstDay = businessDay(Math.min(order.day + random.int(1, 6), order.requestedDay) + late);
  const parts = splitLines(random, order.lines);
  const shipments = parts.map((lines, i) =>
    makeShipment(random, order, lines, count + i, businessDay(firstDay + i * random.int(3, 14)), today),
  );
  const lost = shipments.find((shipment) => shipment.status === 'EXCEPTION');
  if (lost && random.chance(0.6)) {
    const again = businessDay(lost.plannedDay + random.int(8, 15));
    const lines = lost.lines.map(({ line, quantity }) => ({ line, quantity, delivered: 0 }));
    shipments.push(makeShipment(random, order, lines, count + shipments.length, again, today));
  }
  return shipments;
}

/** All lines at once, or in two or three goes: by line, or by cutting one line's quantity. */
function splitLines(random: Random, lines: readonly OrderLine[]): ShipmentLine[][] {
  const whole = lines.map((line) => ({ line, quantity: line.quantity, delivered: 0 }));
  if (!random.chance(0.15)) return [whole];
  if (whole.length > 1) {
    const cut = random.int(1, whole.length - 1);
    return [whole.slice(0, cut), whole.slice(cut)];
  }
  return whole.flatMap(({ line, quantity }) => {
    const first = Math.floor(quantity / 2_000) * 1_000;
    return first === 0
      ? [[{ line, quantity, delivered: 0 }]]
      : [[{ line, quantity: first, delivered: 0 }], [{ line, quantity: quantity - first, delivered: 0 }]];
  });
}

/** One shipment, as far as it has come by the beginning of `today`. */
export function makeShipment(
  random: Random,
  order: Order,
  lines: ShipmentLine[],
  index: number,
  plannedDay: Day,
  today: Day,
): Shipment {
  const shipment: Shipment = {
    id: `7301${String(index * 1_021 + 37).padStart(15, '0')}`,
    order,
    lines,
    status: plannedDay <= today ? 'PICKED' : 'PLANNED',
    carrier: random.pick(carriers),
    tracking: `${random.pick(['JD', 'RR', 'CX'])}${random.int(100_000_000, 999_999_999)}`,
    plannedDay,
    shippedAt: null,
    expectedAt: momentOf(Math.max(order.promisedDay, plannedDay + 2), 17 * 3600),
    deliveredAt: null,
    changedAt: stampOn(random, Math.min(today - 1, order.day)),
  };
  if (plannedDay >= today) return shipment;

  send(shipment, stampOn(random, plannedDay));
  const deliveredDay = plannedDay + random.int(1, 6) + (random.chance(0.06) ? random.int(5, 15) : 0);
  if (random.chance(0.008)) lose(shipment, momentOf(Math.min(today - 1, plannedDay + 5), 2 * 3600));
  else if (deliveredDay < today) deliver(shipment, stampOn(random, deliveredDay));
  else if (plannedDay < today - 1) shipment.status = 'IN_TRANSIT';
  return shipment;
}

export function send(shipment: Shipment, at: Micros): void {
  shipment.status = 'SHIPPED';
  shipment.shippedAt = at;
  shipment.changedAt = at;
}

export function deliver(shipment: Shipment, at: Micros): void {
  shipment.status = 'DELIVERED';
  shipment.deliveredAt = at;
  shipment.changedAt = at;
  for (const line of shipment.lines) line.delivered = line.quantity;
}

function lose(shipment: Shipment, at: Micros): void {
  shipment.status = 'EXCEPTION';
  shipment.changedAt = at;
}

/** DONE when everything ordered has left, PROCESSING when something has. */
export function statusAfter(order: Order, shipments: readonly Shipment[]): Order['status'] {
  const sent = shipments.filter((shipment) => shipment.shippedAt !== null && shipment.status !== 'EXCEPTION');
  if (sent.length === 0) return shipments.length === 0 ? order.status : 'CONFIRMED';
  const left = new Map(order.lines.map((line) => [line, line.quantity]));
  for (const { line, quantity } of sent.flatMap((shipment) => shipment.lines)) {
    left.set(line, (left.get(line) ?? 0) - quantity);
  }
  return [...left.values()].every((quantity) => quantity <= 0) ? 'DONE' : 'PROCESSING';
}
