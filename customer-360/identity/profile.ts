import { ERASED } from '../../schema/personal-fields.ts';
import { type Address, addressOf } from './normalise/addresses.ts';
import { normaliseEmail, normalisePhone, normaliseTaxId } from './normalise/contact-values.ts';
import { type Name, organisationName, personName } from './normalise/names.ts';
import { comparableTaxId, isNobodysTaxId, isValidTaxId } from './normalise/tax-ids.ts';

/** What identity resolution reads of a party: its own fields, its contact points and identifications. */
export interface PartyFacts {
  id: string;
  system: string;
  kind: string;
  displayName: string;
  legalName: string | null;
  taxId: string | null;
  email: string | null;
  phone: string | null;
  country: string | null;
  birthDate: string | null;
  crossReferences: readonly string[];
  contactPoints: readonly ContactPoint[];
  /** Tax ids besides `taxId`. */
  otherTaxIds?: readonly string[];
}

export interface ContactPoint {
  kind: string;
  raw: string | null;
  street: string | null;
  postalCode: string | null;
  city: string | null;
  country: string | null;
}

/** A party as it is compared: everything normalised once, lists sorted, blanks left out. */
export interface Profile {
  id: string;
  system: string;
  /** A group is compared as an organisation is. */
  isPerson: boolean;
  names: Name[];
  /** `YYYYMMDD`. */
  birth: string | null;
  taxIds: string[];
  /** Those of them whose check digits are right. */
  validTaxIds: string[];
  emails: string[];
  phones: string[];
  addresses: Address[];
  /** Parties it refers to. */
  references: string[];
}

/** Enough to tell a customer by, few enough that a crowded record costs no more than others. */
const MOST_VALUES = 5;

/**
 * The profile of a party. `defaultCountry` is where phone numbers without a prefix are from. What stands for a value
 * that was erased is no value: all erased persons would be one.
 */
export function profileOf(party: PartyFacts, defaultCountry?: string): Profile {
  const isPerson = party.kind === 'PERSON';
  const country = party.country ?? defaultCountry;
  const points = (kind: string) => party.contactPoints.filter((point) => point.kind === kind && point.raw !== ERASED);
  const otherTaxIds = (party.otherTaxIds ?? []).filter((value) => value !== ERASED);
  const taxIds = few(
    [party.taxId, ...otherTaxIds].map((raw) => {
      const taxId = normaliseTaxId(raw);
      return taxId === null || isNobodysTaxId(taxId) ? null : comparableTaxId(taxId, party.country);
    }),
  );
  return {
    id: party.id,
    system: party.system,
    isPerson,
    names: distinct(
      present([party.displayName, party.legalName]).map((name) =>
        isPerson ? personName(name, party.country) : organisationName(name),
      ),
    ),
    birth: birthOf(party.birthDate),
    taxIds,
    validTaxIds: taxIds.filter((taxId) => isValidTaxId(taxId, party.country) === true),
    emails: few([party.email, ...points('EMAIL').map(({ raw }) => raw)].map(normaliseEmail)),
    phones: few([
      comparablePhone(party.phone, country),
      ...points('PHONE').map(({ raw, country: own }) => comparablePhone(raw, own ?? country)),
    ]),
    addresses: distinct(points('ADDRESS').flatMap((point) => addressOf(point) ?? [])).slice(0, MOST_VALUES),
    references: [...new Set(party.crossReferences)].sort(),
  };
}

/** Dates that systems write where none was entered: the beginnings and ends of their calendars. */
const fillers = new Set([
  '00010101',
  '17530101',
  '18991230',
  '18991231',
  '19000101',
  '19700101',
  '29991231',
  '99991231',
]);

function birthOf(date: string | null): string | null {
  const digits = date?.replace(/\D/g, '') ?? '';
  return digits === '' || fillers.has(digits) ? null : digits;
}

/** E.164 where the number can be completed, else its digits: `555-0142` still says something. */
function comparablePhone(raw: string | null, country: string | undefined): string | null {
  const number = normalisePhone(raw, country);
  if (number !== null) return number;
  const digits = (raw ?? '').normalize('NFKC').replace(/\D/g, '');
  return digits.length >= 6 && !/^(\d)\1*$/.test(digits) ? digits : null;
}

function few(values: readonly (string | null)[]): string[] {
  return [...new Set(present(values))].sort().slice(0, MOST_VALUES);
}

function present(values: readonly (string | null)[]): string[] {
  return values.filter((value) => value !== null && value !== ERASED && value.trim() !== '') as string[];
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
