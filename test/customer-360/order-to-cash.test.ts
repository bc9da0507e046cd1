import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type OrderToCashFacts, stages } from '../../customer-360/order-to-cash/facts.ts';
import { orderToCash } from '../../customer-360/order-to-cash/order-to-cash.ts';
import {
  creditNote,
  facts,
  invoice,
  invoiceLine,
  line,
  order,
  returned,
  returnLine,
  shipment,
  shipped,
} from './order-facts.ts';

const ten = [line('a', '10')];
const axes = (some: Partial<OrderToCashFacts>) => orderToCash(facts(some));

describe('fulfilment', () => {
  it('is NONE before anything has left, also when goods are picked', () => {
    expect(axes({ lines: ten }).fulfilment).toBe('NONE');
    const picked = { shipments: [shipment('s', 'PICKED')], shipmentLines: [shipped('s', 'a', '10')] };
    expect(axes({ lines: ten, ...picked }).fulfilment).toBe('NONE');
  });

  it('stays PARTIAL when one ten-thousandth is missing', () => {
    const some = { shipments: [shipment('s', 'DELIVERED')], shipmentLines: [shipped('s', 'a', '9.9999')] };
    expect(axes({ lines: ten, ...some }).fulfilment).toBe('PARTIAL');
  });

  it('does not wait for services, which are never shipped', () => {
    const lines = [...ten, line('freight', '1', { service: true })];
    const sent = { lines, shipments: [shipment('s', 'DELIVERED')], shipmentLines: [shipped('s', 'a', '10')] };
    expect(axes(sent).fulfilment).toBe('DELIVERED');
    expect(axes({ lines }).fulfilment).toBe('NONE');
    // what is not said to be of a line is of the goods
    const unsaid = { ...sent, shipmentLines: [{ ...shipped('s', 'a', '10'), orderLineId: null }] };
    expect(axes(unsaid).fulfilment).toBe('DELIVERED');
  });

  it('of services alone is what the ordering system says', () => {
    const lines = [line('installation', '3', { service: true })];
    expect(axes({ lines }).fulfilment).toBe('NONE');
    expect(axes({ lines, order: order({ status: 'DONE' }) }).fulfilment).toBe('DELIVERED');
  });

  it('adds up several shipments exactly', () => {
    const parts = ['0.1', '0.2', '9.7'];
    const some = {
      shipments: parts.map((_, i) => shipment(`s${i}`, 'DELIVERED')),
      shipmentLines: parts.map((quantity, i) => shipped(`s${i}`, 'a', quantity)),
    };
    expect(axes({ lines: ten, ...some }).fulfilment).toBe('DELIVERED');
  });

  it('does not let too much of one article make good for too little of another', () => {
    const some = {
      lines: [line('a', '10'), line('b', '10')],
      shipments: [shipment('s', 'DELIVERED')],
      shipmentLines: [shipped('s', 'a', '15'), shipped('s', 'b', '5')],
    };
    expect(axes(some).fulfilment).toBe('PARTIAL');
  });

  it('is SHIPPED while something is on its way, DELIVERED when all arrived', () => {
    const shipmentLines = [shipped('s1', 'a', '4'), shipped('s2', 'a', '6')];
    const onItsWay = [shipment('s1', 'DELIVERED'), shipment('s2', 'IN_TRANSIT')];
    expect(axes({ lines: ten, shipments: onItsWay, shipmentLines }).fulfilment).toBe('SHIPPED');
    const arrived = [shipment('s1', 'DELIVERED'), shipment('s2', 'DELIVERED')];
    expect(axes({ lines: ten, shipments: arrived, shipmentLines }).fulfilment).toBe('DELIVERED');
  });

  it('counts what was received, not what was sent, where the receipt says so', () => {
    const some = {
      shipments: [shipment('s', 'DELIVERED')],
      shipmentLines: [shipped('s', 'a', '10', { deliveredQty: '8' })],
    };
    expect(axes({ lines: ten, ...some }).fulfilment).toBe('SHIPPED');
  });

  it('asks nothing for cancelled quantities and lines', () => {
    const some = {
      lines: [line('a', '10', { cancelledQty: '4' }), line('b', '3', { cancelledQty: '3' })],
      shipments: [shipment('s', 'DELIVERED')],
      shipmentLines: [shipped('s', 'a', '6')],
    };
    expect(axes(some).fulfilment).toBe('DELIVERED');
  });

  it('is EXCEPTION when goods are lost, until others are sent in their place', () => {
    const lost = { shipments: [shipment('s1', 'EXCEPTION')], shipmentLines: [shipped('s1', 'a', '10')] };
    expect(axes({ lines: ten, ...lost }).fulfilment).toBe('EXCEPTION');
    const madeGood = {
      shipments: [...lost.shipments, shipment('s2', 'SHIPPED')],
      shipmentLines: [...lost.shipmentLines, shipped('s2', 'a', '10')],
    };
    expect(axes({ lines: ten, ...madeGood }).fulfilment).toBe('SHIPPED');
  });

  it('is RETURNED when all came back, by document or by shipment, and DELIVERED when some did', () => {
    const delivery = { shipments: [shipment('s', 'DELIVERED')], shipmentLines: [shipped('s', 'a', '10')] };
    const back = (quantity: string, status: 'RECEIVED' | 'REQUESTED' = 'RECEIVED') => ({
      lines: ten,
      ...delivery,
      returns: [returned('r', { status })],
      returnLines: [returnLine('r', 'a', quantity)],
    });
    expect(axes(back('10')).fulfilment).toBe('RETURNED');
    expect(axes(back('9.9999')).fulfilment).toBe('DELIVERED');
    expect(axes(back('10', 'REQUESTED')).fulfilment).toBe('DELIVERED');
    expect(axes({ lines: ten, ...delivery, shipments: [shipment('s', 'RETURNED')] }).fulfilment).toBe('RETURNED');
  });

  it('matches shipment lines by article where they name no order line', () => {
    const some = {
      lines: [line('a', '10', { sku: 'X' }), line('b', '5', { sku: 'X' })],
      shipments: [shipment('s', 'DELIVERED')],
      shipmentLines: [shipped('s', '', '15', { orderLineId: null, sku: 'X' })],
    };
    expect(axes(some).fulfilment).toBe('DELIVERED');
    expect(axes({ ...some, shipmentLines: [shipped('s', '', '15', { orderLineId: null, sku: 'Y' })] }).fulfilment).toBe(
      'NONE',
    );
  });

  it('leaves out the lines of other orders in a shared shipment', () => {
    const some = {
      shipments: [{ ...shipment('s', 'DELIVERED'), orderId: null }],
      shipmentLines: [shipped('s', 'a', '4'), shipped('s', 'z', '6', { orderId: 'another', sku: 'sku-a' })],
    };
    expect(axes({ lines: ten, ...some }).fulfilment).toBe('PARTIAL');
  });

  it('goes by the states of the shipments where there are no quantities', () => {
    const states = (...list: Parameters<typeof shipment>[1][]) =>
      axes({ shipments: list.map((status, i) => shipment(`s${i}`, status)) }).fulfilment;
    expect(states('PLANNED')).toBe('NONE');
    expect(states('DELIVERED', 'PLANNED')).toBe('PARTIAL');
    expect(states('DELIVERED', 'SHIPPED')).toBe('SHIPPED');
    expect(states('DELIVERED', 'CANCELLED')).toBe('DELIVERED');
    expect(states('RETURNED')).toBe('RETURNED');
    expect(states('DELIVERED', 'EXCEPTION')).toBe('EXCEPTION');
  });
});

