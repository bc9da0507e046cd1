import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { PartyFacts } from '../../customer-360/identity/profile.ts';

interface SiteRow {
  'True Id': string;
  Id: string;
  Source: string;
  'Site name': string;
  Address: string;
  Zip: string;
  Phone: string;
}

/** The childcare sites of Chicago as parties, each list a system, and the site each was labelled as. */
export function readSites(folder: string): { parties: PartyFacts[]; truth: Map<string, string> } {
  const file = path.join(folder, 'organisations', 'chicago_childcare_sites_true_ids.csv');
  const rows: SiteRow[] = parse(readFileSync(file, 'utf8'), { columns: true, trim: true, bom: true });
  const idOf = ({ Source, Id }: SiteRow) => `${Source}:${Id.padStart(5, '0')}`;
  const parties = rows.map((row): PartyFacts => {
    const { street, zip } = addressIn(row);
    return {
      id: idOf(row),
      system: row.Source,
      kind: 'ORGANIZATION',
      displayName: row['Site name'],
      legalName: null,
      taxId: null,
      email: null,
      phone: row.Phone,
      country: 'US',
      birthDate: null,
      crossReferences: [],
      contactPoints: [{ kind: 'ADDRESS', raw: row.Address, street, postalCode: zip, city: null, country: 'US' }],
    };
  });
  return { parties, truth: new Map(rows.map((row) => [idOf(row), row['True Id']])) };
}

/** Some lists write city, state and code into the address line. */
function addressIn({ Address, Zip }: SiteRow): { street: string; zip: string | null } {
  const zip = /\b(60\d{3})\b/.exec(`${Address} ${Zip}`)?.[1] ?? null;
  const street = Address.replace(/\s*,?\s*(Chicago)?\s*,?\s*\bIL\b.*$/i, '').replace(/\s*,?\s*Chicago\s*$/i, '');
  return { street, zip };
}
