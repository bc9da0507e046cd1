import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { PartyFacts } from '../../customer-360/identity/profile.ts';

/** Persons of a febrl data set, and who each really is: `rec-17-org` and `rec-17-dup-0` are person 17. */
export interface Persons {
  parties: PartyFacts[];
  truth: Map<string, string>;
}

export type FebrlRow = Record<(typeof columns)[number], string>;

const columns = [
  'rec_id',
  'given_name',
  'surname',
  'street_number',
  'address_1',
  'address_2',
  'suburb',
  'postcode',
  'state',
  'date_of_birth',
  'soc_sec_id',
] as const;

/** The records of `febrl/<name>.csv` as parties of one system. */
export function readFebrl(folder: string, name: string, system = 'febrl'): Persons {
  return personsOf(readFebrlRows(folder, name), system);
}

export function readFebrlRows(folder: string, name: string): FebrlRow[] {
  const text = readFileSync(path.join(folder, 'febrl', `${name}.csv`), 'utf8');
  return parse(text, { columns: [...columns], from_line: 2, trim: true, skip_empty_lines: true });
}

/** febrl rows as parties: what a CRM with a name, an address, a date of birth and one identity number would give. */
export function personsOf(rows: readonly FebrlRow[], system: string): Persons {
  const parties = rows.map(
    (row): PartyFacts => ({
      id: `${system}:${row.rec_id}`,
      system,
      kind: 'PERSON',
      displayName: `${row.given_name} ${row.surname}`.trim(),
      legalName: null,
      taxId: row.soc_sec_id,
      email: null,
      phone: null,
      country: 'AU',
      birthDate: row.date_of_birth,
      crossReferences: [],
      contactPoints: [
        {
          kind: 'ADDRESS',
          raw: null,
          street: `${row.street_number} ${row.address_1}`.trim(),
          postalCode: row.postcode,
          city: row.suburb,
          country: 'AU',
        },
      ],
    }),
  );
  const truth = new Map(rows.map((row) => [`${system}:${row.rec_id}`, /^rec-(\d+)-/.exec(row.rec_id)?.[1] ?? '']));
  return { parties, truth };
}
