import type { Profile } from '../profile.ts';
import { type BlockKind, blockKinds, fieldsBehind, keysOf, kindOfKey } from './block-keys.ts';
import { eachCandidatePair } from './candidate-pairs.ts';
import { compare } from './compare.ts';
import { contradictionsOf } from './contradictions.ts';
import { fieldNames, fields, MODEL_FORMAT } from './fields.ts';
import { type Model, weightOf, wordWeights } from './model.ts';
import { seeded } from './seeded.ts';

export interface LearnModel {
  profiles: readonly Profile[];
  /** Chooses the pairs that are looked at: the same seed and records learn the same model. */
  seed: number;
  /** Most records that may share a key for it to pair them. */
  maxBlock: number;
  /** What is believed before; it counts as much as `PRIOR_PAIRS` pairs. */
  start: Model;
}

/** How many pairs came out at which levels. */
type Patterns = Map<string, { levels: number[]; count: number }>;

const RANDOM_PAIRS = 400_000;
const MOST_PAIRS_A_KIND = 200_000;
const PRIOR_PAIRS = 30;
const ROUNDS = 40;
/** Nothing is quite impossible. */
const LEAST = 1e-7;
const MOST_WORDS = 5_000;

/**
 * Learns what agreement weighs without being told who is who. `u` is counted on pairs taken at random, nearly all of
 * which are different customers. `m` comes by expectation-maximisation from the pairs of each kind of blocking key,
 * for the fields that the key says nothing about; kinds count as much as they hold matches. The prior is the share
 * of all pairs that the model then takes for matches.
 */
export function learnModel({ profiles, seed, maxBlock, start }: LearnModel): Model {
  const sorted = [...profiles].sort((a, b) => (a.id < b.id ? -1 : 1));
  const withWords = { ...start, ...wordFrequencies(sorted) };
  const u = learnU(sorted, withWords, seed);
  const keyed = sorted.map((profile) => ({ id: profile.id, keys: keysOf(profile) }));
  const patternsOf = countPatterns(sorted, keyed, withWords, maxBlock);
  const m = learnM(patternsOf.byKind, { ...withWords, u });
  const learnt = { ...withWords, format: MODEL_FORMAT, m, u };
  return { ...learnt, prior: learnPrior(patternsOf.all, learnt, sorted.length) };
}

function wordFrequencies(profiles: readonly Profile[]): Pick<Model, 'words' | 'rareWord' | 'meanWord'> {
  const counts = new Map<string, number>();
  let total = 0;
  for (const { names } of profiles) {
    for (const word of new Set(names.flatMap((name) => name.words))) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
      total += 1;
    }
  }
  if (total === 0) return { words: {}, rareWord: 0.001, meanWord: 0.001 };
  const common = [...counts]
    .filter(([, count]) => count > 2)
    .sort(([wordA, a], [wordB, b]) => b - a || (wordA < wordB ? -1 : 1))
    .slice(0, MOST_WORDS);
  // Two records of one customer make a word look twice as common as it is; a word seen twice is as rare as one can be.
  const rareWord = 2 / total;
  const words = Object.fromEntries(common.map(([word, count]) => [word, round(count / total)]));
  const meanWord = [...counts.values()].reduce((sum, count) => sum + (count / total) ** 2, 0);
  return { words, rareWord: round(rareWord), meanWord: round(Math.max(meanWord, rareWord)) };
}

function learnU(profiles: readonly Profile[], model: Model, seed: number): number[][] {
  const next = seeded(seed);
  const counts = emptyCounts();
  const weightOfWord = wordWeights(model);
  const n = profiles.length;
  const pairs = n < 2 ? 0 : Math.min(RANDOM_PAIRS, (n * (n - 1)) / 2);
  for (let i = 0; i < pairs; i++) {
    const first = next(n);
    const second = (first + 1 + next(n - 1)) % n;
    const [a, b] = [profiles[Math.min(first, second)], profiles[Math.max(first, second)]];
    if (a && b) addLevels(counts, compare(a, b, weightOfWord).levels, 1);
  }
  // Believed before in the same proportion as for `m`: what neither has seen keeps the ratio it had.
  return counts.map((levels, field) => shares(levels, model.u[field] ?? [], (pairs * PRIOR_PAIRS) / (n + PRIOR_PAIRS)));
}

function countPatterns(
  profiles: readonly Profile[],
  keyed: readonly { id: string; keys: readonly string[] }[],
  model: Model,
  maxBlock: number,
): { byKind: Map<BlockKind, Patterns>; all: Patterns } {
  const byKind = new Map<BlockKind, Patterns>();
  const pairsOf = new Map<BlockKind, number>();
  const all: Patterns = new Map();
  const weightOfWord = wordWeights(model);
  const seen = new Map<number, string>();
  const n = profiles.length;
  eachCandidatePair(
    keyed,
    () => maxBlock,
    (key, first, second) => {
      const kind = kindOfKey(key);
      const pairs = pairsOf.get(kind) ?? 0;
      const [a, b] = [profiles[first], profiles[second]];
      if (pairs >= MOST_PAIRS_A_KIND || !a || !b) return;
      pairsOf.set(kind, pairs + 1);
      const known = seen.get(first * n + second);
      const levels = known === undefined ? compare(a, b, weightOfWord).levels : known.split(',').map(Number);
      const pattern = levels.join(',');
      const own = byKind.get(kind) ?? new Map();
      byKind.set(kind, own);
      // Couples and neighbours share a line and a street: who contradicts each other is no match to learn from.
      if (!mayContradict(levels) || contradictionsOf(a, b).length === 0) addPattern(own, pattern, levels);
      if (known !== undefined) return;
      seen.set(first * n + second, pattern);
      addPattern(all, pattern, levels);
    },
  );
  return { byKind, all };
}

