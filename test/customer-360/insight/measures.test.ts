import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { insightSettings } from '../../../config/settings/insight-settings.ts';
import { unitsOf } from '../../../customer-360/exact-decimal.ts';
import { type ChurnSigns, churnWarning } from '../../../customer-360/insight/churn.ts';
import { dataQuality } from '../../../customer-360/insight/data-quality.ts';
import { gradeBounds, gradeOf, salesCurve } from '../../../customer-360/insight/grade.ts';
import { rhythmOf, stageOf } from '../../../customer-360/insight/lifecycle.ts';
import { createConverter } from '../../../customer-360/insight/reporting-currency.ts';
import { rfmEdges, rfmScores, segmentOf } from '../../../customer-360/insight/rfm.ts';
import { type Answer, isDetractor, satisfactionOf } from '../../../customer-360/insight/satisfaction.ts';

const settings = insightSettings.parse({});

describe('RFM', () => {
  const buying = (n: number, last = n) => ({ last, purchases: n, sales: unitsOf(String(n)) });

  it('cuts the active customers into fifths, 5 the best', () => {
    const active = Array.from({ length: 10 }, (_, n) => buying(n + 1));
    const edges = rfmEdges(active);
    expect(active.map((each) => rfmScores(each, edges).frequency)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    expect(rfmScores({ last: 1, purchases: 10, sales: unitsOf('5.5') }, edges)).toEqual({
      recency: 1,
      frequency: 5,
      monetary: 3,
    });
  });

  it('scores equal values alike, however many there are, whatever their order', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(counts, (values) => {
        const edges = rfmEdges(values.map((n) => buying(n)));
        const turned = rfmEdges([...values].reverse().map((n) => buying(n)));
        for (const value of values) {
          const score = rfmScores(buying(value), edges).frequency;
          const below = values.filter((other) => other < value).length;
          expect(score).toBe(1 + [1, 2, 3, 4].filter((fifth) => below >= (fifth * values.length) / 5).length);
          expect(rfmScores(buying(value), turned).frequency).toBe(score);
        }
      }),
    );
  });

  it('has a segment for all 125 scores by the usual bounds, and none where the settings leave a gap', () => {
    for (let recency = 1; recency <= 5; recency++) {
      for (let frequency = 1; frequency <= 5; frequency++) {
        for (let monetary = 1; monetary <= 5; monetary++) {
          expect(segmentOf({ recency, frequency, monetary }, settings.segments)).not.toBeNull();
        }
      }
    }
    expect(segmentOf({ recency: 5, frequency: 5, monetary: 1 }, settings.segments)).toBe('CHAMPIONS');
    expect(segmentOf({ recency: 1, frequency: 5, monetary: 5 }, settings.segments)).toBe('CANT_LOSE');
    expect(segmentOf({ recency: 1, frequency: 1, monetary: 1 }, settings.segments.slice(0, 1))).toBeNull();
  });
});

describe('grade', () => {
  const sales = ['500', '300', '100', '60', '25', '15', '0'].map(unitsOf);

  it('goes by the share of all sales that larger customers have brought before', () => {
    const bounds = gradeBounds(sales, { a: 0.8, b: 0.95 });
    expect(sales.map((each) => gradeOf(each, bounds))).toEqual(['A', 'A', 'B', 'B', 'C', 'C', null]);
  });

  it('gives equal customers the same grade, and everybody an A when A takes all', () => {
    const equal = ['10', '10', '10', '10'].map(unitsOf);
    expect(equal.map((each) => gradeOf(each, gradeBounds(equal, { a: 0.5, b: 0.95 })))).toEqual(['A', 'A', 'A', 'A']);
    expect(gradeBounds(sales, { a: 1, b: 1 })).toEqual({ a: unitsOf('15'), b: unitsOf('15') });
    expect(gradeBounds([], { a: 0.8, b: 0.95 })).toEqual({ a: null, b: null });
  });

  it('measures the curve exactly', () => {
    const curve = salesCurve(Array.from({ length: 20 }, (_, n) => unitsOf(String(n + 1))));
    expect(curve[0]).toEqual({ customersPercent: 10, customers: 2, sales: unitsOf('39'), salesPercent: 18.57 });
    expect(curve.at(-1)).toMatchObject({ customersPercent: 100, customers: 20, salesPercent: 100 });
    expect(salesCurve([])).toEqual([]);
  });
});

describe('lifecycle', () => {
  const at = (days: number[], asOf: number) =>
    stageOf(rhythmOf(days, { asOf, usual: 90, least: 14 }), days[0], asOf, settings.lifecycle);

  it('goes by the own rhythm of the customer', () => {
    const monthly = [0, 30, 60, 90, 120, 150];
    expect([160, 210, 211, 270, 271].map((asOf) => at(monthly, asOf))).toEqual([
      'ACTIVE',
      'ACTIVE',
      'DECLINING',
      'DECLINING',
      'LOST',
    ]);
    const yearly = [0, 365, 730];
    expect([800, 1400, 1500, 2200].map((asOf) => at(yearly, asOf))).toEqual(['ACTIVE', 'ACTIVE', 'DECLINING', 'LOST']);
  });

  it('knows prospects and new customers, and takes the usual rhythm where there is no own', () => {
    expect(at([], 100)).toBe('PROSPECT');
    expect([0, 90, 91, 180, 181, 361].map((asOf) => at([0], asOf))).toEqual([
      'NEW',
      'NEW',
      'ACTIVE',
      'ACTIVE',
      'DECLINING',
      'LOST',
    ]);
    expect(rhythmOf([0, 1, 2], { asOf: 10, usual: 90, least: 14 })).toEqual({
      silentDays: 8,
      intervalDays: 14,
      own: true,
    });
  });
});

