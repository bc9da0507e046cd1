import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { PartyFacts } from '../../customer-360/identity/profile.ts';

/** The customers of Northwind, and every different ship-to written on their orders, as a second system's parties. */
export function readNorthwind(folder: string): {
  parties: PartyFacts[];
  truth: Map<string, string>;
  /** Ship-to names that are not the customer's. */
  variants: { shipTo: string; customer: string; shipName: string; customerName: string }[];
} {
  const sql = readFileSync(path.join(folder, 'northwind', 'northwind.sql'), 'utf8');
  const customers = valuesOf(sql, 'customers').map(([id, name, , , street, city, , code, country, phone]) => ({
    id: `customer:${id}`,
    name: name ?? '',
    fact: partyOf(`customer:${id}`, 'master', { name, street, city, code, country, phone: phone ?? null }),
  }));
  const nameOf = new Map(customers.map(({ id, name }) => [id, name]));
  const truth = new Map(customers.map(({ id }) => [id, id]));
  const shipTos = new Map<string, PartyFacts>();
  const variants = new Map<string, { shipTo: string; customer: string; shipName: string; customerName: string }>();
  for (const [, buyer, , , , , , , shipName, street, city, , code, country] of valuesOf(sql, 'orders')) {
    const customer = `customer:${buyer}`;
    const name = shipName ?? '';
    const id = `ship:${buyer}:${name}:${street}`;
    shipTos.set(id, partyOf(id, 'orders', { name, street, city, code, country, phone: null }));
    truth.set(id, customer);
    const customerName = nameOf.get(customer) ?? '';
    if (customerName !== name) variants.set(id, { shipTo: id, customer, shipName: name, customerName });
  }
  return {
    parties: [...customers.map(({ fact }) => fact), ...shipTos.values()],
    truth,
    variants: [...variants.values()],
  };
}

type Value = string | null;

interface Written {
  name: Value | undefined;
  street: Value | undefined;
  city: Value | undefined;
  code: Value | undefined;
  country: Value | undefined;
  phone: Value;
}

const countries: Readonly<Record<string, string>> = { Germany: 'DE', UK: 'GB', USA: 'US', France: 'FR' };

function partyOf(id: string, system: string, { name, street, city, code, country, phone }: Written): PartyFacts {
  const iso = countries[country ?? ''] ?? null;
  return {
    id,
    system,
    kind: 'ORGANIZATION',
    displayName: name ?? '',
    legalName: null,
    taxId: null,
    email: null,
    phone,
    country: iso,
    birthDate: null,
    crossReferences: [],
    contactPoints: [
      {
        kind: 'ADDRESS',
        raw: null,
        street: street ?? null,
        postalCode: code ?? null,
        city: city ?? null,
        country: iso,
      },
    ],
  };
}

/** The rows of a table's INSERT statements; nothing more of SQL is read than this dump has. */
function valuesOf(sql: string, table: string): Value[][] {
  return sql
    .split('\n')
    .filter((line) => line.startsWith(`INSERT INTO ${table} VALUES (`))
    .map((line) => {
      const list = line.slice(line.indexOf('(') + 1, line.lastIndexOf(')'));
      return [...list.matchAll(/'((?:[^']|'')*)'|([^,\s][^,]*)/g)].map(([, text, bare]): Value => {
        if (text !== undefined) return text.replace(/''/g, "'");
        return bare === undefined || bare.trim() === 'NULL' ? null : bare.trim();
      });
    });
}
