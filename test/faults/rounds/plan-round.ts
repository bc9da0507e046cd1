import { createDice, type Dice } from '../dice.ts';
import { type Protocol, protocols, type WireFault, type WireFaultKind } from '../landscape/landscape.ts';
import { flavours } from '../landscape/start-landscape.ts';
import { type Fate, fateKinds } from '../process-image.ts';

const jobs = ['sync', 'sync in full', 'reconcile'] as const;
export type Job = (typeof jobs)[number];

/** One process that lives for some jobs, and what happens to it and around it. */
export interface Step {
  /** Edits before it starts. */
  edits: number;
  jobs: Job[];
  fate: Fate | null;
  wire: WireFault[];
  /** Edits while it reads: before which call to the source. */
  meanwhile: { call: number; edits: number }[];
  /** From here on the second version of the mapping is in force. */
  isRemapped: boolean;
}

/** A history of one source, from its first pass on. */
export interface RoundPlan {
  seed: number;
  protocol: Protocol;
  flavour: string;
  rows: number;
  steps: Step[];
  /** For the edits, which depend on what is there. */
  dice: Dice;
}

/** All that a seed decides. The same seed is the same history, whatever ran before it. */
export function planRound(seed: number, only: Protocol | null = null): RoundPlan {
  const dice = createDice(seed);
  const protocol = only ?? protocols[seed % protocols.length] ?? 'rest';
  const remappedAt = dice.chance(0.3) ? dice.between(1, 8) : -1;
  return {
    seed,
    protocol,
    flavour: dice.pick(flavours[protocol]),
    rows: dice.between(0, 24),
    steps: Array.from({ length: dice.between(4, 9) }, (_, n) => planStep(dice, n === remappedAt)),
    dice: dice.fork(),
  };
}

function planStep(dice: Dice, isRemapped: boolean): Step {
  return {
    edits: dice.between(0, 8),
    jobs: Array.from({ length: dice.between(1, 2) }, () => pickJob(dice)),
    fate: dice.chance(0.6) ? planFate(dice) : null,
    wire: dice.chance(0.5) ? Array.from({ length: dice.between(1, 2) }, () => planWireFault(dice)) : [],
    meanwhile: dice.chance(0.7)
      ? Array.from({ length: dice.between(1, 4) }, () => ({ call: dice.between(0, 12), edits: dice.between(1, 4) }))
      : [],
    isRemapped,
  };
}

function pickJob(dice: Dice): Job {
  const throwOf = dice.next();
  return throwOf < 0.65 ? 'sync' : throwOf < 0.9 ? 'reconcile' : 'sync in full';
}

function planFate(dice: Dice): Fate {
  const is = dice.chance(0.45) ? 'death' : dice.pick(fateKinds);
  const on = is === 'sleep' || (is === 'death' && dice.chance(0.25)) ? 'call' : 'statement';
  return { is, on, at: dice.between(0, on === 'call' ? 12 : dice.pick([40, 140])) };
}

function planWireFault(dice: Dice): WireFault {
  return { at: dice.between(0, 14), times: dice.chance(0.8) ? 1 : dice.between(2, 6), is: pickWireFault(dice) };
}

const wireFaults: readonly WireFaultKind[] = [
  'reset',
  'reset in the answer',
  'cut off',
  'login page',
  'not gzip',
  'same page again',
  'nothing there',
  { status: 401 },
  { status: 403 },
  { status: 410 },
  { status: 429 },
  { status: 429, retryAfter: '0' },
  { status: 429, retryAfter: '86400' },
  { status: 429, retryAfter: 'Fri, 31 Dec 2038 23:59:59 GMT' },
  { status: 500 },
  { status: 502 },
  { status: 503, retryAfter: '0' },
];

function pickWireFault(dice: Dice): WireFaultKind {
  return dice.chance(0.03) ? 'hang' : dice.pick(wireFaults);
}