describe('billing', () => {
  const delivered = (quantity: string) => ({
    lines: [line('a', '10', { netAmount: '100' })],
    shipments: [shipment('s', 'DELIVERED')],
    shipmentLines: [shipped('s', 'a', quantity)],
  });

  it('ignores drafts and cancelled invoices', () => {
    const invoices = [invoice('i', '100', { status: 'DRAFT' }), invoice('j', '100', { status: 'CANCELLED' })];
    expect(axes({ ...delivered('10'), invoices }).billing).toBe('NONE');
  });

  it('bills services as ordered, whatever of the goods has been delivered', () => {
    const lines = [line('a', '10', { netAmount: '100' }), line('freight', '1', { netAmount: '20', service: true })];
    const part = { ...delivered('5'), lines, order: order({ netAmount: '120', totalAmount: '120' }) };
    const billed = (amount: string) => axes({ ...part, invoices: [invoice('i', amount)] }).billing;
    expect(billed('69.99')).toBe('PARTIAL');
    expect(billed('70')).toBe('BILLED');
  });

  it('compares amounts to the last digit', () => {
    expect(axes({ ...delivered('10'), invoices: [invoice('i', '99.99'), invoice('j', '0.01')] }).billing).toBe(
      'BILLED',
    );
    expect(axes({ ...delivered('10'), invoices: [invoice('i', '99.9999')] }).billing).toBe('PARTIAL');
  });

  it('asks for what was delivered, and before the first delivery for what was ordered', () => {
    expect(axes({ ...delivered('4'), invoices: [invoice('i', '40')] }).billing).toBe('BILLED');
    expect(axes({ ...delivered('4'), invoices: [invoice('i', '39.99')] }).billing).toBe('PARTIAL');
    expect(axes({ lines: ten, invoices: [invoice('i', '40')] }).billing).toBe('PARTIAL');
    expect(axes({ lines: ten, invoices: [invoice('i', '100')] }).billing).toBe('BILLED');
  });

  it('takes returns from what is billable and credit notes from what is billed', () => {
    const some = {
      ...delivered('10'),
      returns: [returned('r')],
      returnLines: [returnLine('r', 'a', '2')],
    };
    expect(axes({ ...some, invoices: [invoice('i', '100'), creditNote('c', '20')] }).billing).toBe('BILLED');
    expect(axes({ ...some, invoices: [invoice('i', '100'), creditNote('c', '-30')] }).billing).toBe('PARTIAL');
    expect(axes({ ...some, invoices: [invoice('i', '100'), creditNote('c', '100')] }).billing).toBe('CREDITED');
  });

  it('takes a return known only by its amount', () => {
    const some = { ...delivered('10'), returns: [returned('r', { amount: '20' })] };
    expect(axes({ ...some, invoices: [invoice('i', '80')] }).billing).toBe('BILLED');
    expect(axes({ ...some, invoices: [invoice('i', '79.99')] }).billing).toBe('PARTIAL');
  });

  it('compares quantities line by line where every bill names its lines', () => {
    const some = {
      lines: [line('a', '10'), line('b', '5')],
      shipments: [shipment('s', 'DELIVERED')],
      shipmentLines: [shipped('s', 'a', '10'), shipped('s', 'b', '5')],
      invoices: [invoice('i', '1')],
    };
    const bill = (a: string, b: string) =>
      axes({ ...some, invoiceLines: [invoiceLine('i', 'a', a), invoiceLine('i', 'b', b)] }).billing;
    expect(bill('10', '5')).toBe('BILLED');
    expect(bill('15', '0')).toBe('PARTIAL');
    expect(bill('10', '4.9999')).toBe('PARTIAL');
  });

  it('takes from an invoice over several orders only what bills this one', () => {
    const invoices = [invoice('i', '300', { orderId: null, netAmount: '300' })];
    const some = { ...delivered('10'), order: order({ netAmount: '100' }), invoices };
    const other = invoiceLine('i', null, '1', { orderId: 'another', netAmount: '201' });
    const own = (netAmount: string) => [other, invoiceLine('i', null, '1', { orderId: 'o', netAmount })];
    expect(axes({ ...some, invoiceLines: own('99') }).billing).toBe('PARTIAL');
    expect(axes({ ...some, invoiceLines: own('100') }).billing).toBe('BILLED');
  });

  it('compares no amounts of two currencies', () => {
    const invoices = [invoice('i', '100000', { currency: 'KRW' })];
    expect(axes({ ...delivered('10'), invoices }).billing).toBe('PARTIAL');
    expect(axes({ ...delivered('10'), order: order({ status: 'DONE' }), invoices }).billing).toBe('BILLED');
  });
});

