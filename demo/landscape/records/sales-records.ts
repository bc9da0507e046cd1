import { type Cents, type Currency, roundTo } from '../amounts.ts';
import type { Day } from '../calendar.ts';
import { stampOn } from '../change-stamp.ts';
import type { Customer } from '../customers.ts';
import type { OfParty } from '../of-party.ts';
import type { Party } from '../parties.ts';
import type { Random } from '../random.ts';

export interface Opportunity extends OfParty {
  name: string;
  stage: string;
  status: 'OPEN' | 'WON' | 'LOST';
  currency: Currency;
  amount: Cents;
  probability: number;
  openedDay: Day;
  closeDay: Day;
  contact: string | null;
}

export interface Competitor extends OfParty {
  competitor: string;
  product: string;
  share: number;
  strength: string;
  day: Day;
  observer: string;
}

export interface Plan extends OfParty {
  project: string;
  category: string;
  quantity: number;
  budget: Cents;
  currency: Currency;
  day: Day;
  status: 'PLANNED' | 'TENDERING' | 'AWARDED' | 'CANCELLED';
}

export function makeOpportunity(
  random: Random,
  index: number,
  party: Party,
  customer: Customer,
  contact: string | null,
  today: Day,
): Opportunity {
  const openedDay = today - random.int(5, 500);
  const closeDay = openedDay + random.int(30, 180);
  const status = closeDay < today - 20 ? random.weighted({ WON: 45, LOST: 55 }) : 'OPEN';
  const stage =
    status === 'OPEN'
      ? random.pick(['Qualification', 'Proposal', 'Negotiation'])
      : status === 'WON'
        ? 'Closed won'
        : 'Closed lost';
  return {
    id: `OP-${String(index).padStart(6, '0')}`,
    party: party.id,
    name: `${random.pick(['Line extension', 'Frame contract', 'Retrofit', 'Spare parts', '신규 라인', '年度合同'])} ${customer.name.core}`.slice(
      0,
      120,
    ),
    stage,
    status,
    currency: customer.region.currency,
    amount: roundTo(
      random.int(20, 900) * 100_000 * customer.size * (customer.region.currency === 'KRW' ? 1_000 : 1),
      customer.region.currency,
    ),
    probability: status === 'OPEN' ? random.pick([10, 25, 50, 75, 90]) : status === 'WON' ? 100 : 0,
    openedDay,
    closeDay,
    contact,
    changedAt: stampOn(random, Math.min(today - 1, status === 'OPEN' ? openedDay + 20 : closeDay)),
  };
}

export function makeCompetitor(random: Random, index: number, party: Party, owner: string, today: Day): Competitor {
  const day = today - random.int(3, 600);
  return {
    id: `CP-${String(index).padStart(5, '0')}`,
    party: party.id,
    competitor: random.pick(['Nordwerk', 'Apex Components', '대성하이텍', '华东精工', 'Mécalux']),
    product: random.pick(['Pumps', 'Valves', 'Sensors', 'Bearings', 'Service contract']),
    share: random.int(1, 16) * 5,
    strength: random.pick(['weak', 'even', 'strong']),
    day,
    observer: owner,
    changedAt: stampOn(random, day),
  };
}

export function makePlan(random: Random, index: number, party: Party, customer: Customer, today: Day): Plan {
  const day = today + random.int(-120, 360);
  return {
    id: `PL-${String(index).padStart(5, '0')}`,
    party: party.id,
    project: random.pick([
      'New plant',
      'Warehouse automation',
      'Energy retrofit',
      '2공장 증설',
      '智能工厂改造',
      'Hallenneubau',
    ]),
    category: random.pick(['Pumps', 'Valves', 'Sensors', 'Bearings']),
    quantity: random.int(5, 800),
    budget: roundTo(
      random.int(10, 2_000) * 100_000 * (customer.region.currency === 'KRW' ? 1_000 : 1),
      customer.region.currency,
    ),
    currency: customer.region.currency,
    day,
    status:
      day < today ? random.weighted({ AWARDED: 70, CANCELLED: 30 }) : random.weighted({ PLANNED: 65, TENDERING: 35 }),
    changedAt: stampOn(random, today - random.int(1, 300)),
  };
}
