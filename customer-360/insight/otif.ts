import { businessDate } from '../../config/settings/business-zones.ts';
import type { InsightSettings } from '../../config/settings/insight-settings.ts';
import type { CanonicalFields } from '../../schema/records.ts';
import { unitsOf } from '../exact-decimal.ts';
import type { OrderLineFacts, ShipmentFacts, ShipmentLineFacts } from '../order-to-cash/facts.ts';
import { quantitiesOf } from '../order-to-cash/quantities.ts';
import { dateOf, dayOf } from './models/repeat-buying.ts';

export interface OtifOrder {
  order: Pick<CanonicalFields<'order'>, 'status' | 'requestedDate' | 'promisedDate' | 'netAmount' | 'totalAmount'> & {
    id: string;
  };
  lines: readonly OrderLineFacts[];
  shipments: readonly (ShipmentFacts &
    Pick<CanonicalFields<'shipment'>, 'shippedAt' | 'deliveredAt'> & {
      /** IANA zone of the place it belongs to; UTC when left out. */
      zone?: string;
    })[];
  shipmentLines: readonly ShipmentLineFacts[];
}

export interface Otif {
  /** Orders (or lines, by the settings' level) whose date has passed. */
  measured: number;
  onTime: number;
  inFull: number;
  onTimeInFull: number;
}

/**
 * On time and in full: an order counts once its date and the days allowed after it have passed, and is met when all
 * that was ordered and not cancelled had arrived (or left, by the settings) until then. Orders without a date, drafts,
 * quotations, cancelled ones and returns that are booked as orders do not count. On time alone: nothing came late. In full alone: all came, if late.
 */
export function otifOf(orders: readonly OtifOrder[], asOf: number, settings: InsightSettings['otif']): Otif {
  const total: Otif = { measured: 0, onTime: 0, inFull: 0, onTimeInFull: 0 };
  for (const each of orders) {
    for (const result of resultsOf(each, asOf, settings)) {
      total.measured += 1;
      if (result.onTime) total.onTime += 1;
      if (result.inFull) total.inFull += 1;
      if (result.onTimeInFull) total.onTimeInFull += 1;
    }
  }
  return total;
}

interface Result {
  onTime: boolean;
  inFull: boolean;
  onTimeInFull: boolean;
}

const outOfScope: readonly string[] = ['DRAFT', 'QUOTATION', 'CANCELLED'];

/** Booked with a negative amount, or with negative quantities alone: nothing of it is to be delivered. */
function isReturn({ order, lines }: OtifOrder): boolean {
  if (unitsOf(order.totalAmount ?? order.netAmount) < 0n) return true;
  const quantities = lines.map(({ orderedQty }) => unitsOf(orderedQty)).filter((quantity) => quantity !== 0n);
  return quantities.length > 0 && quantities.every((quantity) => quantity < 0n);
}

/** One result an order, or one a line; none for an order that does not count. */
function resultsOf(each: OtifOrder, asOf: number, settings: InsightSettings['otif']): Result[] {
  const { order } = each;
  const wanted =
    settings.date === 'requested'
      ? (order.requestedDate ?? order.promisedDate)
      : (order.promisedDate ?? order.requestedDate);
  if (wanted === null || outOfScope.includes(order.status) || isReturn(each)) return [];
  const due = dayOf(wanted);
  if (due + settings.lateDays >= asOf) return [];

  const at = settings.by === 'delivery' ? 'deliveredAt' : 'shippedAt';
  const from = settings.earlyDays === undefined ? '' : dateOf(due - settings.earlyDays);
  const until = dateOf(due + settings.lateDays);
  const isOnTime = (shipment: OtifOrder['shipments'][number]) => {
    const moment = shipment[at];
    const date = moment === null ? undefined : businessDate(moment, shipment.zone ?? 'UTC');
    return date !== undefined && date >= from && date <= until;
  };
  const sent = each.shipments.filter(({ status }) => !notSent.has(status));
  const punctual = sent.filter(isOnTime);
  const nothingLate = sent.length > 0 && punctual.length === sent.length;

  const all = arrivals(each, sent, settings);
  if (all === null) {
    const inFull = sent.length > 0 && sent.every((shipment) => shipment[at] !== null);
    return [{ onTime: nothingLate, inFull, onTimeInFull: inFull && nothingLate }];
  }
  const inTime = arrivals(each, punctual, settings) ?? [];
  const lines = all.map((line, index) => ({
    onTime: line.came > 0n && (inTime[index]?.came ?? 0n) >= line.came,
    inFull: line.came >= line.needed,
    onTimeInFull: (inTime[index]?.came ?? 0n) >= line.needed,
    needed: line.needed,
  }));
  const counting = lines.filter(({ needed }) => needed > 0n);
  if (settings.level === 'line' || counting.length === 0) return counting;
  return [
    {
      onTime: nothingLate,
      inFull: counting.every(({ inFull }) => inFull),
      onTimeInFull: counting.every(({ onTimeInFull }) => onTimeInFull),
    },
  ];
}

const notSent = new Set<string>(['PLANNED', 'PICKED', 'CANCELLED']);

/** What was needed and came of each line by these shipments; null where there are no quantities to go by. */
function arrivals(each: OtifOrder, shipments: OtifOrder['shipments'], { by }: InsightSettings['otif']) {
  const quantities = quantitiesOf({
    order: { ...each.order, currency: null, netAmount: null, totalAmount: null },
    lines: each.lines,
    shipments,
    shipmentLines: each.shipmentLines,
    returns: [],
    returnLines: [],
    invoices: [],
    today: '',
  });
  const itemised = quantities.shipmentsItemised || shipments.length === 0;
  if (!quantities.known || !itemised) return null;
  return quantities.lines.map(({ toShip, shipped, delivered }) => ({
    needed: toShip,
    came: by === 'delivery' ? delivered : shipped,
  }));
}
