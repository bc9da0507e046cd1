import type { ReadEvidence } from './connector.ts';

/** What a read has come to: what the source counted when it began, and the records that came, each once. */
export interface Tally {
  total: number | null;
  came: number;
}

/**
 * What is known at the end of a read. Where fewer came than were counted first, the source counts again: records may
 * be gone. Where the two counts differ and more than came are missing in both, records came and went meanwhile, and
 * nothing is proved either way.
 */
export async function settleTally(
  { total: first, came }: Tally,
  countAgain: () => Promise<number | null>,
): Promise<ReadEvidence> {
  if (first === null || came >= first) return { total: first, came, doubt: null };
  const last = await countAgain();
  if (last === null)
    return { total: null, came, doubt: `the source counted ${first} records first and none at the end` };
  // Records go while a list is read, but hardly half of them: then one of the two counts was wrong.
  if (last < first / 2)
    return { total: null, came, doubt: `the source counted ${first} records first and ${last} at the end` };
  if (came >= last || first === last) return { total: Math.min(first, last), came, doubt: null };
  const doubt = `${came} records came, the source counted ${first} first and ${last} at the end, and they changed meanwhile`;
  return { total: null, came, doubt };
}
