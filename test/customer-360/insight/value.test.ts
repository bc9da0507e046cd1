import { describe, expect, it } from '@jest/globals';
import { createRandom, gamma } from '../../../bench/insight/simulate-buying.ts';
import { expectedPurchases } from '../../../customer-360/insight/models/bg-nbd.ts';
import { expectedAmount, fitGammaGamma } from '../../../customer-360/insight/models/gamma-gamma.ts';
import { discountedPurchases } from '../../../customer-360/insight/models/lifetime-value.ts';
import { countRecency, markovModelOf, markovValues } from '../../../customer-360/insight/models/markov-value.ts';

describe('Gamma-Gamma', () => {
  it('gives the published figure for the published parameters of the CDNOW sample', () => {
    expect(expectedAmount({ p: 6.25, q: 3.74, v: 15.45 }, { purchases: 2, average: 22.35 })).toBeCloseTo(24.66, 1);
  });

  it('trusts the own average more the more purchases there were', () => {
    const all = { p: 6.25, q: 3.74, v: 15.45 };
    const [few, some, many] = [0, 3, 1_000].map((purchases) => expectedAmount(all, { purchases, average: 100 }));
    expect(few).toBeCloseTo((6.25 * 15.45) / 2.74, 9);
    expect(some).toBeGreaterThan(few ?? 0);
    expect(many).toBeCloseTo(100, 0);
    expect(expectedAmount({ p: 1, q: 0.5, v: 1 }, { purchases: 0, average: 0 })).toBe(Number.POSITIVE_INFINITY);
  });

  it('finds the parameters that amounts were simulated with', async () => {
    const seed = Number(process.env.TEST_SEED ?? 5);
    const random = createRandom(seed);
    const truth = { p: 6, q: 4, v: 15 };
    const spendings = Array.from({ length: 8_000 }, (_, n) => {
      const scale = gamma(truth.q, random) / truth.v;
      const purchases = 1 + (n % 6);
      const amounts = Array.from({ length: purchases }, () => gamma(truth.p, random) / scale);
      return { purchases, average: amounts.reduce((sum, each) => sum + each, 0) / purchases };
    });
    const { parameters } = (await fitGammaGamma(spendings)) ?? {};
    for (const name of ['p', 'q', 'v'] as const) {
      const found = (parameters?.[name] ?? 0) / truth[name];
      expect({ seed, name, near: found > 0.75 && found < 1.33, found }).toMatchObject({ near: true });
    }
  });

  it('does not fit what says too little, and leaves out who spent nothing', async () => {
    const nothing = Array.from({ length: 100 }, () => ({ purchases: 0, average: 0 }));
    expect(await fitGammaGamma([...nothing, { purchases: 1, average: 5 }])).toBeNull();
  });
});

describe('lifetime value', () => {
  const model = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
  const customer = { x: 2, tx: 30.43, T: 38.86 };

  it('is all purchases of the horizon where nothing is discounted, and less the more is', () => {
    const plain = discountedPurchases(model, customer, { months: 12, discountRate: 0 });
    expect(plain).toBeCloseTo(expectedPurchases(model, customer, 365.25 / 7), 9);
    const discounted = discountedPurchases(model, customer, { months: 12, discountRate: 0.15 });
    expect(discounted).toBeLessThan(plain);
    expect(discounted).toBeGreaterThan(plain / 1.15);
  });
});

describe('Markov chain value', () => {
  /** The example of Pfeifer and Carraway (2000): $40 a purchase, $4 effort, 20 % a period, lost after the fourth. */
  const model = { repurchase: [0.3, 0.2, 0.15, 0.05] };
  const worth = { contribution: 40, effort: 4, discountRate: 0.2 };

  it('is the sum of the discounted powers of the transition matrix times the rewards', () => {
    for (const periods of [0, 1, 4, 60]) {
      markovValues(model, { ...worth, periods }).forEach((value, state) => {
        expect(value).toBeCloseTo(sumOfPowers(model.repurchase, worth, periods)[state] ?? Number.NaN, 9);
      });
    }
  });

  it('gives the published values of the example', () => {
    const rounded = (periods: number) =>
      markovValues(model, { ...worth, periods }).map((value) => Number(value.toFixed(3)));
    expect(rounded(4)).toEqual([50.115, 4.22, 0.592, -1.98, 0]);
    expect(rounded(400)).toEqual([52.32, 5.554, 1.251, -1.82, 0]);
  });

  it('learns how likely a purchase is after how long', () => {
    const counts = Array.from({ length: 3 }, () => ({ seen: 0, bought: 0 }));
    countRecency(counts, [0, 1, 3], 6);
    countRecency(counts, [2], 4);
    countRecency(counts, [6], 6);
    expect(counts).toEqual([
      { seen: 4, bought: 1 },
      { seen: 3, bought: 1 },
      { seen: 1, bought: 0 },
    ]);
    expect(markovModelOf(counts).repurchase).toEqual([0.25, 1 / 3, 0]);
    expect(markovModelOf([{ seen: 0, bought: 0 }]).repurchase).toEqual([0]);
  });
});

function sumOfPowers(
  repurchase: readonly number[],
  { contribution, effort, discountRate }: { contribution: number; effort: number; discountRate: number },
  periods: number,
): number[] {
  const size = repurchase.length + 1;
  const matrix = Array.from({ length: size }, (_, from) =>
    Array.from({ length: size }, (_, to) => {
      if (from === size - 1) return to === from ? 1 : 0;
      const p = repurchase[from] ?? 0;
      return to === 0 ? p : to === from + 1 ? 1 - p : 0;
    }),
  );
  const reward = Array.from({ length: size }, (_, s) =>
    s === 0 ? contribution - effort : s === size - 1 ? 0 : -effort,
  );
  let power: number[][] = matrix.map((_, i) => matrix.map((__, j) => (i === j ? 1 : 0)));
  const values = reward.map(() => 0);
  for (let t = 0; t <= periods; t++) {
    power.forEach((row, s) => {
      const reached = row.reduce((sum, p, to) => sum + p * (reward[to] ?? 0), 0);
      values[s] = (values[s] ?? 0) + reached / (1 + discountRate) ** t;
    });
    power = power.map((row) =>
      matrix.map((_, to) => row.reduce((sum, p, via) => sum + p * (matrix[via]?.[to] ?? 0), 0)),
    );
  }
  return values;
}
