import { Decimal } from 'decimal.js';
import type { InsightSettings } from '../../config/settings/insight-settings.ts';
import { decimalOf, type Units, unitsOf } from '../exact-decimal.ts';
import { type ChurnWarning, churnWarning } from './churn.ts';
import { type DataQuality, dataQuality, type RecordFacts } from './data-quality.ts';
import { type Grade, gradeOf } from './grade.ts';
import { type LifecycleStage, type Rhythm, rhythmOf, stageOf } from './lifecycle.ts';
import { expectedPurchases, probabilityAlive } from './models/bg-nbd.ts';
import { expectedAmount } from './models/gamma-gamma.ts';
import { discountedPurchases } from './models/lifetime-value.ts';
import { markovValues } from './models/markov-value.ts';
import { dateOf, repeatBuyingOf } from './models/repeat-buying.ts';
import { type Otif, type OtifOrder, otifOf } from './otif.ts';
import { type Portfolio, repeatSpending } from './portfolio.ts';
import {
  activePeriods,
  type BuyingHistory,
  type Purchase,
  salesOf,
  spendingRatioOf,
  withinWindow,
} from './purchases.ts';
import { overdueOf, type ReceivableInvoice, type Receivables, receivablesOf } from './receivables.ts';
import type { Converter } from './reporting-currency.ts';
import { type RfmScores, rfmScores, type Segment, segmentOf } from './rfm.ts';
import { type Answer, isDetractor, type Satisfaction, satisfactionOf } from './satisfaction.ts';

/** Everything the numbers about one customer are worked out of. */
export interface CustomerFacts {
  history: BuyingHistory;
  invoices: readonly ReceivableInvoice[];
  answers: readonly Answer[];
  openComplaints: number;
  orders: readonly OtifOrder[];
  record: RecordFacts;
}

interface AmountIn {
  currency: string | null;
  amount: string;
}

/** The numbers about one customer as they are stored: amounts are decimal strings, days are dates. */
export interface CustomerNumbers {
  currency: string | null;
  buying: {
    purchases: number;
    orders: number;
    firstOrder: string | null;
    lastOrder: string | null;
    /** Of the window; null without a purchase in it. */
    sales: string | null;
    totalSales: string;
    notConverted: AmountIn[];
  };
  rfm: (RfmScores & { segment: Segment | null }) | null;
  grade: Grade | null;
  stage: LifecycleStage;
  rhythm: Rhythm;
  churn: ChurnWarning;
  probabilityAlive: number | null;
  expectedPurchases: number | null;
  expectedAmount: string | null;
  lifetimeValue: string | null;
  markovValue: string | null;
  satisfaction: Satisfaction;
  openComplaints: number;
  otif: Otif;
  receivables: (Record<Exclude<keyof Receivables, 'currency' | 'dso'>, string> &
    Pick<Receivables, 'currency' | 'dso'>)[];
  /** All balances that have a rate, in the reporting currency. */
  openBalance: string | null;
  dataQuality: DataQuality;
}

export interface NumbersContext {
  portfolio: Portfolio;
  converter: Converter;
  settings: InsightSettings;
  /** Day since 1970. */
  asOf: number;
}

/** All numbers about one customer as of one day. */
export function customerNumbers(facts: CustomerFacts, context: NumbersContext): CustomerNumbers {
  const { portfolio, converter, settings, asOf } = context;
  const { purchases, credits, notConverted } = facts.history;
  const days = purchases.map(({ day }) => day);
  const recent = withinWindow(facts.history, { asOf, windowDays: settings.windowDays });
  const scores = recent && rfmScores(recent, portfolio.rfm);
  const { defaultIntervalDays, leastIntervalDays } = settings.lifecycle;
  const usual = portfolio.usualInterval ?? defaultIntervalDays;
  const rhythm = rhythmOf(days, { asOf, usual, least: leastIntervalDays });
  const stage = stageOf(rhythm, days[0], asOf, settings.lifecycle);
  // worth nothing can be said of who pays in a currency without a rate
  const isConverted = notConverted.size === 0;
  const future = foresee(purchases, context, isConverted);
  const receivables = receivablesOf(facts.invoices, asOf, settings.dsoDays);
  const signs = {
    stage,
    rhythm,
    probabilityAlive: future.probabilityAlive,
    spendingRatio: spendingRatioOf(facts.history, asOf),
    openComplaints: facts.openComplaints,
    isDetractor: isDetractor(facts.answers),
    hasOverdueInvoices: receivables.some((each) => overdueOf(each) > 0n),
  };
  return {
    currency: portfolio.currency,
    buying: {
      purchases: purchases.length,
      orders: purchases.reduce((sum, { orders }) => sum + orders, 0),
      firstOrder: dateOrNull(days[0]),
      lastOrder: dateOrNull(days.at(-1)),
      sales: recent && decimalOf(recent.sales),
      totalSales: decimalOf(salesOf(purchases) + salesOf(credits)),
      notConverted: [...notConverted].map(([currency, amount]) => ({ currency, amount: decimalOf(amount) })),
    },
    rfm: scores && { ...scores, segment: segmentOf(scores, settings.segments) },
    grade: recent && isConverted ? gradeOf(recent.sales, portfolio.grade) : null,
    stage,
    rhythm,
    churn: churnWarning(signs, settings.churn),
    ...future,
    satisfaction: satisfactionOf(facts.answers),
    openComplaints: facts.openComplaints,
    otif: otifOf(facts.orders, asOf, settings.otif),
    receivables: receivables.map(asDecimals),
    openBalance: inReportingCurrency(receivables, converter),
    dataQuality: dataQuality(facts.record),
  };
}

