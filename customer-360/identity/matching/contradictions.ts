import { meetsAcross } from '../normalise/across-scripts.ts';
import { isCjk } from '../normalise/fold.ts';
import { areOneName, areTwoNames } from '../normalise/given-names.ts';
import type { Name } from '../normalise/names.ts';
import type { Profile } from '../profile.ts';
import { isAlike, isTypo } from './similarity.ts';

/** What no sum of other evidence overrules, and what says it in words. `docs/identity.md` has the same table. */
export const contradictions = {
  givenName: 'different given names',
  name: 'different names',
  suffix: 'different suffixes, such as Jr. and Sr.',
  sex: 'honorifics of different sexes',
  birthDate: 'different dates of birth',
  company: 'different company names',
} as const;

export type Contradiction = keyof typeof contradictions;

/**
 * How the names of two people agree. `thin`: by an initial, one word alone, a short word misspelt or a suffix that only one has,
 * which fits others of the household as well. `otherFamily`: the given name with another surname, as after a wedding.
 */
export type Names = 'agree' | 'thin' | 'otherFamily' | Contradiction;

/** Everything in which two profiles contradict each other. */
export function contradictionsOf(a: Profile, b: Profile): Contradiction[] {
  const found: Contradiction[] = [];
  const names = a.isPerson && b.isPerson ? howNamesAgree(a, b) : companiesDiffer(a, b) ? 'company' : 'agree';
  if (names !== 'agree' && names !== 'thin' && names !== 'otherFamily') found.push(names);
  if (!a.isPerson || !b.isPerson) return found;
  if (birthDatesDiffer(a.birth, b.birth)) found.push('birthDate');
  return found.length === 1 && isOneNumber(a, b) && (found[0] === 'birthDate' || haveOneBirthDate(a, b)) ? [] : found;
}

/**
 * A number of one's own is no household's: a name or a date of birth, but not both, may then be misspelt. A slip in the
 * number is one, too, but for its end: those of twins follow each other.
 */
function isOneNumber(a: Profile, b: Profile): boolean {
  return a.taxIds.some((one) =>
    b.taxIds.some(
      (other) => one === other || (one.slice(-2) === other.slice(-2) && isTypo(one, other)) || isSwapped(one, other),
    ),
  );
}

function isSwapped(a: string, b: string): boolean {
  return a.length === b.length && isTypo(a, b) && [...a].sort().join('') === [...b].sort().join('');
}

function haveOneBirthDate(a: Profile, b: Profile): boolean {
  return a.birth !== null && b.birth !== null && !birthDatesDiffer(a.birth, b.birth);
}

/** Whether only one of two namesakes is called a junior or senior, and no date of birth says that they are one. */
export function isSuffixOpen(a: Profile, b: Profile): boolean {
  const suffixesOf = ({ names }: Profile) => names.flatMap(({ suffix }) => suffix ?? []);
  const differ = suffixesOf(a).length > 0 !== suffixesOf(b).length > 0;
  return differ && (a.birth === null || a.birth !== b.birth) && !a.emails.some((email) => b.emails.includes(email));
}

/** How the best pair of the names of two people agrees. */
export function howNamesAgree(a: Profile, b: Profile): Names {
  if (a.names.length === 0 || b.names.length === 0) return 'agree';
  let best: Names = 'name';
  for (const one of a.names) {
    for (const other of b.names) {
      const found = comparePeople(one, other);
      if (rank(found) < rank(best)) best = found;
    }
  }
  return best;
}

function rank(names: Names): number {
  return names === 'agree' ? 0 : names === 'thin' ? 1 : names === 'otherFamily' ? 2 : names === 'name' ? 4 : 3;
}

function birthDatesDiffer(a: string | null, b: string | null): boolean {
  if (a === null || b === null || a === b) return false;
  return a.slice(0, 4) + a.slice(6, 8) + a.slice(4, 6) !== b && !isTypo(a, b);
}

function comparePeople(a: Name, b: Name): Names {
  if (a.suffix !== undefined && b.suffix !== undefined && a.suffix !== b.suffix) return 'suffix';
  if (a.sex !== undefined && b.sex !== undefined && a.sex !== b.sex) return 'sex';
  const names = compareWords(a, b);
  return names === 'agree' && a.suffix !== b.suffix ? 'thin' : names;
}

