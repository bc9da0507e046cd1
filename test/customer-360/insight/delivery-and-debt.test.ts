import { describe, expect, it } from '@jest/globals';
import { insightSettings } from '../../../config/settings/insight-settings.ts';
import { unitsOf } from '../../../customer-360/exact-decimal.ts';
import { dayOf } from '../../../customer-360/insight/models/repeat-buying.ts';
import { type OtifOrder, otifOf } from '../../../customer-360/insight/otif.ts';
import { type ReceivableInvoice, receivablesOf } from '../../../customer-360/insight/receivables.ts';

const { otif } = insightSettings.parse({});

describe('on time and in full', () => {
  const asOf = dayOf('2026-03-01');
  const line = (id: string, orderedQty: string, cancelledQty: string | null = null) => ({
    id,
    sku: id,
    orderedQty,
    cancelledQty,
    netAmount: null,
    service: null,
  });
  const order = (shipments: [date: string | null, quantities: Record<string, string>][]): OtifOrder => ({
    order: {
      id: 'o',
      status: 'CONFIRMED',
      requestedDate: '2026-02-10',
      promisedDate: '2026-02-12',
      netAmount: null,
      totalAmount: null,
    },
    lines: [line('a', '10'), line('b', '5')],
    shipments: shipments.map(([date], index) => ({
      id: `s${index}`,
      orderId: 'o',
      status: date === null ? 'SHIPPED' : 'DELIVERED',
      shippedAt: '2026-02-08T08:00:00.000000Z',
      deliveredAt: date === null ? null : `${date}T10:00:00.000000Z`,
    })),
    shipmentLines: shipments.flatMap(([, quantities], index) =>
      Object.entries(quantities).map(([sku, shippedQty]) => ({
        shipmentId: `s${index}`,
        orderId: null,
        orderLineId: sku,
        sku,
        shippedQty,
        deliveredQty: null,
      })),
    ),
  });
  const result = (each: OtifOrder, settings: Partial<typeof otif> = {}) => {
    const { measured, onTime, inFull, onTimeInFull } = otifOf([each], asOf, { ...otif, ...settings });
    return [measured, onTime, inFull, onTimeInFull];
  };

  it('is met when all of it arrived by the day wanted', () => {
    expect(result(order([['2026-02-10', { a: '10', b: '5' }]]))).toEqual([1, 1, 1, 1]);
    expect(result(order([['2026-02-11', { a: '10', b: '5' }]]))).toEqual([1, 0, 1, 0]);
    expect(result(order([['2026-02-09', { a: '10', b: '4.9999' }]]))).toEqual([1, 1, 0, 0]);
    expect(result(order([]))).toEqual([1, 0, 0, 0]);
  });

  it('counts what arrived in time of several shipments', () => {
    const both = order([
      ['2026-02-09', { a: '10' }],
      ['2026-02-15', { b: '5' }],
    ]);
    expect(result(both)).toEqual([1, 0, 1, 0]);
    expect(result(both, { level: 'line' })).toEqual([2, 1, 2, 1]);
  });

  it('asks nothing for what was cancelled, and nothing of orders that are off', () => {
    const partly = order([['2026-02-09', { a: '10' }]]);
    expect(result({ ...partly, lines: [line('a', '10'), line('b', '5', '5')] })).toEqual([1, 1, 1, 1]);
    for (const status of ['DRAFT', 'QUOTATION', 'CANCELLED'] as const) {
      expect(result({ ...partly, order: { ...partly.order, status } })).toEqual([0, 0, 0, 0]);
    }
    expect(result({ ...partly, lines: [line('a', '10', '10')] })).toEqual([0, 0, 0, 0]);
  });

  it('goes by the parameters: date, window, and what has to happen', () => {
    const late = order([['2026-02-12', { a: '10', b: '5' }]]);
    expect(result(late, { date: 'promised' })).toEqual([1, 1, 1, 1]);
    expect(result(late, { lateDays: 2 })).toEqual([1, 1, 1, 1]);
    expect(result(late, { by: 'shipment' })).toEqual([1, 1, 1, 1]);
    expect(result(late, { by: 'shipment', earlyDays: 1 })).toEqual([1, 0, 1, 0]);
    expect(result(order([[null, { a: '10', b: '5' }]]))).toEqual([1, 0, 0, 0]);
  });

  it('goes by the days of the place that a shipment belongs to', () => {
    const each = order([['2026-02-11', { a: '10', b: '5' }]]);
    const at = (deliveredAt: string, zone?: string): OtifOrder => ({
      ...each,
      shipments: each.shipments.map((shipment) => ({ ...shipment, deliveredAt, ...(zone && { zone }) })),
    });
    // 20:30 of the day wanted in New York
    expect(result(at('2026-02-11T01:30:00.000000Z', 'America/New_York'))).toEqual([1, 1, 1, 1]);
    expect(result(at('2026-02-11T05:00:00.000000Z', 'America/New_York'))).toEqual([1, 0, 1, 0]);
    expect(result(at('2026-02-10T23:30:00.000000Z', 'Asia/Seoul'))).toEqual([1, 0, 1, 0]);
    expect(result(at('2026-02-11T01:30:00.000000Z'))).toEqual([1, 0, 1, 0]);
  });

  it('waits until the day has passed, and goes by the shipments where there are no quantities', () => {
    expect(otifOf([order([])], dayOf('2026-02-10'), otif).measured).toBe(0);
    const plain = { ...order([['2026-02-10', {}]]), lines: [] };
    expect(result(plain)).toEqual([1, 1, 1, 1]);
    expect(result({ ...plain, shipments: [] })).toEqual([1, 0, 0, 0]);
  });
});