type Future = Pick<
  CustomerNumbers,
  'probabilityAlive' | 'expectedPurchases' | 'expectedAmount' | 'lifetimeValue' | 'markovValue'
>;

const unknown: Future = {
  probabilityAlive: null,
  expectedPurchases: null,
  expectedAmount: null,
  lifetimeValue: null,
  markovValue: null,
};

/** What the models say of the future; nothing of who never bought. */
function foresee(purchases: readonly Purchase[], context: NumbersContext, isConverted: boolean): Future {
  const { portfolio, settings, asOf } = context;
  const buying = repeatBuyingOf(
    purchases.map(({ day }) => day),
    asOf,
  );
  if (!buying) return unknown;
  const markovValue = isConverted ? markovValueOf(purchases, context) : null;
  if (!portfolio.bgNbd) return { ...unknown, markovValue };
  const { parameters } = portfolio.bgNbd;
  const amount = isConverted ? amountOf(purchases, portfolio) : null;
  const { months, discountRate, margin } = settings.lifetime;
  const worth = amount === null ? null : discountedPurchases(parameters, buying, { months, discountRate }) * amount;
  return {
    probabilityAlive: rounded(probabilityAlive(parameters, buying)),
    expectedPurchases: rounded(expectedPurchases(parameters, buying, settings.expectedWeeks)),
    expectedAmount: amount === null ? null : money(amount),
    lifetimeValue: worth === null ? null : money(worth * margin),
    markovValue,
  };
}

/** By Gamma-Gamma; where it could not be fitted, the customer's own average. */
function amountOf(purchases: readonly Purchase[], { gammaGamma }: Portfolio): number | null {
  const own = Number(salesOf(purchases)) / 10_000 / purchases.length;
  if (!gammaGamma) return own > 0 ? own : null;
  const amount = expectedAmount(gammaGamma.parameters, repeatSpending(purchases) ?? { purchases: 0, average: 0 });
  return Number.isFinite(amount) ? amount : null;
}

/** The value of the state the customer is in, without the purchase that brought it there. */
function markovValueOf(purchases: readonly Purchase[], { portfolio, settings, asOf }: NumbersContext): string | null {
  const { periodDays, effort } = settings.markov;
  const { months, discountRate, margin } = settings.lifetime;
  const own = activePeriods(purchases, asOf, periodDays);
  const latest = own.at(-1);
  if (latest === undefined) return null;
  const yearsOfPeriod = periodDays / 365.25;
  const spent = Number(salesOf(purchases)) / 10_000 / own.length;
  const contribution = (spent > 0 ? spent : portfolio.periodAmount) * margin;
  const state = Math.min(-latest, portfolio.markov.repurchase.length);
  const values = markovValues(portfolio.markov, {
    contribution,
    effort,
    discountRate: (1 + discountRate) ** yearsOfPeriod - 1,
    periods: Math.round(months / 12 / yearsOfPeriod),
  });
  const already = state === 0 ? contribution - effort : 0;
  return money((values[state] ?? 0) - already);
}

/** All balances that have a rate; null where there is no reporting currency. */
export function inReportingCurrency(
  receivables: readonly Receivables[],
  { currency, convert }: Converter,
): string | null {
  if (currency === null) return null;
  const balances = receivables.map((each) => convert(decimalOf(each.balance), each.currency));
  return decimalOf(balances.reduce((sum: Units, each) => sum + unitsOf(each), 0n));
}

export function asDecimals({ currency, dso, ...amounts }: Receivables): CustomerNumbers['receivables'][number] {
  const { balance, current, days1To30, days31To60, days61To90, over90, credits, creditSales } = amounts;
  return {
    currency,
    dso,
    balance: decimalOf(balance),
    current: decimalOf(current),
    days1To30: decimalOf(days1To30),
    days31To60: decimalOf(days31To60),
    days61To90: decimalOf(days61To90),
    over90: decimalOf(over90),
    credits: decimalOf(credits),
    creditSales: decimalOf(creditSales),
  };
}

function dateOrNull(day: number | undefined): string | null {
  return day === undefined ? null : dateOf(day);
}

/** An amount that a model worked out, in whole hundredths. */
function money(amount: number): string {
  return new Decimal(amount).toDecimalPlaces(2, Decimal.ROUND_HALF_UP).toFixed();
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
