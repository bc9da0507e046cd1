import type { InsightSettings } from '../../config/settings/insight-settings.ts';
import type { Units } from '../exact-decimal.ts';
import { type CurvePoint, type GradeBounds, gradeBounds, salesCurve } from './grade.ts';
import { gapsOf, medianOf } from './lifecycle.ts';
import { type BgNbdFit, fitBgNbd } from './models/bg-nbd.ts';
import { fitGammaGamma, type GammaGammaFit, type Spending } from './models/gamma-gamma.ts';
import { countRecency, type MarkovModel, markovModelOf, type RecencyCount } from './models/markov-value.ts';
import { createBuyingCounts, repeatBuyingOf } from './models/repeat-buying.ts';
import { activePeriods, type BuyingHistory, type Purchase, salesOf, withinWindow } from './purchases.ts';
import { type RfmEdges, rfmEdges, type WindowBuying } from './rfm.ts';

/** What is measured on all customers, and what each customer's numbers are compared with. */
export interface Portfolio {
  /** Day since 1970 that the models know everything up to. */
  fittedOn: number;
  /** The reporting currency; null while no order names one. */
  currency: string | null;
  /** All customers there were. */
  customers: number;
  /** Of these, bought within the window. */
  active: number;
  rfm: RfmEdges;
  grade: GradeBounds;
  curve: CurvePoint[];
  /** The median interval between two purchases, over all customers; null where nobody bought twice. */
  usualInterval: number | null;
  bgNbd: BgNbdFit | null;
  gammaGamma: GammaGammaFit | null;
  markov: MarkovModel;
  /** What a period with a purchase brought on average, in units of the reporting currency. */
  periodAmount: number;
}

interface PortfolioBuilder {
  add(history: BuyingHistory): void;
  finish(): Promise<Portfolio>;
}

/** Takes in one customer after the other and keeps of each no more than the models need. */
export function createPortfolioBuilder(
  settings: InsightSettings,
  { asOf, currency }: { asOf: number; currency: string | null },
): PortfolioBuilder {
  const active: WindowBuying[] = [];
  const medians: number[] = [];
  const counts = createBuyingCounts();
  const spendings: Spending[] = [];
  const recency: RecencyCount[] = Array.from({ length: settings.markov.states }, () => ({ seen: 0, bought: 0 }));
  let customers = 0;
  let periods = 0;
  let sales: Units = 0n;

  return {
    add({ purchases, credits, notConverted }) {
      customers += 1;
      const days = purchases.map(({ day }) => day);
      const buying = repeatBuyingOf(days, asOf);
      if (!buying) return;
      counts.add(buying);
      const recent = withinWindow({ purchases, credits }, { asOf, windowDays: settings.windowDays });
      if (recent) active.push(recent);
      if (days.length > 1) medians.push(medianOf(gapsOf(days)));
      const own = activePeriods(purchases, asOf, settings.markov.periodDays);
      countRecency(recency, own, 0);
      if (notConverted.size > 0) return;
      const spending = repeatSpending(purchases);
      if (spending) spendings.push(spending);
      periods += own.length;
      sales += salesOf(purchases);
    },

    finish: async () => ({
      fittedOn: asOf,
      currency,
      customers,
      active: active.length,
      rfm: rfmEdges(active),
      grade: gradeBounds(
        active.map((each) => each.sales),
        settings.grade,
      ),
      curve: salesCurve(active.map((each) => each.sales)),
      usualInterval: medians.length > 0 ? medianOf(medians) : null,
      bgNbd: await fitBgNbd(counts.list()),
      gammaGamma: await fitGammaGamma(spendings),
      markov: markovModelOf(recency),
      periodAmount: periods > 0 ? Number(sales) / 10_000 / periods : 0,
    }),
  };
}

/** The average of all purchases but the first, as Gamma-Gamma learns from; null without any. */
export function repeatSpending(purchases: readonly Purchase[]): Spending | null {
  const repeats = purchases.slice(1);
  if (repeats.length === 0) return null;
  return { purchases: repeats.length, average: Number(salesOf(repeats)) / 10_000 / repeats.length };
}