describe('churn warning', () => {
  const calm: ChurnSigns = {
    stage: 'ACTIVE',
    rhythm: { silentDays: 20, intervalDays: 30, own: true },
    probabilityAlive: 0.9,
    spendingRatio: 1.1,
    openComplaints: 0,
    isDetractor: false,
    hasOverdueInvoices: false,
  };
  const codes = (signs: Partial<ChurnSigns>) => {
    const { atRisk, reasons } = churnWarning({ ...calm, ...signs }, settings.churn);
    return [atRisk, ...reasons.map(({ code }) => code)];
  };

  it('warns of customers that buy less, with the reasons', () => {
    expect(codes({})).toEqual([false]);
    expect(codes({ probabilityAlive: 0.49 })).toEqual([true, 'UNLIKELY_ALIVE']);
    expect(codes({ rhythm: { silentDays: 61, intervalDays: 30, own: true } })).toEqual([true, 'SILENT']);
    expect(codes({ spendingRatio: 0.49, openComplaints: 2 })).toEqual([true, 'SPENDING_FELL', 'OPEN_COMPLAINT']);
    expect(churnWarning({ ...calm, openComplaints: 2, isDetractor: true }, settings.churn)).toEqual({
      atRisk: false,
      reasons: [
        { code: 'OPEN_COMPLAINT', text: '2 complaints are open.' },
        { code: 'DETRACTOR', text: 'Would not recommend us, as of the latest survey.' },
      ],
    });
  });

  it('does not warn for unpaid invoices alone, nor of who is lost or never bought', () => {
    expect(codes({ hasOverdueInvoices: true })).toEqual([false, 'OVERDUE_INVOICES']);
    expect(codes({ stage: 'LOST', probabilityAlive: 0 })).toEqual([false]);
    expect(codes({ stage: 'PROSPECT', isDetractor: true })).toEqual([false]);
  });
});

describe('satisfaction', () => {
  const answer = (kind: Answer['kind'], score: string | null, others: Partial<Answer> = {}): Answer => ({
    kind,
    score,
    scaleMin: null,
    scaleMax: null,
    respondedAt: null,
    ...others,
  });

  it('is promoters less detractors, satisfied of all, and the mean of effort', () => {
    const nps = ['10', '9', '9', '8', '7', '6', '0', '10'].map((score) => answer('NPS', score));
    const csat = ['5', '4', '3'].map((score) => answer('CSAT', score));
    const ces = ['7', '6', '6'].map((score) => answer('CES', score));
    expect(satisfactionOf([...nps, ...csat, ...ces])).toEqual({
      nps: 25,
      csat: 66.67,
      ces: 6.33,
      answers: { nps: 8, csat: 3, ces: 3 },
      leftOut: 0,
    });
  });

  it('leaves out answers on other scales instead of making them fit', () => {
    const found = satisfactionOf([
      answer('NPS', '5', { scaleMin: 1, scaleMax: 5 }),
      answer('NPS', '11'),
      answer('CES', null),
      answer('NPS', '9', { scaleMin: 0, scaleMax: 10 }),
    ]);
    expect(found).toMatchObject({ nps: 100, csat: null, ces: null, leftOut: 3 });
  });

  it('knows who would not recommend us as of the latest answer', () => {
    const before = answer('NPS', '3', { respondedAt: '2026-01-01T00:00:00.000000Z' });
    const after = answer('NPS', '9', { respondedAt: '2026-02-01T00:00:00.000000Z' });
    expect(isDetractor([after, before])).toBe(false);
    expect(isDetractor([before])).toBe(true);
    expect(isDetractor([])).toBe(false);
  });
});

describe('data quality', () => {
  const complete = {
    kind: 'ORGANIZATION',
    displayName: 'Nordwind GmbH',
    legalName: 'Nordwind GmbH',
    taxId: 'DE123456788',
    email: 'info@nordwind.example',
    phone: '+49 30 1234567',
    country: 'DE',
    language: 'de',
    hasAddress: true,
    systems: 3,
    taxIds: ['DE123456788'],
    countries: ['DE'],
  };

  it('is the weight of what holds over what applies, and names what is missing', () => {
    expect(dataQuality(complete)).toEqual({ score: 100, missing: [] });
    expect(dataQuality({ ...complete, email: 'nordwind', taxIds: ['A', 'B'] })).toEqual({
      score: 73,
      missing: ['EMAIL', 'SYSTEMS_AGREE'],
    });
    const person = { ...complete, kind: 'PERSON', legalName: null, taxId: null };
    expect(dataQuality(person)).toEqual({ score: 100, missing: [] });
  });
});

describe('reporting currency', () => {
  it('converts exactly by the rates of the settings and never without one', () => {
    const { convert } = createConverter('EUR', { USD: '0.92', KRW: '0.000678' });
    expect(convert('51006.16', 'EUR')).toBe('51006.16');
    expect(convert('100.1', 'USD')).toBe('92.092');
    expect(convert('123456789', 'KRW')).toBe('83703.7029');
    expect(convert('1', 'JPY')).toBeNull();
    expect(convert('1', null)).toBeNull();
    expect(createConverter(null, {}).convert('1', 'EUR')).toBeNull();
  });
});
