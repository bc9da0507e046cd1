import type { InsightSettings } from '../../config/settings/insight-settings.ts';
import type { Portfolio } from './portfolio.ts';

/** What is said of each number, one or two sentences; docs/insight.md has the sources. */
const definitions = {
  buying:
    'Orders that are confirmed, in process or done, as of their order date; orders of one day are one purchase. Sales are those of the window, in the reporting currency; amounts without a rate are listed apart and in no sum.',
  rfm: 'Fifths (5 is best) of the customers with a purchase in the window by day of the last purchase, number of purchases and sales; equal values score alike. The segment is the first whose bounds hold the scores.',
  grade:
    'Customers from the largest sales of the window down are A while those before them have brought less than the share a of all sales, then B up to b, then C.',
  stage:
    "By the customer's own rhythm (the median interval between its purchases from three on, else the portfolio's): PROSPECT never bought, NEW first bought within newDays, DECLINING silent for more than decliningAfter intervals, LOST for more than lostAfter, else ACTIVE.",
  churn:
    'At risk is who is neither prospect nor lost and is less likely to be alive (BG/NBD) than aliveBelow, silent for more than silentOver of its own intervals, or bought in the last half year less than spendingBelow of the one before. Open complaints, a latest NPS answer of 0 to 6 and overdue invoices are told beside it and do not decide.',
  expectedPurchases:
    'BG/NBD (Fader, Hardie, Lee 2005), fitted on all customers: the probability that the customer has not left, and the purchases expected in the next expectedWeeks.',
  lifetimeValue:
    'Purchases expected in each of the next months (BG/NBD), discounted by the end of the month, times the expected amount of a purchase (Gamma-Gamma), times margin. Beside it the value by a Markov chain over recency states (Pfeifer, Carraway 2000) for the same time.',
  satisfaction:
    'NPS: percent of 9 and 10 less percent of 0 to 6. CSAT: percent of 4 and 5 of 5. CES: mean of 1 to 7. Answers on another scale are left out.',
  otif: 'Of the orders whose date and the days allowed after it have passed: on time when nothing came late, in full when all that was ordered and not cancelled came, both when it had come until then.',
  receivables:
    'What is left to pay of posted invoices less open credit notes, by days past due. DSO is the balance over what was invoiced less credited in the last dsoDays, times dsoDays.',
  dataQuality:
    'The weight of the rules that hold over the weight of those that apply to the kind of customer, 0 to 100, and the rules that do not hold.',
} as const;

export type MeasureName = keyof typeof definitions;

/** How a number came about. */
export interface Measure {
  definition: string;
  parameters: Record<string, unknown>;
  /** The business day it was worked out for. */
  asOf: string;
}

/** The definition of a number with the parameters it was worked out with. */
export function measureOf(
  name: MeasureName,
  { settings, portfolio, asOf }: { settings: InsightSettings; portfolio: Portfolio | null; asOf: string },
): Measure {
  return { definition: definitions[name], parameters: parametersOf(name, settings, portfolio), asOf };
}

function parametersOf(name: MeasureName, settings: InsightSettings, portfolio: Portfolio | null) {
  const { amount, windowDays, segments, grade, lifecycle, churn, expectedWeeks, lifetime, markov, otif } = settings;
  const currency = portfolio?.currency ?? settings.currency ?? null;
  const bgNbd = portfolio?.bgNbd?.parameters ?? null;
  switch (name) {
    case 'buying':
      return { amount, windowDays, currency, rates: settings.rates };
    case 'rfm':
      return { windowDays, segments };
    case 'grade':
      return { windowDays, ...grade };
    case 'stage':
      return { ...lifecycle, usualIntervalDays: portfolio?.usualInterval ?? null };
    case 'churn':
      return { ...churn, bgNbd };
    case 'expectedPurchases':
      return { expectedWeeks, bgNbd };
    case 'lifetimeValue':
      return {
        ...lifetime,
        bgNbd,
        gammaGamma: portfolio?.gammaGamma?.parameters ?? null,
        markov: { ...markov, ...portfolio?.markov },
      };
    case 'otif':
      return { ...otif };
    case 'receivables':
      return { dsoDays: settings.dsoDays };
    case 'satisfaction':
    case 'dataQuality':
      return {};
  }
}