describe('receivables', () => {
  const asOf = dayOf('2026-03-31');
  const invoice = (
    outstandingAmount: string | null,
    dueDate: string | null,
    others: Partial<ReceivableInvoice> = {},
  ): ReceivableInvoice => ({
    kind: 'INVOICE',
    status: 'POSTED',
    paymentStatus: null,
    issueDate: '2026-03-01',
    dueDate,
    currency: 'EUR',
    totalAmount: '1000',
    outstandingAmount,
    ...others,
  });

  it('age by days past due', () => {
    const [euro] = receivablesOf(
      [
        invoice('1', null),
        invoice('2', '2026-03-31'),
        invoice('4', '2026-03-30'),
        invoice('8', '2026-03-01'),
        invoice('16', '2026-02-28'),
        invoice('32', '2026-01-30'),
        invoice('64', '2026-01-29'),
        invoice('128', '2025-12-31'),
        invoice('256', '2025-12-30'),
      ],
      asOf,
      90,
    );
    expect(euro).toMatchObject({
      currency: 'EUR',
      current: unitsOf('3'),
      days1To30: unitsOf('12'),
      days31To60: unitsOf('48'),
      days61To90: unitsOf('192'),
      over90: unitsOf('256'),
      balance: unitsOf('511'),
    });
  });

  it('take off open credit notes, whatever sign they have, and keep currencies apart', () => {
    const found = receivablesOf(
      [
        invoice('100', '2026-04-30'),
        invoice('-30', null, { kind: 'CREDIT_NOTE', totalAmount: '-30' }),
        invoice('20', null, { kind: 'CREDIT_NOTE', totalAmount: '20' }),
        invoice('7', '2026-01-01', { currency: 'USD' }),
        invoice('9999', '2026-01-01', { status: 'DRAFT' }),
      ],
      asOf,
      90,
    );
    expect(found.map(({ currency, balance, credits }) => [currency, balance, credits])).toEqual([
      ['EUR', unitsOf('50'), unitsOf('50')],
      ['USD', unitsOf('7'), 0n],
    ]);
  });

  it('believe the state of payment where no amount is said', () => {
    const balance = (each: ReceivableInvoice) => receivablesOf([each], asOf, 90)[0]?.balance;
    expect(balance(invoice(null, null, { paymentStatus: 'PAID' }))).toBe(0n);
    expect(balance(invoice(null, null, { paymentStatus: 'PARTIAL' }))).toBe(unitsOf('1000'));
  });

  it('are so many days of sales', () => {
    const [euro] = receivablesOf(
      [
        invoice('500', '2026-04-30'),
        invoice('0', null, { totalAmount: '2000' }),
        invoice('0', null, { totalAmount: '5000', issueDate: '2025-12-31' }),
      ],
      asOf,
      90,
    );
    expect(euro?.dso).toBe(15);
    expect(receivablesOf([invoice('500', null, { issueDate: '2020-01-01' })], asOf, 90)[0]?.dso).toBeNull();
    expect(receivablesOf([], asOf, 90)).toEqual([]);
  });
});
