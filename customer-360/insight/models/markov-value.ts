/**
 * The customer relationship as a Markov chain, after Pfeifer and Carraway (2000), Modeling Customer Relationships as
 * Markov Chains, Journal of Interactive Marketing 14(2). State k (1 … n) is recency: the last purchase was k periods
 * ago. From there the customer buys in the next period with probability p_k and is in state 1 again, or moves on to
 * k + 1; after state n comes "lost", for ever.
 */
export interface MarkovModel {
  /** p_k by recency k = 1 … n: the probability to buy in the next period. */
  repurchase: readonly number[];
}

export interface MarkovWorth {
  /** What a purchase brings in its period. */
  contribution: number;
  /** What the period's effort to win the next purchase costs, in every state but lost. */
  effort: number;
  /** By period. */
  discountRate: number;
  /** Periods after the present one. */
  periods: number;
}

/**
 * V = Σ ((1 + d)⁻¹ P)^t R for t = 0 … periods: the expected present value by state, 1 … n and lost. R is
 * `contribution − effort` in state 1 (a purchase has just been made), `−effort` in the others, 0 in lost.
 */
export function markovValues({ repurchase }: MarkovModel, worth: MarkovWorth): number[] {
  const { contribution, effort, discountRate, periods } = worth;
  const states = repurchase.length;
  const reward = [...repurchase.map((_, index) => (index === 0 ? contribution - effort : -effort)), 0];
  let values = reward;
  for (let t = 0; t < periods; t++) {
    const later = values;
    values = reward.map((now, index) => {
      if (index === states) return 0;
      const p = repurchase[index] ?? 0;
      return now + (p * (later[0] ?? 0) + (1 - p) * (later[index + 1] ?? 0)) / (1 + discountRate);
    });
  }
  return values;
}

/** How often customers of a recency were seen, and how often they bought in the period after. */
export interface RecencyCount {
  seen: number;
  bought: number;
}

/**
 * Counts one customer's moves. `active` are the periods with a purchase, ascending whole numbers; periods up to and
 * with `last` have been observed in full.
 */
export function countRecency(counts: RecencyCount[], active: readonly number[], last: number): void {
  active.forEach((period, index) => {
    const next = active[index + 1];
    for (let recency = 1; recency <= counts.length && period + recency <= last; recency++) {
      const count = counts[recency - 1];
      if (!count) return;
      count.seen += 1;
      if (next === period + recency) {
        count.bought += 1;
        return;
      }
    }
  });
}

/** The probabilities that the counts show; a recency never seen has none. */
export function markovModelOf(counts: readonly RecencyCount[]): MarkovModel {
  return { repurchase: counts.map(({ seen, bought }) => (seen > 0 ? bought / seen : 0)) };
}
