import type { Micros } from './calendar.ts';

/** What the CRM holds about a customer beside who it is. */
export interface OfParty {
  id: string;
  /** The CRM's own id of the customer. */
  party: string;
  changedAt: Micros;
}
