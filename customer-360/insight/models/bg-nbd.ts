import { hypergeometric } from './hypergeometric.ts';
import { logGamma } from './log-gamma.ts';
import { minimise } from './minimise.ts';

/**
 * The BG/NBD model of buying, after Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, Marketing
 * Science 24(2): while alive a customer buys at random with a rate λ ~ Gamma(r, α), and after each purchase leaves
 * for ever with a probability p ~ Beta(a, b). Times are in weeks.
 */
export interface BgNbd {
  r: number;
  alpha: number;
  a: number;
  b: number;
}

/** What the model has to know of a customer; weeks from the first purchase. Several purchases of one day are one. */
export interface RepeatBuying {
  /** Repeat purchases: all but the first. */
  x: number;
  /** Week of the last purchase, 0 without repeats. */
  tx: number;
  /** Week of the observation's end. */
  T: number;
}

/** Customers with the same three numbers are one line, so that many customers fit as fast as few. */
export interface BuyingCount extends RepeatBuying {
  customers: number;
}

export interface BgNbdFit {
  parameters: BgNbd;
  logLikelihood: number;
  customers: number;
}

/** Fewer customers, or none that came back, say too little for four parameters. */
const LEAST_CUSTOMERS = 20;

/** Beyond these the likelihood has no peak in the data: e.g. nobody ever leaves. Parameters stay at the border. */
const LOG_BORDER = 10;

/**
 * The parameters that make the data most likely, by maximum likelihood on (x, tx, T); null where there are fewer than
 * 20 customers or none bought twice. The same counts in any order give the same parameters but for the last digits.
 */
export async function fitBgNbd(counts: readonly BuyingCount[]): Promise<BgNbdFit | null> {
  const customers = counts.reduce((sum, count) => sum + count.customers, 0);
  if (customers < LEAST_CUSTOMERS || !counts.some(({ x }) => x > 0)) return null;
  const likelihood = logLikelihoodOf(counts);
  const { point } = await minimise(
    (logs) =>
      logs.some((log) => Math.abs(log) > LOG_BORDER) ? Number.POSITIVE_INFINITY : -likelihood(parametersOf(logs)),
    [0, Math.log(meanGap(counts)), 0, 0],
  );
  const parameters = parametersOf(point);
  return { parameters, logLikelihood: likelihood(parameters), customers };
}

function parametersOf(logs: readonly number[]): BgNbd {
  const [r = 1, alpha = 1, a = 1, b = 1] = logs.map(Math.exp);
  return { r, alpha, a, b };
}

/** A start for α in the data's own measure of time. */
function meanGap(counts: readonly BuyingCount[]): number {
  const weeks = counts.reduce((sum, { T, customers }) => sum + T * customers, 0);
  const repeats = counts.reduce((sum, { x, customers }) => sum + x * customers, 0);
  return Math.min(1_000, Math.max(0.1, weeks / Math.max(1, repeats) / 4));
}

