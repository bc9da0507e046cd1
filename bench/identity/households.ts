import { seeded } from '../../customer-360/identity/matching/seeded.ts';
import type { PartyFacts } from '../../customer-360/identity/profile.ts';
import { recordId } from '../../schema/ids.ts';
import { type GivenName, type Surname, scripts, streets, towns } from './generated-words.ts';

/** Records whose true customers are known. */
export interface Generated {
  parties: PartyFacts[];
  truth: Map<string, string>;
}

type Draw = (bound: number) => number;

/**
 * What is true of the households, in percent. Every household has one surname, one street and one landline; a person
 * is known to two, three or four systems. The rates are stated here and are not changed to reach a figure.
 */
const rates = {
  /** Kinds of households; the rest are people living alone. */
  couple: 25,
  family: 15,
  siblings: 5,
  seniorAndJunior: 4,
  /** Scripts; the rest are Latin. */
  korean: 10,
  chinese: 10,
  /** Households whose members all write from one mailbox. */
  sharedMailbox: 10,
  /** Families whose children are twins. */
  twins: 20,
  /** Records of people with a name of another script that have it in Latin letters. */
  latinSpelling: 25,
  /** Records without the value. */
  noBirthDate: 30,
  noEmail: 40,
  noPhone: 25,
  noAddress: 8,
  /** Records with a nickname where there is one, a typo in the surname, the name from before a marriage. */
  nickname: 5,
  typo: 5,
  marriedName: 2,
  /** Records with the address and landline from before a move. */
  movedOut: 3,
  /** Records of a senior or junior that say so. */
  suffix: 85,
} as const;

interface Person {
  id: number;
  given: GivenName;
  suffix: string | null;
  born: string;
  ownEmail: string;
}

interface Household {
  surname: Surname;
  people: Person[];
  mailbox: string | null;
  home: Home;
}

interface Home {
  street: string;
  zip: string;
  city: string;
  phone: string;
}

const systems = ['crm', 'erp', 'scm', 'finance'] as const;

/** `persons` people in households, each known to two to four systems. */
export function generateHouseholds({ seed, persons }: { seed: number; persons: number }): Generated {
  const next = seeded(seed);
  const made: Generated = { parties: [], truth: new Map() };
  for (let first = 0, house = 0; first < persons; house++) {
    const { script, household } = householdOf(first, house, next);
    for (const person of household.people.slice(0, persons - first)) {
      const start = next(4);
      for (let known = 2 + next(3); known > 0; known--) {
        const system = systems[(start + known) % 4] ?? 'crm';
        const party = recordOf(person, household, { script, system, next });
        made.parties.push(party);
        made.truth.set(party.id, `person ${person.id}`);
      }
    }
    first += household.people.length;
  }
  return made;
}

function householdOf(first: number, house: number, next: Draw) {
  const dice = next(100);
  const script = dice < rates.korean ? 'korean' : dice < rates.korean + rates.chinese ? 'chinese' : 'latin';
  const surname = pick(scripts[script].surnames, next);
  const people: Person[] = [];
  const add = (year: number, wanted: { sex?: 'f' | 'm'; given?: GivenName; suffix?: string; born?: string }) => {
    const taken = (given: GivenName) =>
      (wanted.sex !== undefined && given.sex !== wanted.sex) || people.some((one) => one.given === given);
    let given = wanted.given ?? pick(scripts[script].given, next);
    while (wanted.given === undefined && taken(given)) given = pick(scripts[script].given, next);
    const id = first + people.length;
    const born = wanted.born ?? `${year}-${two(1 + next(12))}-${two(1 + next(28))}`;
    people.push({ id, given, suffix: wanted.suffix ?? null, born, ownEmail: `k${id}.${next(9_999)}@post.example` });
    return born;
  };
  const year = 1935 + next(40);
  const kind = next(100);
  const { couple, family, siblings, seniorAndJunior } = rates;
  add(year, kind < couple + family ? { sex: 'f' } : {});
  if (kind < couple + family) add(year + next(9) - 4, { sex: 'm' });
  if (kind >= couple && kind < couple + family) {
    const born = add(year + 24 + next(12), {});
    if (next(100) < rates.twins) add(0, { born });
    else if (next(2) === 0) add(year + 24 + next(12), {});
  } else if (kind >= couple + family && kind < couple + family + siblings) {
    add(year + 1 + next(6), {});
  } else if (kind < couple + family + siblings + seniorAndJunior && kind >= couple + family + siblings) {
    const [senior] = people;
    if (senior && script === 'latin') {
      senior.suffix = 'Sr.';
      add(year + 22 + next(15), { given: senior.given, suffix: 'Jr.' });
    }
  }
  const mailbox = next(100) < rates.sharedMailbox ? `haus${house}.${next(999)}@post.example` : null;
  return { script, household: { surname, people, mailbox, home: homeOf(2 * house, next) } } as const;
}

/** Every home has a landline of its own; those before a move have odd numbers. */
function homeOf(number: number, next: Draw): Home {
  return {
    street: `${pick(streets, next)} ${1 + next(150)}`,
    zip: String(21_000 + next(5_000)),
    city: pick(towns, next),
    phone: `+4940${50_000_000 + number * 3}`,
  };
}

function recordOf(
  person: Person,
  household: Household,
  { script, system, next }: { script: keyof typeof scripts; system: string; next: Draw },
): PartyFacts {
  const is = (rate: keyof typeof rates) => next(100) < rates[rate];
  const { given } = person;
  const isLatin = script === 'latin' || is('latinSpelling');
  const surname = is('marriedName') ? pick(scripts[script].surnames, next) : household.surname;
  const plain = isLatin ? pick(surname.latin, next) : surname.own;
  const family = is('typo') && script === 'latin' ? misspell(plain, next) : plain;
  const first = is('nickname') && given.nickname !== null ? given.nickname : isLatin ? given.latin : given.own;
  const suffix = person.suffix !== null && is('suffix') ? ` ${person.suffix}` : '';
  const name = !isLatin
    ? family + first
    : next(8) === 0 && suffix === ''
      ? `${family}, ${first}`
      : `${first} ${family}`;
  const home = is('movedOut') ? homeOf(2 * person.id + 1, next) : household.home;
  const country = script === 'korean' ? 'KR' : script === 'chinese' ? 'CN' : 'DE';
  const hasAddress = !is('noAddress');
  return {
    id: recordId({ system, entity: 'party', key: `p${person.id}` }),
    system,
    kind: 'PERSON',
    displayName: name + suffix,
    legalName: null,
    taxId: null,
    email: is('noEmail') ? null : (household.mailbox ?? person.ownEmail),
    phone: is('noPhone') ? null : home.phone,
    country,
    birthDate: is('noBirthDate') ? null : person.born,
    crossReferences: [],
    contactPoints: hasAddress
      ? [{ kind: 'ADDRESS', raw: null, street: home.street, postalCode: home.zip, city: home.city, country }]
      : [],
  };
}

function misspell(word: string, next: Draw): string {
  const at = 1 + next(word.length - 2);
  return next(2) === 0
    ? word.slice(0, at) + word.slice(at + 1)
    : `${word.slice(0, at)}${word[at + 1] ?? ''}${word[at] ?? ''}${word.slice(at + 2)}`;
}

function pick<T>(values: readonly T[], next: Draw): T {
  return values[next(values.length)] as T;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
