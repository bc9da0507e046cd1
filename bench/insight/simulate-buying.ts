import type { BgNbd, RepeatBuying } from '../../customer-360/insight/models/bg-nbd.ts';

/** Numbers of (0, 1), the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 4_294_967_296;
  };
}

/**
 * A customer that behaves as BG/NBD says, watched for `days` from its first purchase. The week of the last purchase is
 * told to the day, as in real data.
 */
export function simulateBuying({ r, alpha, a, b }: BgNbd, days: number, random: () => number): RepeatBuying {
  const rate = gamma(r, random) / alpha;
  const leaving = beta(a, b, random);
  const T = days / 7;
  let last = 0;
  for (let x = 0; ; x++) {
    const next = last - Math.log(random()) / rate;
    if (next > T) return { x, tx: Math.ceil(last * 7) / 7, T };
    last = next;
    if (random() < leaving) return { x: x + 1, tx: Math.ceil(last * 7) / 7, T };
  }
}

function beta(a: number, b: number, random: () => number): number {
  const [left, right] = [gamma(a, random), gamma(b, random)];
  return left + right === 0 ? 0.5 : left / (left + right);
}

/** Gamma(shape, 1) after Marsaglia and Tsang (2000); below 1 by the boost of a larger shape. */
export function gamma(shape: number, random: () => number): number {
  if (shape < 1) return gamma(shape + 1, random) * random() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  while (true) {
    const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(random()) < 0.5 * normal * normal + d - d * v + d * Math.log(v)) return d * v;
  }
}
