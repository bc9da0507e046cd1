import type { Party } from '../../customer-360/identity/party.ts';
import { recordId } from '../../schema/ids.ts';

/** The id of a party of a test: system and key. */
export const partyId = (system: string, key: string): string => recordId({ system, entity: 'party', key });

/** A party; what a test does not name is unknown. */
export const party = (system: string, key: string, some: Partial<Party> = {}): Party => ({
  id: partyId(system, key),
  system,
  changedAt: null,
  observedAt: '2026-06-15T12:00:00.000000Z',
  kind: 'ORGANIZATION',
  displayName: '',
  legalName: null,
  taxId: null,
  email: null,
  phone: null,
  website: null,
  language: null,
  country: null,
  birthDate: null,
  crossReferences: [],
  ...some,
});
