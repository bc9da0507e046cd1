import { jaroWinkler } from '@skyra/jaro-winkler';
import { distance } from 'fastest-levenshtein';

/** One letter too many, too few, wrong, or two changed over. */
export function isTypo(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  if (a.length === b.length && isTransposed(a, b)) return true;
  return distance(a, b) <= 1;
}

const ALIKE = 0.9;

/** Two words that are likely the same, written differently. */
export function isAlike(a: string, b: string): boolean {
  if (a.length === 1 || b.length === 1) return a.charAt(0) === b.charAt(0) && /^[a-z]$/.test(a.length === 1 ? a : b);
  const common = commonLetters(a, b);
  if (Math.min(a.length, b.length) >= 3 && a.length - common <= 1 && isTypo(a, b)) return true;
  return a.length >= 4 && b.length >= 4 && mostSimilarity(a, b, common) >= ALIKE && jaroWinkler(a, b) >= ALIKE;
}

/** Jaro-Winkler, 0 to 1; 0 where it is less than `least`. */
export function similarity(a: string, b: string, least: number): number {
  if (a === b) return 1;
  if (mostSimilarity(a, b, commonLetters(a, b)) < least) return 0;
  const found = jaroWinkler(a, b);
  return found < least ? 0 : found;
}

/**
 * How many letters of `a` occur in `b`, or more: letters that agree in their last five bits are not told apart. Most
 * words that are compared are of different names, and this says so at a fraction of what the measures cost. Infinity
 * where letters have two code units, which the measures count once.
 */
function commonLetters(a: string, b: string): number {
  let letters = 0;
  for (let i = 0; i < b.length; i++) {
    const code = b.charCodeAt(i);
    if (code >= SURROGATES && code <= LAST_SURROGATE) return Number.POSITIVE_INFINITY;
    letters |= 1 << code;
  }
  let common = 0;
  for (let i = 0; i < a.length; i++) {
    const code = a.charCodeAt(i);
    if (code >= SURROGATES && code <= LAST_SURROGATE) return Number.POSITIVE_INFINITY;
    common += (letters >>> code) & 1;
  }
  return common;
}

const SURROGATES = 0xd800;
const LAST_SURROGATE = 0xdfff;

/** The most that Jaro-Winkler can come to, given how many letters of `a` can be in `b`. */
function mostSimilarity(a: string, b: string, common: number): number {
  if (common === Number.POSITIVE_INFINITY) return 1;
  const matches = Math.min(common, b.length);
  if (matches === 0) return 0;
  const jaro = (matches / a.length + matches / b.length + 1) / 3;
  let prefix = 0;
  while (prefix < PREFIX && prefix < a.length && a[prefix] === b[prefix]) prefix++;
  // The library counts one more where all agree.
  if (prefix === PREFIX) prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/** How many letters at the beginning count, in Winkler's measure. */
const PREFIX = 4;

function isTransposed(a: string, b: string): boolean {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}
