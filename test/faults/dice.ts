/** Everything random of a run comes from here, so that a seed brings it all back. */
export interface Dice {
  /** In [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  /** A whole number from `from` to `to`, both possible. */
  between(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
  /** A generator of its own, so that how often one part asks does not shift what another part gets. */
  fork(): Dice;
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  // Neighbouring seeds begin alike: a few throws tell them apart.
  for (let i = 0; i < 5; i += 1) next();
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick(list) {
      const one = list[between(0, list.length - 1)];
      if (one === undefined) throw new Error('Expected something to pick from.');
      return one;
    },
    fork: () => createDice(Math.floor(next() * 4_294_967_296)),
  };
}
