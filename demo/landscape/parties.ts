import { type Day, type Micros, momentOf } from './calendar.ts';
import { stampOn } from './change-stamp.ts';
import { type Address, type Customer, type PhoneNumber, phoneOf } from './customers.ts';
import { transliterate } from './names/names.ts';
import { createRandom, type Random } from './random.ts';

export const systemNames = ['erp', 'scm', 'crm', 'finance'] as const;
export type SystemName = (typeof systemNames)[number];

/** What one system knows of a customer: its own id, spelling and share of the facts. */
export interface Party {
  system: SystemName;
  id: string;
  customer: number;
  name: string;
  email: string | null;
  phone: string | null;
  taxId: string | null;
  /** The customer's number in the ERP, where this system was told it. */
  erpId: string | null;
  address: Address;
  changedAt: Micros;
  deleted: boolean;
}

/** What people type where an address is demanded: many records carry it, and it says nothing of who they are. */
const PLACEHOLDER_EMAIL = 'noreply@customer.example';

/** What the systems know of every customer. Not every system knows every customer; the CRM knows some twice. */
export function makeParties(seed: number, customers: readonly Customer[], today: Day): Party[] {
  const random = createRandom(seed, 'parties');
  return customers.flatMap((customer) => partiesOf(random, customer, today));
}

function partiesOf(random: Random, customer: Customer, today: Day): Party[] {
  const buys = customer.habit !== 'prospect';
  const parties: Party[] = [];
  const erp = buys || random.chance(0.15) ? makeParty(random, customer, 'erp', null, today) : null;
  if (erp) parties.push(erp);
  if (buys && random.chance(0.97)) parties.push(makeParty(random, customer, 'scm', erp, today));
  if (buys && random.chance(0.95)) parties.push(makeParty(random, customer, 'finance', erp, today));
  if (!buys || random.chance(0.86)) {
    const crm = makeParty(random, customer, 'crm', erp, today);
    parties.push(crm);
    if (random.chance(0.03)) parties.push(duplicateOf(random, crm, customer));
  }
  return parties;
}

function makeParty(random: Random, customer: Customer, system: SystemName, erp: Party | null, today: Day): Party {
  const { index, region } = customer;
  // A few records share nothing with the others: no key links them, only a person (or a later resolution) can.
  const isolated = system !== 'erp' && random.chance(0.03);
  const lastChange = Math.max(today - 720, customer.activeFrom) + random.int(0, 40);
  return {
    system,
    id: partyId(system, customer),
    customer: index,
    name: spell(random, customer, system),
    email: emailIn(random, customer, system, isolated),
    phone: random.chance(0.12)
      ? null
      : writePhone(random, isolated ? phoneOf(region, index + 700_001) : customer.phone),
    taxId:
      isolated || customer.taxId === null || random.chance(taxIdMissing[system])
        ? null
        : writeTaxId(random, customer.taxId),
    erpId: !isolated && erp !== null && random.chance(crossReferenced[system]) ? erp.id : null,
    address: addressIn(random, customer, system),
    changedAt: random.chance(0.3) ? momentOf(today - 700, 2 * 3600) : stampOn(random, Math.min(today - 1, lastChange)),
    deleted: system === 'finance' && customer.habit === 'lost' && random.chance(0.05),
  };
}

const taxIdMissing: Readonly<Record<SystemName, number>> = { erp: 0.12, scm: 0.9, crm: 0.55, finance: 0.25 };
const crossReferenced: Readonly<Record<SystemName, number>> = { erp: 0, scm: 0.6, crm: 0.5, finance: 0.45 };

/** The CRM's second record of a customer, made by a colleague who did not find the first. */
function duplicateOf(random: Random, crm: Party, customer: Customer): Party {
  const name = spell(random, customer, 'crm');
  return { ...crm, id: `${crm.id}-2`, name, erpId: null, taxId: null, email: crm.email ?? customer.email };
}

function partyId(system: SystemName, { index, kind }: Customer): string {
  if (system === 'erp') return String(1_000_100 + index * 7).padStart(10, '0');
  // Numbered by a snowflake generator: beyond what a JSON number read as a double can tell apart.
  if (system === 'scm') return `7300${String(index * 4_099 + 11).padStart(15, '0')}`;
  if (system === 'finance') return `D${String(20_000 + index).padStart(7, '0')}`;
  return `${kind === 'PERSON' ? 'P' : 'A'}-${100_000 + index}`;
}

function emailIn(random: Random, customer: Customer, system: SystemName, isolated: boolean): string | null {
  if (random.chance(0.015)) return PLACEHOLDER_EMAIL;
  if (random.chance(system === 'crm' ? 0.08 : 0.22)) return null;
  if (isolated) return `${system}.${customer.index}@post.example`;
  const department = departments[system];
  if (customer.domain !== null && department !== null && random.chance(0.4)) return `${department}@${customer.domain}`;
  return random.chance(0.1) ? customer.email.toUpperCase() : customer.email;
}

const departments: Readonly<Record<SystemName, string | null>> = {
  erp: null,
  scm: 'warehouse',
  crm: 'procurement',
  finance: 'accounts-payable',
};

function addressIn(random: Random, customer: Customer, system: SystemName): Address {
  const { address } = customer;
  if (system !== 'finance' || customer.region.language !== 'de') return address;
  return random.chance(0.6) ? { ...address, street: address.street.replace(/straße/i, 'str.') } : address;
}

/** The customer's name as people type it into each of the systems. */
function spell(random: Random, { name, regionCode }: Customer, system: SystemName): string {
  if (system === 'erp') return name.full;
  if (system === 'finance') {
    // A fixed-width field of an old system: capitals without umlauts for Latin names, forty characters at most.
    const typed = random.chance(0.6) ? transliterate(name.full).toUpperCase() : name.full;
    return typed.slice(0, 40).trim();
  }
  if (name.legalForm === null) return spellPerson(random, name.full, name.given, name.family, regionCode);
  if (regionCode === 'KR') {
    return random.pick([name.full, `(주)${name.core}`, `㈜${name.core}`, `${name.core}(주)`, name.core]);
  }
  if (regionCode === 'CN') return random.pick([name.full, name.core, `${name.core}（中国）${name.legalForm}`]);
  return random.pick([
    name.full,
    name.core,
    transliterate(name.full),
    name.full.replace(' & ', ' und '),
    `${name.core}, ${name.legalForm}`,
  ]);
}

function spellPerson(
  random: Random,
  full: string,
  given: string | null,
  family: string | null,
  region: string,
): string {
  if (region === 'KR' || region === 'CN') return random.chance(0.2) ? `${family} ${given}` : full;
  return random.pick([full, full, `${family}, ${given}`, transliterate(full), `${given?.slice(0, 1)}. ${family}`]);
}

function writePhone(random: Random, { dialling, area, number }: PhoneNumber): string {
  const trunk = dialling === '1' ? area : `0${area}`;
  return random.pick([
    `+${dialling}${area}${number}`,
    `+${dialling} ${area} ${number}`,
    `00${dialling}-${area}-${number}`,
    `+${dialling} (${area}) ${number.slice(0, -4)} ${number.slice(-4)}`.replace('  ', ' '),
    // As dialled at home: only somebody who knows the country can complete it.
    `${trunk}-${number}`,
  ]);
}

function writeTaxId(random: Random, taxId: string): string {
  if (random.chance(0.5)) return taxId;
  return random.chance(0.5) ? taxId.replace(/-/g, '') : taxId.replace(/^([A-Z]{2})(\d)/, '$1 $2');
}
