import { seeded } from '../../customer-360/identity/matching/seeded.ts';
import type { FebrlRow } from './febrl.ts';

export interface Duplicates {
  seed: number;
  originals: number;
  duplicates: number;
  /** Most duplicates of one original. */
  most: number;
  /** How many duplicates an original has: `zipf` as in febrl's third data set, `one` each as in its fourth. */
  distribution: 'zipf' | 'one';
}

/** In how many of a hundred copies a field is damaged, as counted in febrl's published data sets 3 and 4. */
const damaged: [keyof FebrlRow, number][] = [
  ['given_name', 32],
  ['surname', 33],
  ['street_number', 16],
  ['address_1', 38],
  ['suburb', 26],
  ['postcode', 17],
  ['date_of_birth', 9],
  ['soc_sec_id', 10],
];

/**
 * Persons and damaged copies of them after the recipe of the febrl generator (Christen 2005): every copy has one
 * modification or some, about as many as in the published data sets: a letter inserted, left out, changed or changed over, a value missing, given name
 * and surname swapped. Values come from `pool`, records of a real febrl data set, recombined.
 */
export function generatePersons(pool: readonly FebrlRow[], wanted: Duplicates): FebrlRow[] {
  const next = seeded(wanted.seed);
  const originals = Array.from({ length: wanted.originals }, (_, i) => original(pool, i, next));
  const counts = duplicateCounts(wanted, next);
  const copies = originals.flatMap((row, i) => {
    const made = Array.from({ length: counts[i] ?? 0 }, (_, copy) => damage(row, next, `rec-${i}-dup-${copy}`));
    return made;
  });
  return [...originals, ...copies];
}

function original(pool: readonly FebrlRow[], i: number, next: (bound: number) => number): FebrlRow {
  const from = (field: keyof FebrlRow) => pool[next(pool.length)]?.[field] ?? '';
  const place = pool[next(pool.length)];
  const [year, month, day] = [1900 + next(100), 1 + next(12), 1 + next(28)];
  return {
    rec_id: `rec-${i}-org`,
    given_name: from('given_name'),
    surname: from('surname'),
    street_number: String(1 + next(300)),
    address_1: from('address_1'),
    address_2: from('address_2'),
    suburb: place?.suburb ?? '',
    postcode: place?.postcode ?? '',
    state: place?.state ?? '',
    date_of_birth: `${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`,
    soc_sec_id: String(1_000_000 + next(9_000_000)),
  };
}

/** How many copies each original gets; all of them together are `duplicates`. */
function duplicateCounts({ originals, duplicates, most, distribution }: Duplicates, next: (bound: number) => number) {
  const counts = new Array<number>(originals).fill(distribution === 'one' ? 1 : 0);
  for (let left = distribution === 'one' ? 0 : duplicates; left > 0; ) {
    const at = next(originals);
    if (counts[at] !== 0) continue;
    // Zipf: one copy is twice as likely as two, three times as likely as three.
    const weights = Array.from({ length: most }, (_, i) => Math.round(60 / (i + 1)));
    const copies = 1 + chosen(weights, next);
    counts[at] = Math.min(copies, left);
    left -= counts[at] ?? 0;
  }
  return counts;
}

function damage(row: FebrlRow, next: (bound: number) => number, id: string): FebrlRow {
  const copy = { ...row, rec_id: id };
  const more = [60, 30, 10, 3].filter((percent) => next(100) < percent).length;
  for (let modifications = 1 + more; modifications > 0; modifications--) {
    const field = pickField(next);
    const kind = next(30);
    if (kind < 2) copy[field] = '';
    else if (kind === 2 && (field === 'given_name' || field === 'surname')) {
      [copy.given_name, copy.surname] = [copy.surname, copy.given_name];
    } else copy[field] = misspell(copy[field], next);
  }
  return copy;
}

function pickField(next: (bound: number) => number): keyof FebrlRow {
  const at = chosen(
    damaged.map(([, weight]) => weight),
    next,
  );
  return damaged[at]?.[0] ?? 'surname';
}

/** A place in the list, each as likely as its weight. */
function chosen(weights: readonly number[], next: (bound: number) => number): number {
  let draw = next(weights.reduce((sum, weight) => sum + weight, 0));
  return weights.findIndex((weight) => {
    draw -= weight;
    return draw < 0;
  });
}

function misspell(value: string, next: (bound: number) => number): string {
  if (value.length === 0) return value;
  const at = next(value.length);
  const letters = /\d/.test(value[at] ?? '') ? '0123456789' : 'abcdefghijklmnopqrstuvwxyz';
  const letter = letters[next(letters.length)] ?? '';
  switch (next(4)) {
    case 0:
      return value.slice(0, at) + letter + value.slice(at);
    case 1:
      return value.slice(0, at) + value.slice(at + 1);
    case 2:
      return value.slice(0, at) + letter + value.slice(at + 1);
    default:
      return value.slice(0, at) + (value[at + 1] ?? '') + (value[at] ?? '') + value.slice(at + 2);
  }
}
