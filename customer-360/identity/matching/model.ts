import type { Profile } from '../profile.ts';
import { type Comparison, compare } from './compare.ts';
import { fieldNames, fields, MODEL_FORMAT } from './fields.ts';

/**
 * What agreement weighs for one kind of customer (Fellegi and Sunter 1969): for each field and level, `m` is how
 * often two records of the same customer come out so, `u` how often two of different customers do.
 */
export interface Model {
  format: number;
  /** log2 of the odds that two records taken at random are the same customer. */
  prior: number;
  m: readonly (readonly number[])[];
  u: readonly (readonly number[])[];
  /** How common a word of a name is where it is common; all others share `rareWord`. */
  words: Readonly<Record<string, number>>;
  rareWord: number;
  /** Chance that two words taken at random are the same: what `u` already counts for a shared word. */
  meanWord: number;
}

export interface Models {
  person: Model;
  organization: Model;
}

/** How likely two records are the same customer: in bits, the evidence of each field in the order of `fieldNames`. */
export interface Weighing extends Comparison {
  /** log2 of m/u, a field each. */
  bits: number[];
  /** What the rarity of the shared words adds. */
  rarity: number;
  /** Sum of all, with the prior: log2 of the odds. */
  weight: number;
}

/** A word shared by chance is worth this much more or less than the mean at most. */
const MOST_RARITY = 8;
/** No single field is believed more than this when it speaks against all others. */
const MOST_AGAINST = -10;

/** Weighs two profiles against each other by the model of their kind. */
export function weigh(a: Profile, b: Profile, models: Models): Weighing {
  const model = a.isPerson && b.isPerson ? models.person : models.organization;
  const { weightOf, bitsOf } = prepared(model);
  const comparison = compare(a, b, weightOf);
  const bits = comparison.levels.map((level, field) => bitsOf[field]?.[level] ?? 0);
  const rarity = rarityOf(model, comparison);
  return { ...comparison, bits, rarity, weight: model.prior + rarity + bits.reduce((sum, each) => sum + each, 0) };
}

/** What weighing takes of a model, worked out once and not for each pair. */
interface Prepared {
  weightOf: (word: string) => number;
  /** The weight of each level of each field, in bits; that of nothing known, which weighs nothing, first. */
  bitsOf: readonly (readonly number[])[];
}

const preparedModels = new WeakMap<Model, Prepared>();

function prepared(model: Model): Prepared {
  const known = preparedModels.get(model);
  if (known) return known;
  const bitsOf = model.m.map((levels, field) => [
    0,
    ...levels.map((m, level) => {
      const u = model.u[field]?.[level];
      return u === undefined ? 0 : Math.max(MOST_AGAINST, Math.log2(m / u));
    }),
  ]);
  const made = { weightOf: wordWeights(model), bitsOf };
  preparedModels.set(model, made);
  return made;
}

/** Odds in bits as a probability. */
export function probabilityOf(weight: number): number {
  return 1 / (1 + 2 ** -weight);
}

/** A probability as odds in bits. */
export function weightOf(probability: number): number {
  return Math.log2(probability / (1 - probability));
}

/** How much each word of an organisation's name tells, in bits. */
export function wordWeights(model: Model): (word: string) => number {
  return (word) => Math.max(0.5, -Math.log2(frequencyOf(model, word)));
}

function rarityOf(model: Model, { levels, sharedWords }: Comparison): number {
  const level = levels[0] ?? 0;
  if (level === 0 || level > LAST_AGREEING_NAME) return 0;
  const bits = sharedWords.map((word) => Math.log2(model.meanWord / frequencyOf(model, word)));
  const sum = bits.reduce((total, each) => total + each, 0);
  return Math.max(-MOST_RARITY, Math.min(MOST_RARITY, sum));
}

const LAST_AGREEING_NAME = fields.name.indexOf('partly') + 1;

function frequencyOf(model: Model, word: string): number {
  return (Object.hasOwn(model.words, word) ? model.words[word] : undefined) ?? model.rareWord;
}

/**
 * Where nothing has been learnt: what is true of most address books. Also what learning starts from, and falls back
 * on for levels that its data hardly shows.
 */
export const defaultModels: Models = {
  person: modelOf(-14, {
    name: [
      [0.7, 0.06, 0.12, 0.02, 0.03, 0.05, 0.01, 0.0001, 0.0099],
      [0.00003, 0.00001, 0.00008, 0.00006, 0.001, 0.02, 0.06, 0.0001, 0.92],
    ],
    birthDate: [
      [0.9, 0.06, 0.02, 0.02],
      [0.00005, 0.0006, 0.02, 0.98],
    ],
    taxId: [
      [0.93, 0.04, 0.03],
      [0.000001, 0.00001, 1],
    ],
    email: [
      [0.7, 0.05, 0.05, 0.2],
      [0.00001, 0.0005, 0.0002, 1],
    ],
    phone: [
      [0.7, 0.05, 0.25],
      [0.00002, 0.0001, 1],
    ],
    street: [
      [0.7, 0.07, 0.06, 0.05, 0.12],
      [0.00002, 0.0005, 0.0003, 0.02, 0.98],
    ],
    place: [
      [0.75, 0.06, 0.04, 0.04, 0.11],
      [0.001, 0.001, 0.0005, 0.003, 0.99],
    ],
  }),
  organization: modelOf(-13, {
    name: [
      [0.6, 0.1, 0.1, 0.05, 0.08, 0.04, 0.015, 0.005, 0.01],
      [0.00005, 0.00005, 0.0003, 0.001, 0.001, 0.01, 0.05, 0.002, 0.94],
    ],
    birthDate: [
      [0.9, 0.06, 0.02, 0.02],
      [0.00005, 0.0006, 0.02, 0.98],
    ],
    taxId: [
      [0.95, 0.03, 0.02],
      [0.000001, 0.00001, 1],
    ],
    email: [
      [0.5, 0.3, 0.02, 0.18],
      [0.00001, 0.00005, 0.0002, 1],
    ],
    phone: [
      [0.7, 0.05, 0.25],
      [0.00003, 0.0001, 1],
    ],
    street: [
      [0.65, 0.1, 0.07, 0.05, 0.13],
      [0.00005, 0.002, 0.0005, 0.02, 0.98],
    ],
    place: [
      [0.7, 0.08, 0.04, 0.08, 0.1],
      [0.002, 0.002, 0.001, 0.02, 0.97],
    ],
  }),
};

function modelOf(prior: number, levels: Record<keyof typeof fields, [m: number[], u: number[]]>): Model {
  return {
    format: MODEL_FORMAT,
    prior,
    m: fieldNames.map((field) => levels[field][0]),
    u: fieldNames.map((field) => levels[field][1]),
    words: {},
    rareWord: 0.001,
    meanWord: 0.001,
  };
}
