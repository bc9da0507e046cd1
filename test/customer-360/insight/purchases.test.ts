import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DayOfOrders } from '../../../cache/insight/insight-facts.ts';
import { insightSettings } from '../../../config/settings/insight-settings.ts';
import { decimalOf, unitsOf } from '../../../customer-360/exact-decimal.ts';
import { type CustomerFacts, customerNumbers } from '../../../customer-360/insight/customer-numbers.ts';
import { salesCurve } from '../../../customer-360/insight/grade.ts';
import { dateOf, dayOf } from '../../../customer-360/insight/models/repeat-buying.ts';
import { type OtifOrder, otifOf } from '../../../customer-360/insight/otif.ts';
import { createPortfolioBuilder, type Portfolio } from '../../../customer-360/insight/portfolio.ts';
import { buyingHistoryOf } from '../../../customer-360/insight/purchases.ts';
import { createConverter } from '../../../customer-360/insight/reporting-currency.ts';

const settings = insightSettings.parse({});
const asOf = dayOf('2026-03-31');

const order = (date: string, amount: string, currency = 'EUR'): DayOfOrders => ({
  customerId: 'c',
  date,
  currency,
  amount,
  orders: 1,
  isCredit: amount.startsWith('-'),
});

async function portfolioOf(
  histories: readonly ReturnType<typeof buyingHistoryOf>[],
  currency: string,
): Promise<Portfolio> {
  const builder = createPortfolioBuilder(settings, { asOf, currency });
  for (const history of histories) builder.add(history);
  return builder.finish();
}

async function numbersOf(days: readonly DayOfOrders[], others: readonly DayOfOrders[][] = [], currency = 'EUR') {
  const converter = createConverter(currency, {});
  const history = buyingHistoryOf(days, converter);
  const all = [history, ...others.map((each) => buyingHistoryOf(each, converter))];
  const facts: CustomerFacts = {
    history,
    invoices: [],
    answers: [],
    openComplaints: 0,
    orders: [],
    record: {
      kind: 'ORGANIZATION',
      displayName: 'Elster GmbH',
      email: null,
      phone: null,
      taxId: null,
      country: null,
      hasAddress: false,
      systems: 1,
      taxIds: [],
      countries: [],
    } as unknown as CustomerFacts['record'],
  };
  const portfolio = await portfolioOf(all, currency);
  return customerNumbers(facts, { portfolio, converter, settings, asOf });
}

describe('a return that is booked as an order with a negative amount', () => {
  const bought = [order('2025-06-01', '100'), order('2025-09-01', '100'), order('2025-12-01', '100')];

  it('is no purchase: number, first and last, rhythm and stage are those of what was bought', async () => {
    const [kept, returned] = [await numbersOf(bought), await numbersOf([...bought, order('2026-03-30', '-100')])];
    expect(returned.buying).toMatchObject({
      purchases: 3,
      orders: 3,
      firstOrder: '2025-06-01',
      lastOrder: '2025-12-01',
    });
    const { rhythm, stage, probabilityAlive } = kept;
    expect({ rhythm: returned.rhythm, stage: returned.stage, alive: returned.probabilityAlive }).toEqual({
      rhythm,
      stage,
      alive: probabilityAlive,
    });
  });

  it('lowers sales, on the day of a purchase too, and leaves that day a purchase', async () => {
    const { buying } = await numbersOf([...bought, order('2025-12-01', '-100'), order('2026-03-30', '-30.5')]);
    expect(buying).toMatchObject({ purchases: 3, sales: '169.5', totalSales: '169.5', lastOrder: '2025-12-01' });
  });

  it('makes nobody a customer', async () => {
    const { buying, stage, rfm } = await numbersOf([order('2026-03-30', '-100')]);
    expect({ purchases: buying.purchases, first: buying.firstOrder, stage, rfm }).toEqual({
      purchases: 0,
      first: null,
      stage: 'PROSPECT',
      rfm: null,
    });
  });

  it('is apart where its currency has no rate, and an order of nothing is a purchase', async () => {
    const { buying } = await numbersOf([order('2026-01-01', '0'), order('2026-01-02', '-5', 'JPY')]);
    expect(buying).toMatchObject({ purchases: 1, notConverted: [{ currency: 'JPY', amount: '-5' }] });
  });

  it('is nothing to deliver', () => {
    const lines = (quantity: string) => [
      { id: 'a', sku: 'a', orderedQty: quantity, cancelledQty: null, netAmount: null, service: null },
    ];
    const promised = (totalAmount: string | null, quantity: string): OtifOrder => ({
      order: { id: 'o', status: 'DONE', requestedDate: null, promisedDate: '2026-03-01', netAmount: null, totalAmount },
      lines: lines(quantity),
      shipments: [],
      shipmentLines: [],
    });
    const measured = (each: OtifOrder) => otifOf([each], asOf, settings.otif).measured;
    expect([promised('100', '1'), promised('-100', '1'), promised(null, '-1')].map(measured)).toEqual([1, 0, 0]);
  });

  it('leaves the curve between nothing and all', () => {
    const curve = salesCurve(['300', '100', '-50'].map(unitsOf)).map(({ salesPercent }) => salesPercent);
    expect(curve.at(-1)).toBe(100);
    expect(curve).toEqual([...curve].sort((a, b) => a - b));
  });
});

describe('numbers about any books', () => {
  it('are finite, and those of the purchases alone', async () => {
    const currency = fc.constantFrom('EUR', 'JPY', 'KRW');
    const days = (digits: bigint) =>
      fc.array(
        fc.tuple(
          // the last is the day of the question itself: T = 0 of who bought first then
          fc.integer({ min: asOf - 800, max: asOf }).map(dateOf),
          fc.integer({ min: -50_000, max: 50_000 }).map((amount) => decimalOf(BigInt(amount) * digits)),
        ),
        { maxLength: 6 },
      );
    const books = currency.chain((code) => {
      const own = days(code === 'EUR' ? 100n : 10_000n);
      return fc.record({ code: fc.constant(code), own, others: fc.array(own, { maxLength: 5 }) });
    });
    // what fast-check throws names the seed
    await fc.assert(
      fc.asyncProperty(books, async ({ code, own, others }) => {
        const of = (list: typeof own) => list.map(([date, amount]) => order(date, amount, code));
        const numbers = await numbersOf(of(own), others.map(of), code);
        const purchases = own.filter(([, amount]) => !amount.startsWith('-')).map(([date]) => date);
        expect(numbers.buying.purchases).toBe(new Set(purchases).size);
        expect(numbers.buying.lastOrder).toBe([...purchases].sort().at(-1) ?? null);
        expect(unitsOf(numbers.buying.totalSales)).toBe(own.reduce((sum, [, amount]) => sum + unitsOf(amount), 0n));
        const { probabilityAlive, expectedPurchases } = numbers;
        for (const value of [probabilityAlive, expectedPurchases]) {
          expect(value === null || (Number.isFinite(value) && value >= 0)).toBe(true);
        }
        for (const value of [numbers.expectedAmount, numbers.lifetimeValue, numbers.markovValue]) {
          expect(value === null || Number.isFinite(Number(value))).toBe(true);
        }
        if (purchases.length === 0) expect([numbers.stage, probabilityAlive]).toEqual(['PROSPECT', null]);
      }),
      { numRuns: 40 },
    );
  });
});
