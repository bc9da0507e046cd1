import { logGamma } from './log-gamma.ts';
import { minimise } from './minimise.ts';

/**
 * The Gamma-Gamma model of spending, after Fader, Hardie and Lee (2005), RFM and CLV: Using Iso-Value Curves, Journal
 * of Marketing Research 42(4), and Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value: what a customer
 * spends a purchase varies about its own mean by Gamma(p, ν), and ν ~ Gamma(q, v) over the customers.
 */
export interface GammaGamma {
  p: number;
  q: number;
  v: number;
}

/** A customer's average amount over `purchases` purchases. */
export interface Spending {
  purchases: number;
  average: number;
}

export interface GammaGammaFit {
  parameters: GammaGamma;
  logLikelihood: number;
  customers: number;
}

const LEAST_CUSTOMERS = 20;
const LOG_BORDER = 20;

/**
 * The parameters that make the spendings most likely; null for fewer than 20 customers who spent anything. Customers
 * without purchases, or with an average of nothing, are left out: the model knows positive amounts only.
 */
export async function fitGammaGamma(spendings: readonly Spending[]): Promise<GammaGammaFit | null> {
  const known = spendings.filter(({ purchases, average }) => purchases > 0 && average > 0);
  if (known.length < LEAST_CUSTOMERS) return null;
  const likelihood = logLikelihoodOf(known);
  const mean = known.reduce((sum, { average }) => sum + average, 0) / known.length;
  const { point } = await minimise(
    (logs) =>
      logs.some((log) => Math.abs(log) > LOG_BORDER) ? Number.POSITIVE_INFINITY : -likelihood(parametersOf(logs)),
    [Math.log(2), Math.log(2), Math.log(mean)],
  );
  const parameters = parametersOf(point);
  return { parameters, logLikelihood: likelihood(parameters), customers: known.length };
}

function parametersOf(logs: readonly number[]): GammaGamma {
  const [p = 1, q = 1, v = 1] = logs.map(Math.exp);
  return { p, q, v };
}

/** ln L of the averages (equation 1a of the 2013 note). What does not depend on a customer's own amount is summed once. */
function logLikelihoodOf(spendings: readonly Spending[]): (parameters: GammaGamma) => number {
  const perCount = new Map<number, number>();
  let weightedLogs = 0;
  let logs = 0;
  let counts = 0;
  for (const { purchases, average } of spendings) {
    perCount.set(purchases, (perCount.get(purchases) ?? 0) + 1);
    weightedLogs += purchases * Math.log(average);
    logs += Math.log(average);
    counts += purchases * Math.log(purchases);
  }
  return ({ p, q, v }) => {
    let sum = p * weightedLogs - logs + p * counts;
    for (const [purchases, customers] of perCount) {
      const shape = p * purchases;
      sum += customers * (logGamma(shape + q) - logGamma(shape) - logGamma(q) + q * Math.log(v));
    }
    for (const { purchases, average } of spendings) sum -= (p * purchases + q) * Math.log(purchases * average + v);
    return sum;
  };
}

/**
 * E(M | x, m̄): what a purchase of this customer is worth on average, between its own average and everybody's, the
 * nearer to its own the more purchases there were. Infinite where q + p x ≤ 1: the model has no mean there.
 */
export function expectedAmount({ p, q, v }: GammaGamma, { purchases, average }: Spending): number {
  const weight = p * purchases + q - 1;
  return weight > 0 ? (p * (v + purchases * average)) / weight : Number.POSITIVE_INFINITY;
}
