/**
 * Whether a list without an end of its own may have been cut by the server: it is exactly as long as was asked for, or
 * its length is a round number, as limits are (multiples of 10 or 25, powers of two from 16). Empty lists are not.
 */
export function looksCut(length: number, asked: number | null): boolean {
  if (length === 0) return false;
  const isPowerOfTwo = length >= 16 && Number.isInteger(Math.log2(length));
  return length === asked || length % 10 === 0 || length % 25 === 0 || isPowerOfTwo;
}
