import type { CanonicalFields } from '../../schema/records.ts';
import { type Units, unitsOf } from '../exact-decimal.ts';

export type Answer = Pick<
  CanonicalFields<'surveyResponse'>,
  'kind' | 'score' | 'scaleMin' | 'scaleMax' | 'respondedAt'
>;

export interface Satisfaction {
  /** Net promoter score, −100 to 100 (Reichheld 2003): percent of 9 and 10 less percent of 0 to 6. */
  nps: number | null;
  /** Percent of answers that are 4 or 5 of 5. */
  csat: number | null;
  /** Customer effort score: the mean of 1 to 7, as 7 is easiest (CES 2.0). */
  ces: number | null;
  /** Answers counted, by what was asked. */
  answers: { nps: number; csat: number; ces: number };
  /** Answers without a score or on another scale: they are not made to fit. */
  leftOut: number;
}

const scales = { NPS: [0, 10], CSAT: [1, 5], CES: [1, 7] } as const;

/** Answers counted: what the scores are made of, and what can be added up over customers. */
export interface AnswerCounts {
  promoters: number;
  detractors: number;
  satisfied: number;
  /** The sum of all marks of effort. */
  effort: Units;
  answers: { nps: number; csat: number; ces: number };
  leftOut: number;
}

export function noAnswers(): AnswerCounts {
  return { promoters: 0, detractors: 0, satisfied: 0, effort: 0n, answers: { nps: 0, csat: 0, ces: 0 }, leftOut: 0 };
}

/** Adds answers to the counts. Only answers on the scale of the definition count. */
export function countAnswers(counts: AnswerCounts, answers: readonly Answer[]): void {
  for (const answer of answers) {
    const score = fits(answer) ? unitsOf(answer.score) : null;
    if (score === null) counts.leftOut += 1;
    else if (answer.kind === 'NPS') {
      counts.answers.nps += 1;
      if (score >= ONE * 9n) counts.promoters += 1;
      else if (score <= ONE * 6n) counts.detractors += 1;
    } else if (answer.kind === 'CSAT') {
      counts.answers.csat += 1;
      if (score >= ONE * 4n) counts.satisfied += 1;
    } else {
      counts.answers.ces += 1;
      counts.effort += score;
    }
  }
}

/** The three satisfaction scores of what was counted. */
export function scoresOf({ promoters, detractors, satisfied, effort, answers, leftOut }: AnswerCounts): Satisfaction {
  const percent = (part: number, whole: number) => (whole === 0 ? null : round((100 * part) / whole));
  return {
    nps: percent(promoters - detractors, answers.nps),
    csat: percent(satisfied, answers.csat),
    ces: answers.ces === 0 ? null : round(Number(effort) / Number(ONE) / answers.ces),
    answers: { ...answers },
    leftOut,
  };
}

/** The three satisfaction scores of answers. */
export function satisfactionOf(answers: readonly Answer[]): Satisfaction {
  const counts = noAnswers();
  countAnswers(counts, answers);
  return scoresOf(counts);
}

const ONE = unitsOf('1');

/** A scale that is not named is the one of the definition; a score outside of it is none. */
function fits({ kind, score, scaleMin, scaleMax }: Answer): boolean {
  const [least, most] = scales[kind];
  if (score === null || (scaleMin ?? least) !== least || (scaleMax ?? most) !== most) return false;
  const units = unitsOf(score);
  return units >= unitsOf(String(least)) && units <= unitsOf(String(most));
}

/** The latest answer to the NPS question is 0 to 6. */
export function isDetractor(answers: readonly Answer[]): boolean {
  const latest = answers
    .filter((answer) => answer.kind === 'NPS' && fits(answer))
    .sort((a, b) => ((a.respondedAt ?? '') < (b.respondedAt ?? '') ? -1 : 1))
    .at(-1);
  return latest !== undefined && unitsOf(latest.score) <= ONE * 6n;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