describe('settlement', () => {
  const settlement = (...invoices: OrderToCashFacts['invoices']) => axes({ invoices }).settlement;

  it('is NONE without posted invoices and while nothing is paid', () => {
    expect(settlement()).toBe('NONE');
    expect(settlement(invoice('i', '100', { status: 'DRAFT', dueDate: '2026-01-01' }))).toBe('NONE');
    expect(settlement(invoice('i', '100'))).toBe('NONE');
  });

  it('is PARTIAL while one cent is open and PAID when none is', () => {
    expect(settlement(invoice('i', '100', { outstandingAmount: '0.01' }))).toBe('PARTIAL');
    expect(settlement(invoice('i', '100', { outstandingAmount: '0' }), invoice('j', '5'))).toBe('PARTIAL');
    expect(settlement(invoice('i', '100', { outstandingAmount: '0' }))).toBe('PAID');
    expect(settlement(invoice('i', '100', { outstandingAmount: '-1' }))).toBe('PAID');
  });

  it('is OVERDUE from the day after the due date, whatever the stored state says', () => {
    const due = (dueDate: string) => settlement(invoice('i', '100', { dueDate, paymentStatus: 'NOT_PAID' }));
    expect(due('2026-06-15')).toBe('NONE');
    expect(due('2026-06-14')).toBe('OVERDUE');
    expect(settlement(invoice('i', '100', { dueDate: '2026-06-14', outstandingAmount: '0' }))).toBe('PAID');
  });

  it('goes by the payment state where the open amount is unknown', () => {
    const state = (paymentStatus: 'PAID' | 'PARTIAL' | 'NOT_PAID' | 'IN_PAYMENT' | 'REVERSED') =>
      settlement(invoice('i', '100', { outstandingAmount: null, paymentStatus }));
    expect(state('PAID')).toBe('PAID');
    expect(state('REVERSED')).toBe('PAID');
    expect(state('PARTIAL')).toBe('PARTIAL');
    expect(state('IN_PAYMENT')).toBe('PARTIAL');
    expect(state('NOT_PAID')).toBe('NONE');
  });

  it('sets what is open of a credit note against the invoice due first', () => {
    const credit = creditNote('c', '100', { outstandingAmount: '-100' });
    const late = invoice('i', '100', { dueDate: '2026-06-01' });
    expect(settlement(late, invoice('j', '50'), credit)).toBe('PARTIAL');
    expect(settlement(late, invoice('j', '50', { outstandingAmount: '0' }), credit)).toBe('PAID');
  });

  it('counts received payments and credit notes where the system states nothing', () => {
    const state = (allocated: string, credited: string) =>
      axes({
        invoices: [invoice('i', '100', { dueDate: '2026-06-01', outstandingAmount: null })],
        settling: new Map([['i', { allocated, credited, taken: '0' }]]),
      }).settlement;
    expect([state('0', '0'), state('60', '0'), state('60', '40'), state('130', '0')]).toEqual([
      'OVERDUE',
      'OVERDUE',
      'PAID',
      'PAID',
    ]);
  });

  it('is PAID where a negative invoice takes back all', () => {
    const back = invoice('k', '-100', { outstandingAmount: null });
    expect(settlement(invoice('i', '100', { outstandingAmount: null, dueDate: '2026-06-01' }), back)).toBe('PAID');
  });
});

