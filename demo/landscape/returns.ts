import { type Cents, type Milli, roundTo } from './amounts.ts';
import { type Day, dayOfMoment, type Micros } from './calendar.ts';
import { stampOn } from './change-stamp.ts';
import type { Order, OrderLine } from './orders.ts';
import { createRandom } from './random.ts';
import type { Shipment } from './shipments.ts';

export interface CustomerReturn {
  number: string;
  order: Order;
  shipment: Shipment;
  lines: { line: OrderLine; quantity: Milli; net: Cents; tax: Cents }[];
  status: 'REQUESTED' | 'RECEIVED' | 'REFUNDED' | 'CANCELLED';
  reason: string;
  day: Day;
  amount: Cents;
  changedAt: Micros;
}

const reasons = ['Damaged in transit', 'Wrong item', 'Ordered too many', 'Quality below agreed', '불량', '包装破损'];

/** One delivery in forty comes back, wholly or in part; a third of those as a whole shipment refused at the door. */
export function makeReturns(seed: number, shipments: readonly Shipment[], today: Day): CustomerReturn[] {
  const random = createRandom(seed, 'returns');
  const returns: CustomerReturn[] = [];
  for (const shipment of shipments) {
    if (shipment.deliveredAt === null || !random.chance(0.025)) continue;
    const day = dayOfMoment(shipment.deliveredAt) + random.int(2, 20);
    if (day >= today) continue;
    const whole = random.chance(0.33);
    const back = whole ? shipment.lines : [random.pick(shipment.lines)];
    const lines = back.map(({ line, quantity }) => {
      const some = whole ? quantity : Math.max(1_000, Math.floor(quantity / 2_000) * 1_000);
      const returned = Math.min(some, quantity);
      return { line, quantity: returned, ...shareOf(line, returned, shipment.order.currency) };
    });
    const age = today - day;
    const status = random.chance(0.05) ? 'CANCELLED' : age < 3 ? 'REQUESTED' : age < 9 ? 'RECEIVED' : 'REFUNDED';
    returns.push({
      number: String(8_400_000_000 + returns.length),
      order: shipment.order,
      shipment,
      lines,
      status,
      reason: random.pick(reasons),
      day,
      amount: lines.reduce((sum, line) => sum + line.net + line.tax, 0),
      changedAt: stampOn(random, Math.min(today - 1, status === 'REFUNDED' ? day + 9 : day)),
    });
    if (whole && status !== 'CANCELLED') {
      shipment.status = 'RETURNED';
      shipment.changedAt = Math.max(shipment.changedAt, stampOn(random, day));
    }
  }
  return returns;
}

/** What a part of an order line costs, rounded to what the currency has. */
export function shareOf(line: OrderLine, quantity: Milli, currency: Order['currency']): { net: Cents; tax: Cents } {
  const share = (amount: Cents) =>
    quantity === line.quantity ? amount : roundTo((amount * quantity) / line.quantity, currency);
  return { net: share(line.net), tax: share(line.tax) };
}
