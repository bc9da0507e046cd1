import type { Profile } from '../profile.ts';
import { contradictionsOf, isSuffixOpen } from './contradictions.ts';
import { type Models, weigh } from './model.ts';

/** What the fields of two profiles say, in bits, without the prior: negative where they contradict each other. */
export function evidenceBetween(
  a: Profile | undefined,
  b: Profile | undefined,
  { models }: { models: Models },
): number {
  if (!a || !b) return 0;
  const [one, other] = a.id < b.id ? [a, b] : [b, a];
  const { prior } = one.isPerson && other.isPerson ? models.person : models.organization;
  return weigh(one, other, models).weight - prior;
}

/** Whether two profiles contradict each other; not where one is not known. */
export function areContradicted(a: Profile | undefined, b: Profile | undefined): boolean {
  return a !== undefined && b !== undefined && (contradictionsOf(a, b).length > 0 || isSuffixOpen(a, b));
}
