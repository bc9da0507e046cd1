/** A stream of pseudo-random choices. Two with the same seed and purpose make the same choices, on any machine. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number from low to high, both included. */
  int(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the keys, each as likely as its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
}

/**
 * Every part of the landscape draws from a stream of its own (`purpose`), so that changing how cases are made
 * leaves the orders as they were. The generator is sfc32.
 */
export function createRandom(seed: number | string, purpose: string): Random {
  let [a, b, c, counter] = seedWords(`${seed}\u0000${purpose}`);

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }
  for (let i = 0; i < 16; i++) next();

  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));

  function pick<T>(items: readonly T[]): T {
    const item = items[int(0, items.length - 1)];
    if (item === undefined) throw new RangeError('Expected something to pick from, got an empty list.');
    return item;
  }

  function weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const keys = Object.keys(weights) as K[];
    let rest = next() * keys.reduce((sum, key) => sum + weights[key], 0);
    for (const key of keys) {
      rest -= weights[key];
      if (rest < 0) return key;
    }
    return pick(keys);
  }

  return { next, int, chance: (probability) => next() < probability, pick, weighted };
}

function seedWords(text: string): [number, number, number, number] {
  const words: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    words[0] = Math.imul(words[0] ^ code, 0x85ebca6b);
    words[1] = Math.imul(words[1] ^ code, 0xc2b2ae35);
    words[2] = Math.imul(words[2] ^ code, 0x27d4eb2f);
    words[0] ^= words[0] >>> 15;
    words[1] ^= words[1] >>> 13;
    words[2] ^= words[2] >>> 16;
  }
  return words;
}