function compareWords(a: Name, b: Name): Names {
  if (a.words.some(isCjk) !== b.words.some(isCjk)) return meetsAcross(a, b) === false ? 'name' : 'agree';
  if (a.words.join('') === b.words.join('')) return 'agree';
  if (a.words.some(isCjk)) {
    const [one, other] = [a.words[0] ?? '', b.words[0] ?? ''];
    if (one.charAt(0) === other.charAt(0)) return 'givenName';
    return one.length > 2 && one.slice(1) === other.slice(1) ? 'otherFamily' : 'name';
  }
  const [left, right] = [a.words.map(String), b.words.map(String)];
  const equal: [number, number][] = [];
  const openLeft = new Set(left.keys());
  const openRight = new Set(right.keys());
  let isThin = false;
  const match = (fits: (x: string, y: string, i: number, j: number) => boolean, found: () => void) => {
    for (const i of [...openLeft]) {
      const j = [...openRight].find((at) => fits(left[i] ?? '', right[at] ?? '', i, at));
      if (j === undefined) continue;
      openLeft.delete(i);
      openRight.delete(j);
      equal.push([i, j]);
      found();
    }
  };
  const isFamily = (name: Name, at: number) =>
    name.familyFirst === undefined ? at === name.words.length - 1 : at < name.familyFirst;
  match(
    (x, y) => x === y,
    () => undefined,
  );
  match(
    (x, y) => areOneName(x, y),
    () => undefined,
  );
  match(
    (x, y, i, j) =>
      Math.min(x.length, y.length) > 3 && isAlike(x, y) && ((isFamily(a, i) && isFamily(b, j)) || !areTwoNames(x, y)),
    () => undefined,
  );
  for (const [i, j] of equal) {
    const [x, y] = [left[i] ?? '', right[j] ?? ''];
    if (x !== y && !areOneName(x, y) && Math.min(x.length, y.length) < 5 && !(isFamily(a, i) && isFamily(b, j)))
      isThin = true;
  }
  match(
    (x, y) => (x.length === 1 || y.length === 1) && x.charAt(0) === y.charAt(0),
    () => {
      isThin = true;
    },
  );
  if (openLeft.size === 0 || openRight.size === 0)
    return isThin || Math.min(left.length, right.length) < 2 ? 'thin' : 'agree';
  if (equal.length === 0) return 'name';
  const sameGiven = equal.some(([i, j]) => !isFamily(a, i) && !isFamily(b, j));
  const sameFamily = equal.some(([i, j]) => isFamily(a, i) && isFamily(b, j));
  return sameGiven && !sameFamily ? 'otherFamily' : sameFamily ? 'givenName' : 'name';
}

/** Whether each pair of names has words on both sides that the other lacks, so that neither is short for the other. */
function companiesDiffer(a: Profile, b: Profile): boolean {
  if (a.names.length === 0 || b.names.length === 0) return false;
  return a.names.every((one) => b.names.every((other) => compareCompanies(one, other) === 'other'));
}

/** Whether one name is the other's with words more, as those of a branch or a holding are. */
export function isPartOf(a: Profile, b: Profile): boolean {
  if (a.names.length === 0 || b.names.length === 0) return false;
  return a.names.every((one) => b.names.every((other) => compareCompanies(one, other) !== 'same'));
}

function compareCompanies(a: Name, b: Name): 'same' | 'part' | 'other' {
  const [one, other] = a.words.some(isCjk) === b.words.some(isCjk) ? [a.words, b.words] : [spoken(a), spoken(b)];
  const [text, otherText] = [one.join(''), other.join('')];
  if (text === otherText) return 'same';
  if (one.some(isCjk)) return isOtherText(text, otherText) ? 'other' : 'part';
  const open = [...other];
  const left = one.filter((word) => {
    const at = open.indexOf(word);
    if (at >= 0) open.splice(at, 1);
    return at < 0;
  });
  const rest = left.filter((word) => {
    const at = open.findIndex((each) => isMisread(word, each));
    if (at >= 0) open.splice(at, 1);
    return at < 0;
  });
  if (rest.length === 0 && open.length === 0) return 'same';
  // `De Priest` and `DePriest`: words that end elsewhere.
  const isMoved = rest.join('') === open.join('') || (rest.length !== open.length && isTypo(text, otherText));
  if (isMoved) return 'same';
  if (rest.length === 0 || open.length === 0) return 'part';
  return 'other';
}

/**
 * Whether two words of company names are one, misspelt: a letter's slip, or letters put in (`blondesddsl`, `blondel`).
 * Names made of like parts, such as `Birkenkante` and `Birkenpark`, are two.
 */
function isMisread(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (/\d/.test(a + b) || short.length < 4) return false;
  if (isTypo(a, b)) return true;
  if (short.length < 6 || short.slice(0, 5) !== long.slice(0, 5) || long.length - short.length > 4) return false;
  let at = 0;
  for (const letter of long) if (letter === short[at]) at++;
  return at === short.length;
}

/** Han and Hangul: whether both have letters in one place that the other lacks. */
function isOtherText(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return start + end < a.length && start + end < b.length;
}

function spoken({ words, latin }: Name): string[] {
  return [(latin ?? words.join('')).replace(/ /g, '')];
}
