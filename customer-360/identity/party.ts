import type { IdentityStore } from '../../cache/identity/identity-store.ts';
import type { CanonicalFields } from '../../schema/records.ts';
import type { ContactPoint, PartyFacts } from './profile.ts';

/** A live party as identity resolution sees it. */
export interface Party extends CanonicalFields<'party'> {
  id: string;
  system: string;
  /** The change stamp of its source record where that is an instant, else null. */
  changedAt: string | null;
  /** When its source record was last read differently than before. */
  observedAt: string;
}

/** Schemes of identifications that say which taxpayer somebody is. */
const taxSchemes = /tax|vat|ust|siren|siret|brn|uscc|ein|nif/i;

/** What these parties are compared by: their own fields, contact points and tax identifications. */
export async function partyFacts(store: IdentityStore, parties: readonly Party[]): Promise<PartyFacts[]> {
  const ids = parties.map(({ id }) => id);
  const points = new Map<string, ContactPoint[]>();
  for (const { partyId, ...point } of await store.contactPoints(ids)) {
    points.set(partyId, [...(points.get(partyId) ?? []), point]);
  }
  const taxIds = new Map<string, string[]>();
  for (const { partyId, scheme, value } of await store.identifications(ids)) {
    if (taxSchemes.test(scheme)) taxIds.set(partyId, [...(taxIds.get(partyId) ?? []), value]);
  }
  return parties.map((party) => ({
    ...party,
    contactPoints: points.get(party.id) ?? [],
    otherTaxIds: taxIds.get(party.id) ?? [],
  }));
}