describe('stage', () => {
  const lines = [line('a', '10', { netAmount: '100' })];
  const delivery = (status: 'SHIPPED' | 'DELIVERED' | 'EXCEPTION' | 'RETURNED', quantity = '10') => ({
    lines,
    shipments: [shipment('s', status)],
    shipmentLines: [shipped('s', 'a', quantity)],
  });
  const stage = (some: Partial<OrderToCashFacts>) => axes(some).stage;
  const paid = [invoice('i', '100', { outstandingAmount: '0' })];

  it('follows an order from draft to complete', () => {
    expect(stage({ lines, order: order({ status: 'QUOTATION' }) })).toBe('DRAFT');
    expect(stage({ lines })).toBe('ORDERED');
    expect(stage(delivery('SHIPPED', '3'))).toBe('PARTIALLY_SHIPPED');
    expect(stage(delivery('SHIPPED'))).toBe('SHIPPED');
    expect(stage(delivery('DELIVERED'))).toBe('DELIVERED');
    expect(stage({ ...delivery('DELIVERED'), invoices: [invoice('i', '100')] })).toBe('INVOICED');
    expect(stage({ ...delivery('DELIVERED'), invoices: [invoice('i', '100', { dueDate: '2026-06-01' })] })).toBe(
      'OVERDUE',
    );
    expect(stage({ ...delivery('SHIPPED'), invoices: paid })).toBe('PAID');
    expect(stage({ ...delivery('DELIVERED'), invoices: paid })).toBe('COMPLETE');
  });

  it('shows the ways off the road', () => {
    expect(stage({ lines, order: order({ status: 'CANCELLED' }) })).toBe('CANCELLED');
    expect(stage({ lines: [line('a', '10', { cancelledQty: '10' })] })).toBe('CANCELLED');
    expect(stage(delivery('EXCEPTION'))).toBe('EXCEPTION');
    expect(stage(delivery('RETURNED'))).toBe('RETURNED');
    expect(stage({ lines, invoices: paid })).toBe('PAID');
  });

  it('believes the system that closed an order nothing else is known of', () => {
    expect(stage({ order: order({ status: 'DONE' }) })).toBe('COMPLETE');
    expect(stage({ order: order({ status: 'DONE' }), invoices: [invoice('i', '100')] })).toBe('INVOICED');
  });
});

