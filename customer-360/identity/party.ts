import type { CanonicalFields } from '../../schema/records.ts';

/** A live party as identity resolution sees it. */
export interface Party extends CanonicalFields<'party'> {
  id: string;
  system: string;
  /** The change stamp of its source record where that is an instant, else null. */
  changedAt: string | null;
}
