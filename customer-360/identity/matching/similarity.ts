import { jaroWinkler } from '@skyra/jaro-winkler';
import { distance } from 'fastest-levenshtein';

/** One letter too many, too few, wrong, or two changed over. */
export function isTypo(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  if (a.length === b.length && isTransposed(a, b)) return true;
  return distance(a, b) <= 1;
}

/** Two words that are likely the same, written differently. */
export function isAlike(a: string, b: string): boolean {
  if (a.length === 1 || b.length === 1) return a.charAt(0) === b.charAt(0) && /^[a-z]$/.test(a.length === 1 ? a : b);
  if (Math.min(a.length, b.length) >= 3 && isTypo(a, b)) return true;
  return a.length >= 4 && b.length >= 4 && jaroWinkler(a, b) >= 0.9;
}

/** Jaro-Winkler, 0 to 1. */
export function similarity(a: string, b: string): number {
  return a === b ? 1 : jaroWinkler(a, b);
}

function isTransposed(a: string, b: string): boolean {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}
