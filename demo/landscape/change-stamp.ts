import { type Day, type Micros, momentOf } from './calendar.ts';
import type { Random } from './random.ts';

/**
 * When a record was written that day: mostly by people in working hours to the microsecond, a fifth of them by the
 * night's batch, whose rows all carry one and the same stamp.
 */
export function stampOn(random: Random, day: Day): Micros {
  if (random.chance(0.2)) return momentOf(day, 2 * 3600);
  return momentOf(day, random.int(6 * 3600, 18 * 3600), random.int(0, 999_999));
}
