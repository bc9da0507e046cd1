import { meetsAcross } from '../normalise/across-scripts.ts';
import { isCjk } from '../normalise/fold.ts';
import type { Name } from '../normalise/names.ts';
import { isAlike, similarity } from './similarity.ts';

export interface NameComparison {
  /** Place in `fields.name`, plus one. */
  level: number;
  /** Words both have, for the term frequencies. */
  shared: string[];
}

/** How much of a name a word is: the rarer, the more. */
export type WordWeight = (word: string) => number;

const level = { same: 1, sameAndMore: 2, nearlySame: 3, alike: 4, contained: 5, partly: 6, hardly: 7, otherNumber: 8 };
const DIFFERENT = 9;

/** Whether no pair of the names can be compared: one is in kanji, the other in letters. */
export function areIncomparable(a: readonly Name[], b: readonly Name[]): boolean {
  return a.every((one) =>
    b.every(
      (other) =>
        (one.isUnread === true || other.isUnread === true) && one.words.some(isCjk) !== other.words.some(isCjk),
    ),
  );
}

/** Names of persons, whatever the order of their words; the best of all pairs of names. */
export function comparePersonNames(a: readonly Name[], b: readonly Name[]): NameComparison {
  return best(a, b, comparePersonName);
}

/** Names of organisations, each word weighing as much as it tells. */
export function compareOrganisationNames(a: readonly Name[], b: readonly Name[], weightOf: WordWeight): NameComparison {
  return best(a, b, (one, other) => compareOrganisationName(one, other, weightOf));
}

function best(a: readonly Name[], b: readonly Name[], compare: (a: Name, b: Name) => NameComparison): NameComparison {
  let found: NameComparison = { level: DIFFERENT, shared: [] };
  for (const one of a) {
    for (const other of b) {
      const comparison = compare(one, other);
      if (comparison.level < found.level) found = comparison;
    }
  }
  return found;
}

function comparePersonName(a: Name, b: Name): NameComparison {
  if (a.words.some(isCjk) !== b.words.some(isCjk)) {
    return { level: meetsAcross(a, b) ? level.nearlySame : DIFFERENT, shared: [] };
  }
  const [one, other] = inOneScript(a, b);
  const { equal, alike, rest } = align(one, other);
  const words = Math.min(one.length, other.length);
  const isWhole = words > 1 || one.concat(other).every((word) => isCjk(word));
  const at = (place: number) => ({ level: place, shared: equal });
  if (isOneText(one, other)) return at(isWhole ? level.same : level.sameAndMore);
  if (equal.length === words && words > 1) return at(rest === 0 ? level.same : level.sameAndMore);
  if (equal.length + alike === words && isWhole) return at(equal.length > 0 ? level.nearlySame : level.alike);
  if (equal.length === words) return at(level.contained);
  if (equal.length > 0) return at(level.partly);
  return at(alike > 0 ? level.hardly : DIFFERENT);
}

function compareOrganisationName(a: Name, b: Name, weightOf: WordWeight): NameComparison {
  const [one, other] = inOneScript(a, b);
  if (isOneText(one, other)) return { level: level.same, shared: one };
  const [left, right] = [one, other].map((words) => words.flatMap(pieces)) as [string[], string[]];
  const { equal, pairs } = align(left, right);
  const at = (place: number) => ({ level: place, shared: equal });
  const [numbers, otherNumbers] = [left, right].map((words) => words.filter(isNumber)) as [string[], string[]];
  if (numbers.length > 0 && otherNumbers.length > 0 && !numbers.some((number) => otherNumbers.includes(number))) {
    return at(level.otherNumber);
  }
  const [total, otherTotal] = [left, right].map((words) => sum(words, weightOf)) as [number, number];
  const common = pairs.reduce((all, [x, y, alike]) => all + alike * Math.min(weightOf(x), weightOf(y)), 0);
  const overlap = (2 * common) / (total + otherTotal);
  if (overlap >= 0.97) return at(level.sameAndMore);
  if (overlap >= 0.85 || similarity(one.join(''), other.join(''), 0.96) > 0) return at(level.nearlySame);
  if (overlap >= 0.7) return at(level.alike);
  if (common >= 0.95 * Math.min(total, otherTotal)) return at(level.contained);
  if (overlap >= 0.5) return at(level.partly);
  return at(overlap >= 0.25 ? level.hardly : DIFFERENT);
}

/** Words as they are where both names are in one script; else both in Latin letters. */
function inOneScript(a: Name, b: Name): [string[], string[]] {
  if (a.latin === null && b.latin === null) return [a.words, b.words];
  if (a.latin !== null && b.latin !== null && a.words.some(isCjk) === b.words.some(isCjk)) return [a.words, b.words];
  return [a, b].map(({ words, latin }) => (latin === null ? [words.join('')] : [latin.replace(/ /g, '')])) as [
    string[],
    string[],
  ];
}

/** The same letters in the same order, wherever words end. */
function isOneText(a: readonly string[], b: readonly string[]): boolean {
  return lengthOf(a) === lengthOf(b) && a.join('') === b.join('');
}

function lengthOf(words: readonly string[]): number {
  let length = 0;
  for (const word of words) length += word.length;
  return length;
}

/** Names without spaces by pairs of letters: 上海宏达 → 上海, 海宏, 宏达. */
function pieces(word: string): string[] {
  if (!isCjk(word) || word.length < 3) return [word];
  return Array.from({ length: word.length - 1 }, (_, i) => word.slice(i, i + 2));
}

interface Alignment {
  equal: string[];
  /** How many further words are alike. */
  alike: number;
  /** Words of the longer name that are left over. */
  rest: number;
  /** Words of the two that stand for each other, with how alike they are. */
  pairs: [string, string, number][];
}

/** Pairs the words of two names: equal ones first, then those that are alike, in the order of the words. */
function align(a: readonly string[], b: readonly string[]): Alignment {
  const open = [...b];
  const waiting: string[] = [];
  const found: Alignment = { equal: [], alike: 0, rest: Math.abs(a.length - b.length), pairs: [] };
  for (const word of a) {
    const at = open.indexOf(word);
    if (at < 0) waiting.push(word);
    else {
      open.splice(at, 1);
      found.equal.push(word);
      found.pairs.push([word, word, 1]);
    }
  }
  for (const word of waiting) {
    const at = open.findIndex((other) => isAlike(word, other) && !isNumber(word) && !isNumber(other));
    const [other] = at < 0 ? [] : open.splice(at, 1);
    if (other === undefined) continue;
    found.alike += 1;
    found.pairs.push([word, other, 0.9]);
  }
  return found;
}

function isNumber(word: string): boolean {
  return /^\d+$/.test(word);
}

function sum(words: readonly string[], weightOf: WordWeight): number {
  return words.reduce((total, word) => total + weightOf(word), 0);
}
