const MOST_TERMS = 200_000;
const PRECISION = 1e-15;

/**
 * Gauss's hypergeometric function ₂F₁(a, b; c; z) for 0 ≤ z < 1 and c no whole number ≤ 0, by its power series
 * (Abramowitz & Stegun 15.1.1). NaN outside of that, and where the series does not settle.
 */
export function hypergeometric(a: number, b: number, c: number, z: number): number {
  if (!(z >= 0 && z < 1) || (c <= 0 && Number.isInteger(c))) return Number.NaN;
  let term = 1;
  let sum = 1;
  for (let n = 0; n < MOST_TERMS; n++) {
    const ratio = (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    term *= ratio;
    sum += term;
    // the rest is below term / (1 - ratio) once the terms shrink
    if (Math.abs(ratio) < 1 && Math.abs(term) <= PRECISION * (1 - Math.abs(ratio)) * Math.abs(sum)) return sum;
  }
  return Number.NaN;
}
