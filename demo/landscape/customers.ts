import type { Cents } from './amounts.ts';
import type { Day } from './calendar.ts';
import { type CustomerName, organisationName, personName } from './names/names.ts';
import { type Region, type RegionCode, regionShares, regions } from './names/regions.ts';
import { createRandom, type Random } from './random.ts';

/** How a customer's buying went: steadily, only long ago, only lately, or not yet. */
type Habit = 'regular' | 'lost' | 'new' | 'prospect';

export interface Address {
  street: string;
  postalCode: string;
  city: string;
  region: string;
  country: string;
}

/** A customer as it really is; what the four systems know of it is in `parties.ts`. */
export interface Customer {
  index: number;
  kind: 'ORGANIZATION' | 'PERSON';
  regionCode: RegionCode;
  region: Region;
  name: CustomerName;
  taxId: string | null;
  /** Web domain of an organisation. */
  domain: string | null;
  email: string;
  phone: PhoneNumber;
  address: Address;
  birthDay: Day | null;
  habit: Habit;
  /** First and last day it may order on. */
  activeFrom: Day;
  activeTo: Day;
  /** Share of all orders, relative to the others: a few customers make most of the business. */
  weight: number;
  /** How large its orders are, 1 being usual. */
  size: number;
  paymentDays: number;
  creditLimit: Cents;
  isKeyAccount: boolean;
  /** Index of the organisation it belongs to. */
  parent: number | null;
  owner: string;
  since: Day;
}

export interface PhoneNumber {
  dialling: string;
  area: string;
  number: string;
}

const salesPeople = [
  'Anke Petersen',
  'Tom Whitfield',
  '송지훈',
  '周丽',
  'Claire Fontaine',
  'Deniz Yılmaz',
  'Marta Nowak',
];

/** How long the business goes back, in days. */
const HISTORY_DAYS = 730;

/** All customers, in an order that tells nothing of their size. */
export function makeCustomers(seed: number, count: number, today: Day): Customer[] {
  const random = createRandom(seed, 'customers');
  const taken = new Set<string>();
  const customers: Customer[] = [];
  for (let index = 0; index < count; index++)
    customers.push(makeCustomer(random, index, count, today, taken, customers));
  return customers;
}

function makeCustomer(
  random: Random,
  index: number,
  count: number,
  today: Day,
  taken: Set<string>,
  earlier: readonly Customer[],
): Customer {
  const kind = random.chance(0.6) ? 'ORGANIZATION' : 'PERSON';
  const isOrganisation = kind === 'ORGANIZATION';
  const regionCode = random.weighted(regionShares);
  const region = regions[regionCode];
  const name = isOrganisation ? organisationName(random, regionCode, taken) : personName(random, regionCode);
  const domain = isOrganisation ? `${name.latin}.example` : null;
  const place = random.pick<Region['cities'][number]>(region.cities);
  const habit = random.weighted<Habit>({ regular: 65, lost: 14, new: 12, prospect: 9 });
  const [activeFrom, activeTo] = activeSpan(random, habit, today);
  // Zipf over a random rank, so that the top fifth makes about two thirds of the orders.
  const rank = random.int(1, count);
  const size = isOrganisation ? 0.4 + random.next() ** 3 * 6 : 0.15 + random.next() * 0.5;
  const parent = isOrganisation && random.chance(0.06) ? parentFor(earlier, regionCode, random) : null;
  return {
    index,
    kind,
    regionCode,
    region,
    name,
    domain,
    taxId: isOrganisation ? taxIdOf(regionCode, index) : null,
    email: isOrganisation ? `info@${domain}` : `${name.latin}.${index}@mail.example`,
    phone: phoneOf(region, index),
    address: {
      street: `${random.pick(region.streets)} ${random.int(1, 240)}`,
      postalCode: place.postalCode,
      city: place.city,
      region: place.region,
      country: region.country,
    },
    birthDay: isOrganisation ? null : today - random.int(20 * 365, 78 * 365),
    habit,
    activeFrom,
    activeTo,
    weight: habit === 'prospect' ? 0 : (isOrganisation ? 1 : 0.5) / rank ** 0.72,
    size,
    paymentDays: isOrganisation ? random.pick([14, 30, 30, 30, 45, 60]) : 14,
    creditLimit: Math.round(size * 20_000) * 100,
    isKeyAccount: isOrganisation && rank <= count * 0.04,
    parent,
    owner: random.pick(salesPeople),
    since: activeFrom - random.int(0, 900),
  };
}

function activeSpan(random: Random, habit: Habit, today: Day): [from: Day, to: Day] {
  const start = today - HISTORY_DAYS;
  if (habit === 'new') return [today - random.int(5, 90), today];
  if (habit === 'lost') return [start, today - random.int(240, 540)];
  if (habit === 'prospect') return [today - random.int(1, 300), today];
  return [start + random.int(0, 300), today];
}

function parentFor(earlier: readonly Customer[], regionCode: RegionCode, random: Random): number | null {
  const near = earlier.filter((c) => c.kind === 'ORGANIZATION' && c.parent === null && c.regionCode === regionCode);
  return near.length === 0 ? null : random.pick(near).index;
}

/** A number nobody else has, spread over all its digits. */
function spread(index: number, digits: number): string {
  return String((index * 7_919 + 1_234_577) % 10 ** digits).padStart(digits, '0');
}

function taxIdOf(region: RegionCode, index: number): string {
  if (region === 'KR') return `2${spread(index, 9)}`.replace(/^(...)(..)(.....)$/, '$1-$2-$3');
  if (region === 'CN') return `91310000MA${spread(index, 8)}`;
  if (region === 'US') return `8${spread(index, 8)}`.replace(/^(..)/, '$1-');
  if (region === 'FR') return `FR3${spread(index, 1)}4${spread(index, 8)}`;
  return `${region}2${spread(index, 8)}`;
}

/** A phone number of the region; `line` numbers never repeat. */
export function phoneOf(region: Region, line: number): PhoneNumber {
  const { areas, dialling } = region;
  const { area, digits } = areas[line % areas.length] ?? { area: '', digits: 8 };
  const number = spread(Math.floor(line / areas.length), digits > 4 ? digits - 1 : digits);
  return { dialling, area, number: digits > 4 ? `4${number}` : number };
}
