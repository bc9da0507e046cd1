import type { PartyFacts } from '../../customer-360/identity/profile.ts';
import { dayOf } from '../../demo/landscape/calendar.ts';
import { makeCustomers } from '../../demo/landscape/customers.ts';
import { makeParties, type Party } from '../../demo/landscape/parties.ts';
import { recordId } from '../../schema/ids.ts';

/** What the four systems of the demo know of their customers, Latin, Korean and Chinese, and who each really is. */
export function demoParties(seed: number, customers: number): { parties: PartyFacts[]; truth: Map<string, string> } {
  const today = dayOf('2026-06-15');
  const made = makeCustomers(seed, customers, today);
  const parties = makeParties(seed, made, today);
  const kindOf = (party: Party) => made[party.customer]?.kind ?? 'ORGANIZATION';
  return {
    parties: parties.map(
      (party): PartyFacts => ({
        id: idOf(party.system, party.id),
        system: party.system,
        kind: kindOf(party),
        displayName: party.name,
        legalName: null,
        taxId: party.taxId,
        email: party.email,
        phone: party.phone,
        country: party.address.country,
        birthDate: null,
        crossReferences: party.erpId === null ? [] : [idOf('erp', party.erpId)],
        contactPoints: [
          {
            kind: 'ADDRESS',
            raw: null,
            street: party.address.street,
            postalCode: party.address.postalCode,
            city: party.address.city,
            country: party.address.country,
          },
        ],
      }),
    ),
    truth: new Map(parties.map((party) => [idOf(party.system, party.id), String(party.customer)])),
  };
}

function idOf(system: string, key: string): string {
  return recordId({ system, entity: 'party', key });
}
