import type { InsightSettings } from '../../config/settings/insight-settings.ts';
import type { Units } from '../exact-decimal.ts';

/** What a customer bought within the window. */
export interface WindowBuying {
  /** Day of the last purchase. */
  last: number;
  /** Different days with a purchase. */
  purchases: number;
  sales: Units;
}

/** The four values between the fifths of all active customers: a value above k of them scores k + 1. */
type Edges<Value> = readonly Value[];

export interface RfmEdges {
  recency: Edges<number>;
  frequency: Edges<number>;
  monetary: Edges<Units>;
}

export interface RfmScores {
  recency: number;
  frequency: number;
  monetary: number;
}

/**
 * Recency, frequency, monetary value (Hughes 1994, Strategic Database Marketing): the customers with a purchase within
 * the window are cut into fifths by each of the three, 5 the best. Equal values score alike, so that fifths may differ
 * in size: a customer scores 1 + the number of fifths that lie wholly below it.
 */
export function rfmEdges(active: readonly WindowBuying[]): RfmEdges {
  return {
    recency: edgesOf(active.map(({ last }) => last)),
    frequency: edgesOf(active.map(({ purchases }) => purchases)),
    monetary: edgesOf(active.map(({ sales }) => sales)),
  };
}

function edgesOf<Value extends number | Units>(values: Value[]): Value[] {
  values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return [1, 2, 3, 4].flatMap((fifth) => values[Math.ceil((fifth * values.length) / 5) - 1] ?? []);
}

export function rfmScores({ last, purchases, sales }: WindowBuying, edges: RfmEdges): RfmScores {
  return {
    recency: scoreOf(last, edges.recency),
    frequency: scoreOf(purchases, edges.frequency),
    monetary: scoreOf(sales, edges.monetary),
  };
}

function scoreOf<Value extends number | Units>(value: Value, edges: Edges<Value>): number {
  return 1 + edges.filter((edge) => value > edge).length;
}

export type Segment = InsightSettings['segments'][number]['name'];

/** The first segment whose bounds hold all three scores; null where the settings have none for them. */
export function segmentOf(scores: RfmScores, segments: InsightSettings['segments']): Segment | null {
  const fits = (value: number, [from, to]: readonly [number, number]) => value >= from && value <= to;
  const found = segments.find(
    ({ recency, frequency, monetary }) =>
      fits(scores.recency, recency) && fits(scores.frequency, frequency) && fits(scores.monetary, monetary),
  );
  return found?.name ?? null;
}
