/**
 * Whether a list of this length may have been cut by its server: it is as long as one of the sizes that were asked for,
 * or its length is a round number, as limits are (multiples of 10 or 25, powers of two from 16). An empty list is not.
 */
export function isCutLength(length: number, sizes: readonly number[]): boolean {
  if (length === 0) return false;
  const isPowerOfTwo = length >= 16 && Number.isInteger(Math.log2(length));
  return sizes.includes(length) || length % 10 === 0 || length % 25 === 0 || isPowerOfTwo;
}
