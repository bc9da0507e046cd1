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
  // flat arrays: a fit goes over all kinds of customers some hundred times
  const lines = Float64Array.from(counts.flatMap(({ x, tx, T, customers }) => [x, tx, T, customers]));

  return ({ r, alpha, a, b }) => {
    let sum = 0;
    perX.forEach((customers, x) => {
      if (customers === 0) return;
      const rate = logGamma(r + x) - logGamma(r) + r * Math.log(alpha);
      const leaving = logGamma(a + b) + logGamma(b + x) - logGamma(b) - logGamma(a + b + x);
      sum += customers * (rate + leaving);
    });
    for (let at = 0; at < lines.length; at += 4) {
      const x = lines[at] as number;
      const logWhole = Math.log(alpha + (lines[at + 2] as number));
      let log = -(r + x) * logWhole;
      if (x > 0) {
        const odds = (r + x) * (logWhole - Math.log(alpha + (lines[at + 1] as number))) + Math.log(a / (b + x - 1));
        log += odds > 30 ? odds : Math.log1p(Math.exp(odds));
      }
      sum += (lines[at + 3] as number) * log;
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

/**
 * E[Y(t) | x, tx, T]: purchases to be expected within the next `weeks` (equation 10 of the paper). The ₂F₁ of the
 * paper is turned by Euler's transformation, (1 − z)^(r + x) ₂F₁(r + x, b + x; c; z) = (1 − z)^(a − 1)
 * ₂F₁(a + b − 1 − r, a − 1; c; z) with c = a + b + x − 1, which neither overflows nor slows down however large x is.
 */
export function expectedPurchases(parameters: BgNbd, buying: RepeatBuying, weeks: number): number {
  if (weeks <= 0) return 0;
  const { r, alpha } = parameters;
  const { x, T } = buying;
  const a = Math.abs(parameters.a - 1) < NEAR ? 1 + NEAR : parameters.a;
  const c = awayFromWhole(a + parameters.b + x - 1);
  const z = weeks / (alpha + T + weeks);
  const series = hypergeometric(c - x - r, a - 1, c, z);
  const ever = (c / (a - 1)) * (1 - (1 - z) ** (a - 1) * series);
  return Math.max(0, ever * probabilityAlive(parameters, buying));
}

/** The series has no value where c is 0 or a whole number below. */
function awayFromWhole(c: number): number {
  return c <= NEAR && Math.abs(c - Math.round(c)) < NEAR ? Math.round(c) + NEAR : c;
}