/** ln L of the data as a function of the parameters (equation 6 of the paper, in logs). */
function logLikelihoodOf(counts: readonly BuyingCount[]): (parameters: BgNbd) => number {
  const deepest = counts.reduce((most, { x }) => Math.max(most, x), 0);
  const perX = new Float64Array(deepest + 1);
  for (const { x, customers } of counts) perX[x] = (perX[x] ?? 0) + customers;
  // A fit goes over all kinds of customers some hundred times: flat arrays, and a logarithm for each different week
  // and not for each kind.
  const weeks = [...new Set(counts.flatMap(({ tx, T }) => [tx, T]))];
  const placeOf = new Map(weeks.map((week, place) => [week, place]));
  const places = (list: readonly number[]) => Int32Array.from(list, (week) => placeOf.get(week) ?? 0);
  const xs = Int32Array.from(counts, ({ x }) => x);
  const customersOf = Float64Array.from(counts, ({ customers }) => customers);
  const [last, whole] = [places(counts.map(({ tx }) => tx)), places(counts.map(({ T }) => T))];

  return ({ r, alpha, a, b }) => {
    let sum = 0;
    perX.forEach((customers, x) => {
      if (customers === 0) return;
      const rate = logGamma(r + x) - logGamma(r) + r * Math.log(alpha);
      const leaving = logGamma(a + b) + logGamma(b + x) - logGamma(b) - logGamma(a + b + x);
      sum += customers * (rate + leaving);
    });
    const logs = Float64Array.from(weeks, (week) => Math.log(alpha + week));
    const logLeaves = Float64Array.from(perX, (_, x) => Math.log(a / (b + x - 1)));
    for (let at = 0; at < xs.length; at++) {
      const x = xs[at] as number;
      const logWhole = logs[whole[at] as number] as number;
      let log = -(r + x) * logWhole;
      if (x > 0) {
        const odds = (r + x) * (logWhole - (logs[last[at] as number] as number)) + (logLeaves[x] as number);
        log += odds > 30 ? odds : Math.log1p(Math.exp(odds));
      }
      sum += (customersOf[at] as number) * log;
    }
    return sum;
  };
}

/** How much likelier it is that the customer left right after the last purchase than that it is still there. */
function leftAgainstAlive({ r, alpha, a, b }: BgNbd, { x, tx, T }: RepeatBuying): number {
  if (x === 0) return 0;
  return (a / (b + x - 1)) * Math.exp((r + x) * Math.log((alpha + T) / (alpha + tx)));
}

/** P(alive): the probability that the customer has not left. 1 for who bought once: the model lets nobody leave before. */
export function probabilityAlive(parameters: BgNbd, buying: RepeatBuying): number {
  return 1 / (1 + leftAgainstAlive(parameters, buying));
}

/** Nearer to 1 than this, the formula would divide nothing by nothing. */
const NEAR = 1e-7;

/** E[Y(t) | x, tx, T]: purchases to be expected within the next `weeks` (equation 10 of the paper). */
export function expectedPurchases(parameters: BgNbd, buying: RepeatBuying, weeks: number): number {
  if (weeks <= 0) return 0;
  const a = Math.abs(parameters.a - 1) < NEAR ? 1 + NEAR : parameters.a;
  const c = awayFromWhole(a + parameters.b + buying.x - 1);
  const ever = (c / (a - 1)) * (1 - damping({ ...parameters, a }, buying, { c, weeks }));
  return Math.max(0, ever * probabilityAlive(parameters, buying));
}

/** A larger exponent of e than this is no number. */
const LARGEST_EXPONENT = 700;

/**
 * The paper's (1 − z)^(r + x) ₂F₁(r + x, b + x; c; z), c = a + b + x − 1. By Euler's transformation it is also
 * (1 − z)^(a − 1) ₂F₁(c − x − r, a − 1; c; z). The one with the smaller power neither overflows nor takes long: the
 * first where the data says that everybody leaves with the same probability (a and b without bound), the second for
 * customers who bought hundreds of times. Where both are too large, a is, and the probability is as good as its mean.
 */
function damping(
  { r, alpha, a, b }: BgNbd,
  { x, T }: RepeatBuying,
  { c, weeks }: { c: number; weeks: number },
): number {
  const z = weeks / (alpha + T + weeks);
  const power = Math.min(r + x, a - 1);
  if (-power * Math.log1p(-z) > LARGEST_EXPONENT) return ((1 - z) / (1 - (z * (b + x)) / (a + b + x))) ** (r + x);
  if (r + x < a - 1) return (1 - z) ** (r + x) * hypergeometric(r + x, b + x, c, z);
  return (1 - z) ** (a - 1) * hypergeometric(c - x - r, a - 1, c, z);
}

/** The series has no value where c is 0 or a whole number below. */
function awayFromWhole(c: number): number {
  return c <= NEAR && Math.abs(c - Math.round(c)) < NEAR ? Math.round(c) + NEAR : c;
}