const [NAME, BIRTH] = [fieldNames.indexOf('name'), fieldNames.indexOf('birthDate')];
const ALIKE = fields.name.indexOf('nearlySame') + 1;
const OTHER_DAY = fields.birthDate.indexOf('sameYearOrDay') + 1;

/** Names and dates that agree are not looked at again. */
function mayContradict(levels: readonly number[]): boolean {
  return (levels[NAME] ?? 0) >= ALIKE || (levels[BIRTH] ?? 0) >= OTHER_DAY;
}

function learnM(byKind: ReadonlyMap<BlockKind, Patterns>, model: Model): number[][] {
  const counts = emptyCounts();
  for (const kind of Object.keys(blockKinds) as BlockKind[]) {
    const patterns = byKind.get(kind);
    if (!patterns) continue;
    const behind = fieldsBehind(kind);
    for (const [{ levels, count }, match] of expectation(patterns, behind, model)) {
      addLevels(
        counts,
        levels.map((level, field) => (behind.has(field) ? 0 : level)),
        count * match,
      );
    }
  }
  return counts.map((levels, field) => shares(levels, model.m[field] ?? [], PRIOR_PAIRS));
}

/** Each pattern of a block with the probability that it is a match, by EM over m and the share of matches; u stays. */
function expectation(
  patterns: Patterns,
  behind: ReadonlySet<number>,
  { m: startM, u }: Model,
): [{ levels: number[]; count: number }, number][] {
  const list = [...patterns.values()];
  const total = list.reduce((sum, { count }) => sum + count, 0);
  let m: readonly (readonly number[])[] = startM;
  let share = 0.2;
  let matches: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    matches = list.map(({ levels }) => {
      let odds = share / (1 - share);
      levels.forEach((level, field) => {
        if (level > 0 && !behind.has(field)) odds *= (m[field]?.[level - 1] ?? 1) / (u[field]?.[level - 1] ?? 1);
      });
      return odds / (1 + odds);
    });
    const counts = emptyCounts();
    let expected = 0;
    list.forEach(({ levels, count }, i) => {
      const weight = count * (matches[i] ?? 0);
      expected += weight;
      addLevels(counts, levels, weight);
    });
    m = counts.map((levels, field) => shares(levels, startM[field] ?? [], PRIOR_PAIRS));
    share = Math.min(0.999, Math.max(1e-6, expected / total));
  }
  return list.map((pattern, i) => [pattern, matches[i] ?? 0]);
}

/** The share of all pairs that are matches, by what the compared ones look like. */
function learnPrior(all: Patterns, model: Model, records: number): number {
  const pairs = (records * (records - 1)) / 2;
  if (pairs === 0) return model.prior;
  const odds = [...all.values()].map(({ levels, count }) => ({
    count,
    ratio: levels.reduce(
      (product, level, field) =>
        level === 0 ? product : (product * (model.m[field]?.[level - 1] ?? 1)) / (model.u[field]?.[level - 1] ?? 1),
      1,
    ),
  }));
  let share = 1 / records;
  for (let i = 0; i < 20; i++) {
    const before = share / (1 - share);
    const matches = odds.reduce((sum, { count, ratio }) => sum + (count * before * ratio) / (1 + before * ratio), 0);
    share = Math.min(0.1, Math.max(0.1 / records, matches) / pairs);
  }
  return weightOf(share);
}

function emptyCounts(): number[][] {
  return fieldNames.map((field) => fields[field].map(() => 0));
}

function addLevels(counts: number[][], levels: readonly number[], weight: number): void {
  levels.forEach((level, field) => {
    const own = counts[field];
    if (own && level > 0) own[level - 1] = (own[level - 1] ?? 0) + weight;
  });
}

function addPattern(patterns: Patterns, pattern: string, levels: number[]): void {
  const known = patterns.get(pattern);
  if (known) known.count += 1;
  else patterns.set(pattern, { levels, count: 1 });
}

/** Counts as shares, with what was believed before counting as `weight` observations; none is quite impossible. */
function shares(counts: readonly number[], before: readonly number[], weight: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count, i) => round(Math.max(LEAST, (count + weight * (before[i] ?? 0)) / (total + weight || 1))));
}

/** Ten digits are more than the data tells, and are written the same everywhere. */
function round(value: number): number {
  return Number(value.toPrecision(10));
}