it('has an answer for whatever the systems say', () => {
  const quantity = fc.option(fc.integer({ min: -30_000, max: 30_000 }).map((n) => String(n / 1_000)));
  const id = fc.constantFrom('a', 'b', 'z', null);
  const anyFacts = fc.record({
    lines: fc.uniqueArray(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c'),
        sku: id,
        orderedQty: quantity,
        cancelledQty: quantity,
        netAmount: quantity,
        service: fc.constantFrom(true, false, null),
      }),
      { selector: (l) => l.id },
    ),
    shipments: fc.array(
      fc.record({
        id: fc.constantFrom('s1', 's2'),
        orderId: fc.constantFrom('o', null),
        status: fc.constantFrom(
          'PLANNED' as const,
          'SHIPPED' as const,
          'DELIVERED' as const,
          'EXCEPTION' as const,
          'RETURNED' as const,
        ),
      }),
      { maxLength: 2 },
    ),
    shipmentLines: fc.array(
      fc.record({
        shipmentId: fc.constantFrom('s1', 's2', null),
        orderId: fc.constant(null),
        orderLineId: id,
        sku: id,
        shippedQty: quantity,
        deliveredQty: quantity,
      }),
    ),
    invoices: fc.array(
      fc
        .record({
          kind: fc.constantFrom('INVOICE' as const, 'CREDIT_NOTE' as const),
          totalAmount: quantity,
          outstandingAmount: quantity,
          dueDate: fc.constantFrom('2026-01-01', '2027-01-01', null),
        })
        .map((some) => ({ ...invoice('i', '0'), ...some })),
    ),
  });
  fc.assert(
    fc.property(anyFacts, (some) => {
      expect(stages).toContain(axes(some).stage);
    }),
    { numRuns: 500 },
  );
});
