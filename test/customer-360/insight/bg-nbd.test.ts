import { describe, expect, it } from '@jest/globals';
import { createRandom, simulateBuying } from '../../../bench/insight/simulate-buying.ts';
import {
  type BgNbd,
  expectedPurchases,
  fitBgNbd,
  probabilityAlive,
  type RepeatBuying,
} from '../../../customer-360/insight/models/bg-nbd.ts';
import { hypergeometric } from '../../../customer-360/insight/models/hypergeometric.ts';
import { logGamma } from '../../../customer-360/insight/models/log-gamma.ts';
import { createBuyingCounts, dayOf, repeatBuyingOf } from '../../../customer-360/insight/models/repeat-buying.ts';

/** Of the CDNOW sample, as published by Fader, Hardie and Lee (2005). */
const published: BgNbd = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

describe('BG/NBD', () => {
  it('gives the published figures for the published parameters', () => {
    const customer = { x: 2, tx: 30.43, T: 38.86 };
    expect(expectedPurchases(published, customer, 39)).toBeCloseTo(1.226, 3);
    expect(probabilityAlive(published, customer)).toBeCloseTo(0.7266, 3);
  });

  it('expects what the formula of the paper says, term by term', () => {
    for (const [x, tx] of [
      [0, 0],
      [1, 12.5],
      [7, 30.1],
      [20, 38.7],
    ] as const) {
      const customer = { x, tx, T: 38.86 };
      expect(expectedPurchases(published, customer, 39)).toBeCloseTo(paperFormula(published, customer, 39), 9);
    }
  });

  it('stays a number for very many purchases, very long times and parameters at 1', () => {
    for (const parameters of [published, { r: 3, alpha: 0.01, a: 1, b: 1e-3 }, { r: 0.2, alpha: 5, a: 0.4, b: 0.6 }]) {
      for (const x of [0, 1, 50, 5_000]) {
        const customer = { x, tx: x === 0 ? 0 : 900, T: 1_000 };
        const foreseen = expectedPurchases(parameters, customer, 520);
        expect(Number.isFinite(foreseen) && foreseen >= 0).toBe(true);
        expect(probabilityAlive(parameters, customer)).toBeGreaterThanOrEqual(0);
        expect(probabilityAlive(parameters, customer)).toBeLessThanOrEqual(1);
      }
    }
    expect(probabilityAlive(published, { x: 5_000, tx: 10, T: 1_000 })).toBe(0);
  });

  it('knows what comes where everybody leaves with the same probability, so that a and b have no bound', () => {
    const border: BgNbd = { r: 0.3707, alpha: 2.075, a: 5_744.4, b: 22_023.3 };
    for (const customer of [
      { x: 0, tx: 0, T: 20 },
      { x: 1, tx: 3, T: 25.7 },
      { x: 12, tx: 24, T: 25 },
      { x: 900, tx: 140, T: 150 },
    ]) {
      for (const weeks of [4, 52, 520]) {
        // a probability p of leaving that does not vary: ((1 - ((α + T) / (α + T + p t))^(r + x)) / p, if still there
        const p = border.a / (border.a + border.b + customer.x);
        const passed = border.alpha + customer.T;
        const ever = (1 - (passed / (passed + p * weeks)) ** (border.r + customer.x)) / p;
        const foreseen = expectedPurchases(border, customer, weeks);
        expect(Math.abs(foreseen / (ever * probabilityAlive(border, customer)) - 1)).toBeLessThan(0.01);
      }
    }
  });

  it('expects the same on both sides of where the formula changes', () => {
    const customer = { x: 3, tx: 20, T: 30 };
    const near = (a: number) => expectedPurchases({ ...published, a }, customer, 52);
    const change = published.r + customer.x + 1;
    expect(near(change - 1e-9)).toBeCloseTo(near(change + 1e-9), 7);
  });

  it('expects more the longer it looks, and nothing in no time', () => {
    const customer = { x: 3, tx: 20, T: 30 };
    expect(expectedPurchases(published, customer, 0)).toBe(0);
    const foreseen = [1, 10, 52, 200].map((weeks) => expectedPurchases(published, customer, weeks));
    expect([...foreseen].sort((p, q) => p - q)).toEqual(foreseen);
  });

  it('finds the parameters that customers were simulated with', async () => {
    const seed = Number(process.env.TEST_SEED ?? 11);
    const random = createRandom(seed);
    const truth: BgNbd = { r: 0.6, alpha: 6, a: 0.9, b: 2.5 };
    const counts = createBuyingCounts();
    for (let n = 0; n < 6_000; n++) counts.add(simulateBuying(truth, 300 + 30 * (n % 3), random));
    const fit = await fitBgNbd(counts.list());
    expect({ seed, customers: fit?.customers }).toEqual({ seed, customers: 6_000 });
    for (const name of ['r', 'alpha', 'a', 'b'] as const) {
      const found = (fit?.parameters[name] ?? 0) / truth[name];
      expect({ seed, name, near: found > 0.75 && found < 1.33, found }).toMatchObject({ near: true });
    }
  });

  it('does not fit what says too little', async () => {
    expect(await fitBgNbd([{ x: 3, tx: 4, T: 5, customers: 19 }])).toBeNull();
    expect(await fitBgNbd([{ x: 0, tx: 0, T: 5, customers: 1_000 }])).toBeNull();
  });

  it('fits border cases to numbers: nobody leaves, all buy weekly', async () => {
    const weekly = Array.from({ length: 30 }, (_, n) => ({ x: 20 + (n % 3), tx: 22, T: 22 + (n % 2), customers: 10 }));
    const { parameters } = (await fitBgNbd(weekly)) ?? {};
    expect(Object.values(parameters ?? {}).every(Number.isFinite)).toBe(true);
  });
});

describe('repeat buying', () => {
  it('counts in weeks from the first purchase to the end of the observation', () => {
    const days = ['2026-01-01', '2026-01-15', '2026-03-01'].map(dayOf);
    expect(repeatBuyingOf(days, dayOf('2026-02-12'))).toEqual({ x: 1, tx: 2, T: 6 });
    expect(repeatBuyingOf(days, dayOf('2025-12-31'))).toBeNull();
  });
});

describe('special functions', () => {
  it('know ln Γ', () => {
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 12);
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 12);
    expect(logGamma(1e-3)).toBeCloseTo(6.907178885383854, 10);
    expect(logGamma(0)).toBeNaN();
  });

  it('know ₂F₁', () => {
    for (const z of [0, 0.3, 0.9, 0.999]) {
      expect(hypergeometric(1, 1, 2, z)).toBeCloseTo(z === 0 ? 1 : -Math.log(1 - z) / z, 9);
      expect(hypergeometric(-2, 3, 1.5, z)).toBeCloseTo(1 - 4 * z + 3.2 * z * z, 9);
    }
    expect(hypergeometric(1, 1, -1, 0.5)).toBeNaN();
    expect(hypergeometric(1, 1, 2, 1)).toBeNaN();
  });
});

/** Equation 10 as it is printed. */
function paperFormula({ r, alpha, a, b }: BgNbd, { x, tx, T }: RepeatBuying, t: number): number {
  const series = hypergeometric(r + x, b + x, a + b + x - 1, t / (alpha + T + t));
  const ever = ((a + b + x - 1) / (a - 1)) * (1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * series);
  return ever / (1 + (x > 0 ? (a / (b + x - 1)) * ((alpha + T) / (alpha + tx)) ** (r + x) : 0));
}
