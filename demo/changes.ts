import type { CrmSource } from './crm/crm-source.ts';
import type { ErpSource } from './erp/erp-source.ts';
import type { FinanceSource } from './finance/finance-source.ts';
import { dayOfMoment, type Micros } from './landscape/calendar.ts';
import { phoneOf } from './landscape/customers.ts';
import { type Invoice, makeInvoice, totalOf } from './landscape/invoices.ts';
import type { Landscape } from './landscape/landscape.ts';
import { makeOrder, type Order } from './landscape/orders.ts';
import type { Party } from './landscape/parties.ts';
import { makePayment } from './landscape/payments.ts';
import { createRandom } from './landscape/random.ts';
import { type Interaction, makeInteraction } from './landscape/records/service-records.ts';
import { deliver, makeShipment, type Shipment, send, statusAfter } from './landscape/shipments.ts';
import type { ScmSource } from './scm/scm-source.ts';

/** The sources that run here; changes to the others happen elsewhere. */
export interface RunningSources {
  erp?: ErpSource;
  scm?: ScmSource;
  crm?: CrmSource;
  finance?: FinanceSource;
}

/** What can happen, and how often compared with the others. */
const happenings = {
  order: 16,
  plan: 16,
  ship: 14,
  deliver: 14,
  invoice: 13,
  pay: 12,
  call: 10,
  move: 4,
  followUp: 4,
  delete: 2,
};

/**
 * Business going on: each call lets one thing happen and writes it to the systems concerned, stamped `now`. What
 * happens depends on the seed and the calls before alone, so sources in separate processes tell one story.
 */
export function createChanges(landscape: Landscape, sources: RunningSources): (now: Micros) => Promise<void> {
  const random = createRandom(landscape.seed, 'changes');
  const { orders, shipments, invoices, payments, relationship } = landscape;
  const shipmentsOf = new Map<Order, Shipment[]>();
  for (const shipment of shipments)
    shipmentsOf.set(shipment.order, [...(shipmentsOf.get(shipment.order) ?? []), shipment]);
  const toPlan = orders.filter((order) => order.status === 'CONFIRMED' && !shipmentsOf.has(order)).slice(-200);
  const toShip = shipments.filter(({ status }) => status === 'PLANNED' || status === 'PICKED').slice(-400);
  const onTheWay = shipments.filter(({ status }) => status === 'SHIPPED' || status === 'IN_TRANSIT');
  const toBill: Shipment[] = [];
  const unpaid = invoices.filter((i) => i.kind === 'INVOICE' && i.status === 'POSTED' && totalOf(i) > i.settled);
  const newCalls: Interaction[] = [];
  const counts = {
    orders: orders.length,
    shipments: shipments.length,
    invoices: invoices.length,
    payments: payments.length,
    calls: 1_000_000,
  };
  const buyers = landscape.customers.filter((customer) => customer.habit !== 'prospect' && customer.habit !== 'lost');

  function takeAny<T>(queue: T[]): T | undefined {
    if (queue.length === 0) return undefined;
    return queue.splice(random.int(0, queue.length - 1), 1)[0];
  }

  const acts: Record<keyof typeof happenings, (now: Micros) => Promise<void> | void> = {
    order(now) {
      const order = makeOrder(
        random,
        4_500_000_000 + counts.orders++,
        random.pick(buyers),
        landscape.products,
        dayOfMoment(now),
      );
      order.status = 'CONFIRMED';
      for (const line of order.lines) line.cancelled = 0;
      order.changedAt = now;
      toPlan.push(order);
      sources.erp?.saveOrder(order);
    },
    plan(now) {
      const order = takeAny(toPlan);
      if (!order) return;
      const lines = order.lines.map((line) => ({ line, quantity: line.quantity, delivered: 0 }));
      const today = dayOfMoment(now);
      const shipment = makeShipment(random, order, lines, counts.shipments++, today, today);
      shipment.changedAt = now;
      shipmentsOf.set(order, [...(shipmentsOf.get(order) ?? []), shipment]);
      toShip.push(shipment);
      sources.scm?.saveShipment(shipment);
    },
    ship(now) {
      const shipment = takeAny(toShip);
      if (!shipment) return;
      send(shipment, now);
      onTheWay.push(shipment);
      if (landscape.partyOf.finance.has(shipment.order.customer)) toBill.push(shipment);
      sources.scm?.saveShipment(shipment);
      const { order } = shipment;
      order.status = statusAfter(order, shipmentsOf.get(order) ?? []);
      order.changedAt = now;
      sources.erp?.saveOrder(order);
    },
    deliver(now) {
      const shipment = takeAny(onTheWay);
      if (!shipment) return;
      if (shipment.status === 'SHIPPED') {
        shipment.status = 'IN_TRANSIT';
        shipment.changedAt = now;
        onTheWay.push(shipment);
      } else {
        deliver(shipment, now);
      }
      sources.scm?.saveShipment(shipment);
    },
    async invoice(now) {
      const shipment = takeAny(toBill);
      if (!shipment) return;
      const days = landscape.customers[shipment.order.customer]?.paymentDays ?? 30;
      const invoice = makeInvoice(random, shipment.order, [shipment], counts.invoices++, dayOfMoment(now), days);
      invoice.changedAt = now;
      unpaid.push(invoice);
      await sources.finance?.saveInvoice(invoice);
    },
    async pay(now) {
      const invoice: Invoice | undefined = takeAny(unpaid);
      if (!invoice) return;
      const today = dayOfMoment(now);
      const payment = makePayment(random, [invoice], counts.payments++, today, today + 2);
      payment.changedAt = now;
      invoice.changedAt = now;
      if (totalOf(invoice) > invoice.settled) unpaid.push(invoice);
      await sources.finance?.savePayment(payment);
      await sources.finance?.saveInvoice(invoice);
    },
    call(now) {
      const party = random.pick([...landscape.partyOf.crm.values()]);
      const owner = landscape.customers[party.customer]?.owner ?? 'Service desk';
      const call = makeInteraction(random, counts.calls++, party, owner, dayOfMoment(now), null, null);
      call.at = now;
      call.changedAt = now;
      newCalls.push(call);
      sources.crm?.saveInteraction(call);
    },
    async move(now) {
      const party = random.pick(landscape.parties);
      const customer = landscape.customers[party.customer];
      if (!customer) return;
      const { area, dialling, number } = phoneOf(customer.region, customer.index + 900_001 + counts.calls++);
      party.address = { ...party.address, street: `${random.pick(customer.region.streets)} ${random.int(1, 240)}` };
      if (random.chance(0.3)) party.phone = `+${dialling} ${area} ${number}`;
      await saveParty(party, now);
    },
    followUp(now) {
      const service = random.pick(relationship.cases);
      service.status = service.status === 'NEW' ? 'IN_PROGRESS' : 'RESOLVED';
      service.resolvedAt = service.status === 'RESOLVED' ? now : null;
      service.closedAt = null;
      service.changedAt = now;
      sources.crm?.saveCase(service);
    },
    delete() {
      // Gone without a trace, as such systems delete: only a look at all keys tells.
      const [call, order] = [takeAny(newCalls), toPlan.pop()];
      if (call) sources.crm?.deleteInteraction(call);
      if (order) sources.erp?.deleteOrder(order);
    },
  };

  async function saveParty(party: Party, now: Micros): Promise<void> {
    party.changedAt = now;
    if (party.system === 'finance') await sources.finance?.saveParty(party);
    else sources[party.system]?.saveParty(party);
  }

  return async (now) => {
    await acts[random.weighted(happenings)](now);
  };
}
