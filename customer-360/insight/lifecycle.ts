import type { InsightSettings } from '../../config/settings/insight-settings.ts';

export type LifecycleStage = 'PROSPECT' | 'NEW' | 'ACTIVE' | 'DECLINING' | 'LOST';

export interface Rhythm {
  /** Days since the last purchase; null without any. */
  silentDays: number | null;
  /** Days that usually pass between two purchases of this customer. */
  intervalDays: number;
  /** Its own median from three purchases on; else what is usual in the portfolio. */
  own: boolean;
}

/** The days of purchases have to be ascending and different. `usual` is the median interval of the portfolio. */
export function rhythmOf(
  days: readonly number[],
  { asOf, usual, least }: { asOf: number; usual: number; least: number },
): Rhythm {
  const gaps = gapsOf(days);
  const last = days.at(-1);
  const own = gaps.length >= 2;
  return {
    silentDays: last === undefined ? null : Math.max(0, asOf - last),
    intervalDays: Math.max(least, own ? medianOf(gaps) : usual),
    own,
  };
}

export function gapsOf(days: readonly number[]): number[] {
  return days.slice(1).map((day, index) => day - (days[index] ?? day));
}

/** The middle of the values, between the two middle ones of an even number. NaN without values. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1 + (sorted.length % 2)], sorted[middle]];
  return (low + high) / 2;
}

/**
 * Where a customer stands, by its own rhythm: PROSPECT never bought · LOST silent for more than `lostAfter` intervals ·
 * DECLINING for more than `decliningAfter` · NEW first bought within `newDays` · ACTIVE all others.
 */
export function stageOf(
  rhythm: Rhythm,
  firstDay: number | undefined,
  asOf: number,
  { newDays, decliningAfter, lostAfter }: InsightSettings['lifecycle'],
): LifecycleStage {
  const { silentDays, intervalDays } = rhythm;
  if (silentDays === null || firstDay === undefined) return 'PROSPECT';
  if (silentDays > lostAfter * intervalDays) return 'LOST';
  if (silentDays > decliningAfter * intervalDays) return 'DECLINING';
  return asOf - firstDay <= newDays ? 'NEW' : 'ACTIVE';
}
