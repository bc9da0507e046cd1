import { seeded } from '../../customer-360/identity/matching/seeded.ts';
import type { PartyFacts } from '../../customer-360/identity/profile.ts';
import { recordId } from '../../schema/ids.ts';
import { houses, streets, towns, trades } from './generated-words.ts';
import type { Generated } from './households.ts';

/**
 * What is true of the firms, in percent, stated here and not changed to reach a figure. A business park is a building
 * of four firms with one switchboard. A chain is five firms of one name in five towns with one hotline. The five
 * clients of an accountant all have the accountant's mailbox. The rest stand alone.
 */
const rates = {
  businessPark: 40,
  chain: 10,
  accountant: 10,
  /** Records that have a tax id; half of these are without the country's prefix. */
  taxId: 40,
  noEmail: 20,
  noPhone: 20,
  noAddress: 8,
  noLegalForm: 40,
  typo: 4,
  movedOut: 3,
} as const;

interface Firm {
  id: number;
  name: string;
  domain: string;
  phone: string;
  mailbox: string | null;
  taxId: string;
  street: string;
  zip: string;
  city: string;
}

type Draw = (bound: number) => number;

const systems = ['crm', 'erp', 'scm', 'finance'] as const;
const legalForms = ['GmbH', 'AG', 'GmbH & Co. KG'];
const desks = ['info', 'buchhaltung', 'einkauf', 'kontakt'];

/** `firms` firms, each known to two to four systems. */
export function generateFirms({ seed, firms }: { seed: number; firms: number }): Generated {
  const next = seeded(seed);
  const made: Generated = { parties: [], truth: new Map() };
  const names = new Set<string>();
  for (let first = 0, site = 0; first < firms; site++) {
    const group = groupOf(first, site, names, next);
    for (const firm of group.slice(0, firms - first)) {
      const start = next(4);
      const form = pick(legalForms, next);
      for (let known = 2 + next(3); known > 0; known--) {
        const party = recordOf(firm, { system: systems[(start + known) % 4] ?? 'crm', form, next });
        made.parties.push(party);
        made.truth.set(party.id, `firm ${firm.id}`);
      }
    }
    first += group.length;
  }
  return made;
}

function groupOf(first: number, site: number, names: Set<string>, next: Draw): Firm[] {
  const dice = next(100);
  const { businessPark, chain, accountant } = rates;
  const isPark = dice < businessPark;
  const isChain = !isPark && dice < businessPark + chain;
  const hasAccountant = !isPark && !isChain && dice < businessPark + chain + accountant;
  const chainName = `${pick(houses, next)} ${pick(trades, next)}`;
  const shared = `+4969${62_000_000 + site * 7}`;
  const park = { street: `Gewerbepark ${1 + next(200)}`, zip: String(60_000 + next(9_000)), city: pick(towns, next) };
  const start = next(towns.length);
  return Array.from({ length: isPark ? 4 : isChain || hasAccountant ? 5 : 1 }, (_, i): Firm => {
    const id = first + i;
    const town = towns[(start + i) % towns.length] ?? '';
    let name = isChain ? `${chainName} ${town}` : `${pick(houses, next)} ${pick(trades, next)}`;
    // Firms of one name exist, but not within one register: the owner's name tells them apart.
    while (names.has(name)) name = `${pick(houses, next)} ${pick(houses, next)} ${pick(trades, next)}`;
    names.add(name);
    const own = {
      street: `${pick(streets, next)} ${1 + next(150)}`,
      zip: String(30_000 + next(9_000)),
      city: isChain ? town : pick(towns, next),
    };
    return {
      id,
      name,
      domain: `${(isChain ? chainName : name)
        .toLowerCase()
        .normalize('NFD')
        .replace(/[^a-z]/g, '')}.example`,
      phone: isPark || isChain ? shared : `+4930${70_000_000 + id * 3}`,
      mailbox: hasAccountant ? `mandanten@kanzlei${site}.example` : null,
      taxId: germanVat(id),
      ...(isPark ? park : own),
    };
  });
}

function recordOf(firm: Firm, { system, form, next }: { system: string; form: string; next: Draw }): PartyFacts {
  const is = (rate: keyof typeof rates) => next(100) < rates[rate];
  const name = is('typo') ? misspell(firm.name, next) : firm.name;
  const taxId = is('taxId') ? (next(2) === 0 ? firm.taxId : `DE ${firm.taxId}`) : null;
  const moved = { street: `${pick(streets, next)} ${1 + next(150)}`, zip: String(50_000 + next(9_000)) };
  const place = is('movedOut') ? { ...firm, ...moved } : firm;
  const hasAddress = !is('noAddress');
  return {
    id: recordId({ system, entity: 'party', key: `f${firm.id}` }),
    system,
    kind: 'ORGANIZATION',
    displayName: is('noLegalForm') ? name : `${name} ${form}`,
    legalName: null,
    taxId,
    email: is('noEmail') ? null : (firm.mailbox ?? `${pick(desks, next)}@${firm.domain}`),
    phone: is('noPhone') ? null : firm.phone,
    country: 'DE',
    birthDate: null,
    crossReferences: [],
    contactPoints: hasAddress
      ? [{ kind: 'ADDRESS', raw: null, street: place.street, postalCode: place.zip, city: place.city, country: 'DE' }]
      : [],
  };
}

/** A number with the check digit of ISO 7064 mod 11,10, as German VAT ids have it. */
function germanVat(id: number): string {
  const digits = String(10_000_000 + id * 37);
  let product = 10;
  for (const digit of digits) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (2 * sum) % 11;
  }
  return `${digits}${(11 - product) % 10}`;
}

function misspell(word: string, next: Draw): string {
  const at = 1 + next(word.length - 2);
  return word.slice(0, at) + word.slice(at + 1);
}

function pick<T>(values: readonly T[], next: Draw): T {
  return values[next(values.length)] as T;
}
