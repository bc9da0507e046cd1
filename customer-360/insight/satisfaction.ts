import type { CanonicalFields } from '../../schema/records.ts';
import { sumUnits, type Units, unitsOf } from '../exact-decimal.ts';

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

/** The three satisfaction scores of answers. Only answers on the scale of the definition count. */
export function satisfactionOf(answers: readonly Answer[]): Satisfaction {
  const scores = { NPS: [] as Units[], CSAT: [] as Units[], CES: [] as Units[] };
  for (const answer of answers) if (fits(answer)) scores[answer.kind].push(unitsOf(answer.score));
  const counted = scores.NPS.length + scores.CSAT.length + scores.CES.length;
  const share = (list: Units[], from: Units, to: Units) =>
    (100 * list.filter((score) => score >= from && score <= to).length) / list.length;
  return {
    nps:
      scores.NPS.length === 0 ? null : round(share(scores.NPS, ONE * 9n, ONE * 10n) - share(scores.NPS, 0n, ONE * 6n)),
    csat: scores.CSAT.length === 0 ? null : round(share(scores.CSAT, ONE * 4n, ONE * 5n)),
    ces: scores.CES.length === 0 ? null : round(Number(sumUnits(scores.CES)) / Number(ONE) / scores.CES.length),
    answers: { nps: scores.NPS.length, csat: scores.CSAT.length, ces: scores.CES.length },
    leftOut: answers.length - counted,
  };
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
